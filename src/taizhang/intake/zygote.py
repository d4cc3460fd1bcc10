"""The clean process that forks a child per file, and what a child does before and after its task.

Started by `child.ChildPool` with an empty environment. It gives up its network first, while it has one thread, then
imports what the tasks need, then forks on request and reports births and deaths. The parent sends pickles (it is
trusted), the zygote answers in JSON, and a child's result is unpickled by the parent with a list of allowed types,
because a child has read a stranger's file.
"""

import contextlib
import ctypes
import dataclasses
import datetime as dt
import decimal
import enum
import errno
import gc
import importlib
import io
import json
import os
import pathlib
import pickle
import resource
import selectors
import signal
import socket
import struct
import sys
import traceback
from dataclasses import dataclass
from typing import Any

from taizhang.intake.lean_arrow import spare_optional_imports
from taizhang.intake.preflight import FileRefused, Limits, over_limit
from taizhang.intake.raw import FileEvent

PRELOAD = (
    "taizhang.intake.readers",
    "taizhang.intake.readers.xlsx",
    "taizhang.intake.readers.delimited",
    "taizhang.intake.readers.biff",
    "taizhang.intake.readers.html",
    "taizhang.intake.readers.xml2003",
)
TRAILER = b"TZ-END"
_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_HEADER = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Isolation:
    """What could really be taken from the children on this machine; shown to operators, kept in manifests.

    network: "namespace" where the kernel gave an empty one, "not enforced" elsewhere.
    limits: the resource limits that hold, as names.
    """

    network: str
    limits: tuple[str, ...] = ("memory", "cpu", "file size", "open files", "core")


@dataclass(frozen=True, slots=True)
class Request:
    """One file: call `module.name` with the pickled `arguments` (path, settings) under `limits`."""

    number: int
    module: str
    name: str
    arguments: bytes
    limits: Limits


def send_message(channel: socket.socket, message: object, descriptors: list[int] | None = None) -> None:
    """Send a pickle, with descriptors attached to its first byte."""
    payload = pickle.dumps(message)
    _send(channel, payload, descriptors or [])


def _send(channel: socket.socket, payload: bytes, descriptors: list[int]) -> None:
    header = _HEADER.pack(len(payload))
    if descriptors:
        socket.send_fds(channel, [header], descriptors)
    else:
        channel.sendall(header)
    channel.sendall(payload)


def _receive(channel: socket.socket) -> tuple[bytes, list[int]]:
    header, descriptors, _, _ = socket.recv_fds(channel, _HEADER.size, 4)
    if not header:
        raise EOFError
    header += _exactly(channel, _HEADER.size - len(header))
    return _exactly(channel, _HEADER.unpack(header)[0]), descriptors


def _exactly(channel: socket.socket, size: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < size:
        piece = channel.recv(size - len(pieces))
        if not piece:
            raise EOFError
        pieces += piece
    return bytes(pieces)


def receive_word(channel: socket.socket) -> dict[str, Any]:
    """One JSON word of the zygote. Raises EOFError when it is gone."""
    word: dict[str, Any] = json.loads(_receive(channel)[0])
    return word


def _say(channel: socket.socket, **word: object) -> None:
    _send(channel, json.dumps(word).encode(), [])


_PLAIN_TYPES: dict[tuple[str, str], Any] = {
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "bytearray"): bytearray,
    ("builtins", "complex"): complex,
    ("collections", "OrderedDict"): dict,
    ("datetime", "date"): dt.date,
    ("datetime", "datetime"): dt.datetime,
    ("datetime", "timedelta"): dt.timedelta,
    ("datetime", "timezone"): dt.timezone,
    ("decimal", "Decimal"): decimal.Decimal,
    ("pathlib", "PosixPath"): pathlib.PosixPath,
    ("pathlib", "PurePosixPath"): pathlib.PurePosixPath,
}


class _PlainUnpickler(pickle.Unpickler):
    """Unpickles plain values, and dataclasses, named tuples and enumerations of trusted modules; nothing callable."""

    def __init__(self, data: bytes, module: str) -> None:
        super().__init__(io.BytesIO(data))
        self._module = module

    def find_class(self, module: str, name: str) -> Any:
        plain = _PLAIN_TYPES.get((module, name))
        if plain is not None:
            return plain
        if module == self._module or module.startswith("taizhang."):
            found = super().find_class(module, name)
            if isinstance(found, type) and (
                dataclasses.is_dataclass(found)
                or issubclass(found, enum.Enum)
                or (issubclass(found, tuple) and hasattr(found, "_fields"))
            ):
                return found
        message = f"A child may not return {module}.{name}."
        raise pickle.UnpicklingError(message)


def restricted_loads(data: bytes, module: str) -> Any:
    """The result of a child whose task lives in `module`. Raises pickle.UnpicklingError for any other type."""
    return _PlainUnpickler(data, module).load()


