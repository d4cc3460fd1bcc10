"""The process tree of an office: the web server and the workers, each started again when it ends by itself."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from types import FrameType
from typing import ClassVar

from taizhang.errors import UserError

RESTART_AFTER = 1.0
LOOK_EVERY = 0.2
STOP_WITHIN = 20.0
WEB_MOST, THREADS = 4, 4
"""Web processes, one a processor and no more than so many (each takes some 200 MB), and threads of each."""


class PortTaken(UserError):
    """Something else listens where the office was to listen, or the address is not this machine's."""

    code: ClassVar[str] = "E-OFFICE-PORT"


@dataclass(frozen=True)
class Serving:
    """What to serve: where to listen, and how many job workers run beside."""

    host: str
    port: int
    workers: int

    @property
    def address(self) -> str:
        """What to type into a browser on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def commands(self) -> list[Sequence[str]]:
        """The command lines of the children."""
        web = (
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", self.host, "--port", str(self.port),
            "--workers", str(min(WEB_MOST, os.cpu_count() or 1)), "--respawn-failed-workers", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error",
            "taizhang.office.wsgi:application",
        )  # fmt: skip
        return [web, *[(sys.executable, "-m", "taizhang.office.jobs")] * self.workers]


def free_port(wanted: int, host: str = "127.0.0.1") -> int:
    """The wanted port where it is free, else any other that is."""
    return wanted if _is_free(host, wanted) else _any_port(host)


def serve(serving: Serving, announce: Callable[[], object]) -> int:
    """Run the children until SIGINT or SIGTERM; then stop them, and kill what does not stop. Gives the exit status.

    announce: called once, when the web server accepts connections. Raises PortTaken.
    """
    if not _is_free(serving.host, serving.port):
        raise PortTaken(
            "这个地址和端口不能监听。", where=f"{serving.host}:{serving.port}",
            why="已被别的程序占用，或不是本机的地址。", hint="换一个端口：--port。",
        )  # fmt: skip
    stopping = announced = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    running = [(command, _start(command)) for command in serving.commands()]
    while not stopping:
        time.sleep(LOOK_EVERY)
        if not announced and _answers(serving):
            announced = True
            announce()
        for place, (command, child) in enumerate(running):
            if child.poll() is not None and not stopping:
                time.sleep(RESTART_AFTER)
                running[place] = (command, _start(command))
    return _stop([child for _, child in running])


def _is_free(host: str, port: int) -> bool:
    try:
        with socket.create_server((host, port), family=_family(host)):
            return True
    except OSError:
        return False


def _any_port(host: str) -> int:
    with socket.create_server((host, 0), family=_family(host)) as server:
        return int(server.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _answers(serving: Serving) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(serving.host, serving.host)  # noqa: S104 - compared, not listened at
    try:
        with socket.create_connection((host, serving.port), timeout=1):
            return True
    except OSError:
        return False


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
