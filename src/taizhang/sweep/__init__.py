"""Links, judges and diagnoses the current deliveries, runs the rule packs and writes findings.

The package can be called: `taizhang.sweep("county.toml")` is `county_file.sweep_county`, whatever was imported before.
"""

import sys
from types import ModuleType
from typing import Any

from taizhang.sweep.run import NothingDelivered, SweepResult, sweep

__all__ = ["NothingDelivered", "SweepResult", "sweep"]


class _CallablePackage(ModuleType):
    """Lets the name `taizhang.sweep` be both this package and the function of the library."""

    def __call__(self, *arguments: Any, **options: Any) -> SweepResult:
        """See `taizhang.sweep.county_file.sweep_county`."""
        from taizhang.sweep.county_file import sweep_county  # noqa: PLC0415 - intake loads only for those who call

        return sweep_county(*arguments, **options)


sys.modules[__name__].__class__ = _CallablePackage
