"""Stopping work in another thread, and having the main thread's own done where Ctrl-C reaches it."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

Outcome = TypeVar("Outcome")

BETWEEN_INTERRUPTS = 0.05
"""Seconds: an interrupt that finds no statement running is forgotten."""


def stop_all(started: Iterable[Future[Any]], interrupt: Callable[[], None]) -> None:
    """Give up what was not begun, interrupt what was, and wait until nothing of it runs any more."""
    going = [future for future in started if not future.cancel()]
    while wait(going, timeout=BETWEEN_INTERRUPTS).not_done:
        interrupt()


class Interruptible:
    """Does what the main thread wants of a database so that Ctrl-C is raised at once.

    Python tells the main thread alone of Ctrl-C, and only between two of its own steps. DuckDB has the thread that asks
    take part in the work, and looks for Ctrl-C only between its tasks: one task of a join may take minutes. So another
    thread asks, and the main one waits.

    interrupt: stops the running statement, from any thread.
    """

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._thread: ThreadPoolExecutor | None = None
        self._asked: list[Future[Any]] = []

    def do(self, work: Callable[[], Outcome]) -> Outcome:
        """What `work` returns or raises. On Ctrl-C nothing of it goes on; in another thread than the main one it is simply called."""
        if threading.current_thread() is not threading.main_thread():
            return work()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "asking")
        future = self._thread.submit(work)
        self._asked = [future]
        try:
            return future.result()
        except KeyboardInterrupt:
            self.stop()
            raise
        finally:
            # What a statement raised holds this frame and all that called it, which must not hold it in turn.
            if future.done():
                self._asked.clear()
            del future

    def stop(self) -> None:
        """Interrupt what still runs and wait for its end."""
        stop_all(self._asked, self._interrupt)

    def close(self) -> None:
        """Stop, and end the thread."""
        self.stop()
        if self._thread is not None:
            self._thread.shutdown()
