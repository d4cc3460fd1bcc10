"""The command `taizhang`, also ``python -m taizhang``: loads the rest under the guard that an interrupt needs."""

import sys
from typing import Never

INTERRUPTED = 130


def main() -> Never:
    """Run the command line; Ctrl-C while it is still loading ends it as quietly as later."""
    try:
        from taizhang.cli import main as run  # noqa: PLC0415 - the loading is what is guarded
    except KeyboardInterrupt:
        sys.stderr.write("已中断；什么也没有开始。 Interrupted before anything began.\n")
        sys.exit(INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