def main(descriptor: int) -> None:
    """The zygote's life: until the parent closes the control channel."""
    network = _leave_network()
    with socket.socket(fileno=descriptor) as channel:
        setup = pickle.loads(_receive(channel)[0])  # noqa: S301 - from our own parent
        sys.path.extend(entry for entry in setup["path"] if entry not in sys.path)
        spare_optional_imports()
        for module in setup["preload"]:
            importlib.import_module(module)
        _calm_libraries()
        for key in list(os.environ):
            if key not in {"TMPDIR", "LANG", "LC_ALL"}:
                del os.environ[key]
        gc.collect()
        gc.freeze()
        _say(channel, network=network)
        _serve(channel)


def _leave_network() -> str:
    """Enter an empty network namespace where the kernel allows it; needs to be the only thread."""
    if not sys.platform.startswith("linux"):
        return "not enforced"
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWNET) == 0:
        return "namespace"
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return "not enforced"
    with contextlib.suppress(OSError):
        pathlib.Path("/proc/self/setgroups").write_text("deny", "ascii")
        pathlib.Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
        pathlib.Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
    return "namespace"


def _calm_libraries() -> None:
    """One thread each: threads do not survive a fork, and their stacks eat address space."""
    import pyarrow as pa  # noqa: PLC0415 - the network is left before anything big is imported

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def _serve(channel: socket.socket) -> None:
    """Fork on request, kill on request, report every death."""
    wake_reader, wake_writer = os.pipe()
    os.set_blocking(wake_writer, False)
    os.set_blocking(wake_reader, False)
    signal.set_wakeup_fd(wake_writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, int] = {}  # pid → number
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(channel, selectors.EVENT_READ)
            selector.register(wake_reader, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is channel:
                        _obey(channel, children, (wake_reader, wake_writer))
                    else:
                        _drain(wake_reader)
                _bury(channel, children)
    except (EOFError, OSError):
        return  # the parent is gone or closed the pool
    finally:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _drain(descriptor: int) -> None:
    with contextlib.suppress(BlockingIOError):
        while os.read(descriptor, 512):
            pass


def _obey(channel: socket.socket, children: dict[int, int], wake: tuple[int, int]) -> None:
    payload, descriptors = _receive(channel)
    order = pickle.loads(payload)  # noqa: S301 - from our own parent
    if not isinstance(order, Request):
        for pid, number in children.items():
            if number == order["kill"]:
                os.kill(pid, signal.SIGKILL)
        return
    (output,) = descriptors
    with contextlib.suppress(Exception):  # the child meets the same error and reports it
        importlib.import_module(order.module)
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        channel.close()
        for descriptor in wake:
            os.close(descriptor)
        _live(order, output)
    os.close(output)
    children[pid] = order.number


def _bury(channel: socket.socket, children: dict[int, int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        number = children.pop(pid, None)
        if number is not None:
            _say(channel, number=number, status=os.waitstatus_to_exitcode(status))


def _live(request: Request, output: int) -> None:
    """The child: limits, task, answer, end. Never returns."""
    status = 1
    try:
        answer = _answer(request)
        with os.fdopen(output, "wb") as pipe:
            pipe.write(answer)
            pipe.write(TRAILER)
        status = 0
    finally:
        os._exit(status)


def _answer(request: Request) -> bytes:
    """The task's outcome as bytes: R and the pickled result, or E and the pickled events."""
    limits = request.limits
    try:
        _take_away(limits)
        path, settings = pickle.loads(request.arguments)  # noqa: S301 - from our own parent
        task: Any = importlib.import_module(request.module)
        for part in request.name.split("."):
            task = getattr(task, part)
        return b"R" + pickle.dumps(task(path, **settings))
    except FileRefused as refusal:
        events = (refusal.event,)
    except MemoryError:
        events = (over_limit("memory_bytes", limits.memory_bytes, limits.memory_bytes).event,)
    except RecursionError:
        events = (over_limit("depth", limits.depth + 1, limits.depth).event,)
    except Exception as error:  # noqa: BLE001 - the child-process boundary
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            events = (over_limit("output_bytes", limits.output_bytes + 1, limits.output_bytes).event,)
        else:
            events = (_fault(error),)
    return b"E" + pickle.dumps(events)


def _fault(error: Exception) -> FileEvent:
    """An exception that should not have escaped: its class and place, never its text, which may quote a record."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{pathlib.Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    own = [frame for frame in frames if "taizhang" in frame.filename]
    ours = f"{pathlib.Path(own[-1].filename).name}:{own[-1].lineno}" if own else place
    return FileEvent("SR-READER-FAULT", "error", facts={"fault": type(error).__name__, "place": ours})


def _take_away(limits: Limits) -> None:
    """Resource limits of this process, for good."""
    caps = (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, limits.output_bytes, limits.output_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for name, soft, hard in caps:
        _, allowed = resource.getrlimit(name)
        most = hard if allowed == resource.RLIM_INFINITY else min(hard, allowed)
        resource.setrlimit(name, (min(soft, most), most))
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a child never outlives the zygote
