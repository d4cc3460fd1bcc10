"""The process tree of an office: the web server and the workers, each started again when it ends by itself."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType

RESTART_AFTER = 1.0
LOOK_EVERY = 0.2
STOP_WITHIN = 20.0
THREADS = 8


@dataclass(frozen=True)
class Serving:
    """What to serve: where to listen, and how many job workers run beside."""

    host: str
    port: int
    workers: int

    def commands(self) -> list[Sequence[str]]:
        """The command lines of the children."""
        web = (
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", self.host, "--port", str(self.port),
            "--workers", "1", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning",
            "taizhang.office.wsgi:application",
        )  # fmt: skip
        return [web, *[(sys.executable, "-m", "taizhang.office.jobs")] * self.workers]


def serve(serving: Serving) -> int:
    """Run the children until SIGINT or SIGTERM; then stop them, and kill what does not stop. Gives the exit status."""
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    running = [(command, _start(command)) for command in serving.commands()]
    while not stopping:
        time.sleep(LOOK_EVERY)
        for place, (command, child) in enumerate(running):
            if child.poll() is not None and not stopping:
                time.sleep(RESTART_AFTER)
                running[place] = (command, _start(command))
    return _stop([child for _, child in running])


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(list(command), start_new_session=True)  # noqa: S603 - our own command lines


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> int:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_WITHIN
    for child in children:
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return 0
