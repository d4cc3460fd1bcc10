"""An office as people start it: web server and worker in a process tree of their own."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass

from taizhang.office.serving import free_port


@dataclass(frozen=True)
class Running:
    """address: where it answers. pid: of the process that watches over the others."""

    address: str
    pid: int


@contextmanager
def office_running(county, wanted_port, patience_seconds=60, **environment):
    """Serve the office of the county in a folder; it has to end by itself when told to. environment: what else it is told."""
    port = free_port(wanted_port)
    command = [sys.executable, "-m", "taizhang", "office", "run", county / "county.toml", "--port", str(port)]
    with (county / "office.log").open("wb") as log:
        office = subprocess.Popen(
            command, stdout=log, stderr=log, env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment
        )
    address = f"http://127.0.0.1:{port}/"
    deadline = time.monotonic() + patience_seconds
    try:
        while address not in (county / "office.log").read_text("utf-8"):
            assert office.poll() is None and time.monotonic() < deadline, (county / "office.log").read_text("utf-8")
            time.sleep(0.2)
        yield Running(address, office.pid)
    finally:
        office.send_signal(signal.SIGINT)
        ended = office.wait(timeout=30)
    assert ended == 0
