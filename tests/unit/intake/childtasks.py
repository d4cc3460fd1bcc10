"""Tasks that the child-pool tests run: each does one thing a reader of a hostile file might do."""

import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from taizhang.intake.preflight import over_limit


@dataclass(frozen=True)
class Answer:
    text: str
    size: int


class Trap:
    def __reduce__(self):
        return os.system, ("true",)


def read_text(path, *, extra=""):
    text = Path(path).read_text("utf-8")
    return Answer(text + extra, len(text))


def sleep_by_name(path):
    time.sleep(float(Path(path).name))
    return Path(path).name


def abort(path):
    os.abort()


def segfault(path):
    os.kill(os.getpid(), signal.SIGSEGV)


def spin(path):
    while True:
        pass


def hang(path):
    time.sleep(60)


def eat_memory(path):
    return len(b"x" * (3 << 30))


def write_much(path, *, target):
    with Path(target).open("wb") as stream:
        stream.writelines(b"x" * (1 << 20) for _ in range(64))


def answer_much(path):
    return b"x" * (8 << 20)


def recurse(path):
    return recurse(path)


def fault(path):
    raise ValueError("430523196005011234")


def refuse(path):
    raise over_limit("cells", 3, 2)


def return_trap(path):
    return Trap()


def connect(path, *, port):
    with socket.socket() as client:
        client.settimeout(2)
        return client.connect_ex(("127.0.0.1", port))


def surroundings(path):
    return {
        "environment": sorted(os.environ),
        "files": list(Path.cwd().iterdir()),
        "stdin": sys.stdin.read() if sys.stdin else "",
    }


def parent_of(path):
    return os.getppid()


def silent_exit(path):
    os._exit(0)
