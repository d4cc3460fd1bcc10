"""Work that goes on beside a sweep: in another thread, with another hand on the engine's tables.

A sweep is Python by turns, which keeps one core busy, and statements, many of which keep little more. What is ready to be
done and not needed yet is started here, and its outcome asked for where it is needed.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from taizhang.sweep.engines import Engine
from taizhang.sweep.engines.interrupts import stop_all

Args = ParamSpec("Args")
Outcome = TypeVar("Outcome")


class Beside:
    """Does what it is given in turn, in one other thread; without a thread at once.

    engine: for that work alone, and that work uses no other. Neither side changes what the other reads meanwhile.
    """

    def __init__(self, engine: Engine, thread: Executor | None) -> None:
        self.engine, self._thread = engine, thread
        self._started: list[Future[Any]] = []

    def start(self, work: Callable[Args, Outcome], *args: Args.args, **kwargs: Args.kwargs) -> Callable[[], Outcome]:
        """Have `work` done, and get what waits for its outcome: called, it returns that or raises what `work` raised."""
        if self._thread is None:
            outcome = work(*args, **kwargs)
            return lambda: outcome
        future = self._thread.submit(work, *args, **kwargs)
        self._started.append(future)
        return future.result

    def stop(self) -> None:
        """Give up what was not begun, interrupt what was, and wait until nothing of it runs any more."""
        stop_all(self._started, self.engine.interrupt)


@contextmanager
def beside(engine: Engine, *, is_threaded: bool) -> Iterator[Beside]:
    """A `Beside` for as long as the block runs; when it fails, or somebody presses Ctrl-C, nothing of it goes on.

    is_threaded: whether there is a thread; two works at once hold their memory at once.
    """
    if not is_threaded:
        yield Beside(engine, None)
        return
    with ThreadPoolExecutor(1, "beside") as thread:
        other = Beside(engine.beside(), thread)
        try:
            yield other
        except BaseException:
            other.stop()
            raise
