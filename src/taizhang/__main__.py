"""The command `taizhang`, also ``python -m taizhang``: loads the rest under the guards that an interrupt needs."""

import signal
import sys
import threading
from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

INTERRUPTED = 130
AGAIN_AFTER = 0.02
"""Seconds until an interrupt that went unheard comes again."""


def keep_interrupts() -> None:
    """Have an interrupt come again where nothing could be told of it.

    Python raises Ctrl-C wherever it is; in a callback of its own, while it frees what is no longer needed, nothing can
    catch it, and it is printed and forgotten.
    """
    before = sys.unraisablehook

    def hook(told: "UnraisableHookArgs") -> None:
        if told.exc_type is not KeyboardInterrupt:
            before(told)
            return
        again = threading.Timer(AGAIN_AFTER, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
        again.daemon = True
        again.start()

    sys.unraisablehook = hook


def main() -> Never:
    """Run the command line; Ctrl-C while it is still loading ends it as quietly as later."""
    keep_interrupts()
    try:
        from taizhang.cli import main as run  # noqa: PLC0415 - the loading is what is guarded
    except KeyboardInterrupt:
        sys.stderr.write("已中断；什么也没有开始。 Interrupted before anything began.\n")
        sys.exit(INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
