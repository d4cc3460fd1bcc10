"""The command `taizhang`: a thin layer over the packages.

Exit status: 0 done · 1 a check found faults (rules check, rules test) · 2 something the user can put right ·
3 done, but a source is missing or incomplete · 70 our fault · 130 interrupted.
"""

from taizhang.cli.main import main

__all__ = ["main"]
