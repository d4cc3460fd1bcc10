"""``python -m taizhang`` is the command `taizhang`."""

from taizhang.cli import main

if __name__ == "__main__":
    main()
