"""Runs a task per file in a capped child process: memory, processor time, output, files and network taken away.

A clean zygote (`zygote.py`) is started once, imports what the tasks need, and forks a child for every file, so that a
file costs some ten milliseconds and not the start of an interpreter. A child that aborts, runs out of something or
hangs becomes an event of its file; the other files go on. Results arrive in the order the files were given.
"""

import contextlib
import os
import pickle
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from taizhang.errors import SystemFault
from taizhang.intake.preflight import Limits, over_limit
from taizhang.intake.raw import FileEvent
from taizhang.intake.zygote import PRELOAD, TRAILER, Isolation, Request, receive_word, restricted_loads, send_message

Task = Callable[..., Any]
# Not "-m": the classes that cross the border must be those of the module, not of __main__.
_ZYGOTE = "import sys; from taizhang.intake.zygote import main; main(int(sys.argv[1]))"
_PIPE_BYTES = 1 << 16
_AHEAD = 4  # results that may wait for a slow file before them, as a multiple of the jobs


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that gave no result: why, as events. Whatever the child had done is thrown away."""

    events: tuple[FileEvent, ...]


class ChildFault(SystemFault):
    """The zygote could not be started or died; no file is to blame."""

    code = "E-CHILD"


@dataclass(slots=True)
class _Job:
    """A child at work. `status` is set when it was reaped; `received` grows until `pipe` is at its end."""

    number: int
    pipe: int
    started: float
    module: str
    limits: Limits
    received: bytearray = field(default_factory=bytearray)
    status: int | None = None
    at_end: bool = False
    late: bool = False
    too_long: bool = False
    killed: bool = False


class ChildPool:
    """Up to `jobs` children at a time. A context manager; leaving it, for whatever reason, leaves no process behind.

    limits: of a small file; a large one may take longer (`Limits.of_file`).
    preload: modules the zygote imports before it forks; name those of the task, or the first file pays for them.
    isolation: what could really be taken away on this machine; None before the start.
    """

    def __init__(self, jobs: int = 2, limits: Limits | None = None, preload: Iterable[str] = ()) -> None:
        self._jobs = max(1, jobs)
        self._limits = limits or Limits()
        self._preload = (*PRELOAD, *preload)
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._next = 0
        self.isolation: Isolation | None = None

    def __enter__(self) -> Self:
        """Start the zygote. Raises ChildFault."""
        ours, theirs = socket.socketpair()
        self._folder = tempfile.TemporaryDirectory(prefix="taizhang-child-")
        environment = {
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "MALLOC_ARENA_MAX": "2",  # arenas of 64 MiB address space each would eat the cap
            "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others reserve address space by the gigabyte
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "TMPDIR": self._folder.name,
        }
        with theirs:
            self._zygote = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-I", "-c", _ZYGOTE, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env=environment,
                cwd=self._folder.name,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C at the terminal reaches us alone; we end the zygote
            )
        self._control = ours
        try:
            send_message(ours, {"path": [entry for entry in sys.path if entry], "preload": self._preload})
            self.isolation = Isolation(**receive_word(ours))
        except (EOFError, OSError) as error:
            self.close()
            raise ChildFault("The process that forks the readers did not start.") from error
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the zygote, which ends its children; then remove the temporary folder."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._zygote is not None:
            try:
                self._zygote.wait(timeout=5)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._zygote.pid, signal.SIGKILL)
                self._zygote.wait()
            self._zygote = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def map(self, task: Task, items: Iterable[tuple[Path, Mapping[str, Any]]]) -> Iterator[Any]:
        """`task(path, **settings)` for each item: its result, or `Refused`; in the order of the items.

        task: a top-level function of an importable module. Its result may hold plain values, dates, decimals, paths,
        and dataclasses or enumerations of taizhang or of the task's own module; nothing else crosses the border.
        FileRefused raised by the task becomes Refused; any other exception becomes `SR-READER-FAULT`, which names the
        exception's class and place and nothing that was read. Raises ChildFault when the zygote is gone.
        """
        waiting = iter(items)
        order: deque[int] = deque()
        finished: dict[int, Any] = {}
        running: dict[int, _Job] = {}
        exhausted = False
        try:
            while order or not exhausted:
                while not exhausted and len(running) < self._jobs and len(order) < _AHEAD * self._jobs:
                    item = next(waiting, None)
                    if item is None:
                        exhausted = True
                        break
                    job = self._submit(task, *item)
                    running[job.number] = job
                    order.append(job.number)
                if running:
                    for job in self._wait(running):
                        finished[job.number] = self._outcome(job)
                        del running[job.number]
                while order and order[0] in finished:
                    yield finished.pop(order.popleft())
        finally:
            for job in running.values():
                self._kill(job)
                if not job.at_end:
                    os.close(job.pipe)

    def _submit(self, task: Task, path: Path, settings: Mapping[str, Any]) -> _Job:
        if self._control is None:
            raise ChildFault("The pool is not open.")
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        self._next += 1
        limits = self._limits.of_file(_size(path))
        job = _Job(self._next, reader, time.monotonic(), task.__module__, limits)
        arguments = pickle.dumps((Path(path), dict(settings)))
        request = Request(job.number, task.__module__, task.__qualname__, arguments, limits)
        try:
            send_message(self._control, request, [writer])
        except OSError as error:
            os.close(reader)
            raise ChildFault("The process that forks the readers is gone.") from error
        finally:
            os.close(writer)
        return job

    def _wait(self, running: dict[int, _Job]) -> list[_Job]:
        """Wait for news and return the jobs that are over."""
        if self._control is None:
            raise ChildFault("The pool is not open.")
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ, None)
            for job in running.values():
                if not job.at_end:
                    selector.register(job.pipe, selectors.EVENT_READ, job)
            for key, _ in selector.select(timeout=0.5):
                if key.data is None:
                    self._hear(self._control, running)
                else:
                    self._drain(key.data)
        now = time.monotonic()
        for job in running.values():
            job.late = job.late or now - job.started > job.limits.wall_seconds
            if job.late or job.too_long:
                self._kill(job)
        return [job for job in running.values() if job.at_end and job.status is not None]

    def _hear(self, control: socket.socket, running: dict[int, _Job]) -> None:
        """Take one word of the zygote: a child is dead."""
        try:
            word = receive_word(control)
        except (EOFError, OSError) as error:
            raise ChildFault("The process that forks the readers died.") from error
        job = running.get(word["number"])
        if job is not None:
            job.status = word["status"]

    def _drain(self, job: _Job) -> None:
        piece = os.read(job.pipe, _PIPE_BYTES)
        if not piece:
            job.at_end = True
            os.close(job.pipe)
        elif len(job.received) + len(piece) > self._limits.output_bytes:
            job.too_long = True
        else:
            job.received += piece

    def _kill(self, job: _Job) -> None:
        """Ask the zygote, which alone knows whether the process id still belongs to the job."""
        if not job.killed and self._control is not None:
            job.killed = True
            with contextlib.suppress(OSError):
                send_message(self._control, {"kill": job.number})

    def _outcome(self, job: _Job) -> Any:
        limits = job.limits
        if job.late:
            return Refused((over_limit("wall_seconds", limits.wall_seconds + 1, limits.wall_seconds).event,))
        if job.too_long:
            return Refused((over_limit("output_bytes", limits.output_bytes + 1, limits.output_bytes).event,))
        if job.status != 0 or not job.received.endswith(TRAILER):
            return Refused((_death(job.status or 0, limits),))
        payload = bytes(job.received[1 : -len(TRAILER)])
        try:
            result = restricted_loads(payload, job.module)
        except Exception:  # noqa: BLE001 - bytes of a process that read a stranger's file may be anything
            facts: dict[str, str | int] = {"fault": "UnpicklingError", "place": job.module}
            return Refused((FileEvent("SR-READER-FAULT", "error", facts=facts),))
        return Refused(tuple(result)) if job.received[:1] == b"E" else result


def _size(path: Path) -> int:
    """Bytes of a file; 0 where there is none, which the task itself will say."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _death(status: int, limits: Limits) -> FileEvent:
    """What the way a child ended says: a signal names the resource that ran out."""
    if status == -signal.SIGXCPU:
        return over_limit("cpu_seconds", limits.cpu_seconds + 1, limits.cpu_seconds).event
    if status in {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGTRAP}:
        # Libraries abort when an allocation fails; the kernel kills when memory or the hard time limit is used up.
        return over_limit("memory_bytes", limits.memory_bytes, limits.memory_bytes).event
    facts: dict[str, str | int] = {"reason": "crash", "status": status}
    return FileEvent("SR-FILE-CORRUPT", "error", facts=facts)


def run_in_child(task: Task, path: Path, limits: Limits | None = None, **settings: Any) -> Any:
    """One file in a pool of its own (0.5 s to start): the task's result or `Refused`."""
    with ChildPool(1, limits, preload=(task.__module__,)) as pool:
        return next(pool.map(task, [(path, settings)]))
