"""Links, judges and diagnoses the current deliveries, runs the rule packs and writes findings.

The package can be called: `taizhang.sweep("county.toml")` is `county_file.sweep_county`, whatever was imported before.
"""

import sys
from datetime import date
from pathlib import Path
from types import ModuleType

from taizhang.intake.county import County
from taizhang.sweep.run import NothingDelivered, SweepResult, sweep

__all__ = ["NothingDelivered", "SweepResult", "sweep"]


class _CallablePackage(ModuleType):
    """Lets the name `taizhang.sweep` be both this package and the function of the library."""

    def __call__(
        self,
        county: County | Path | str,
        *,
        as_of: date | None = None,
        intake: bool = True,
        engine: str = "duckdb",
        master: str | None = None,
    ) -> SweepResult:
        """Take in what the sources sent and sweep a county; see `taizhang.sweep.county_file.sweep_county`."""
        from taizhang.sweep.county_file import sweep_county  # noqa: PLC0415 - intake loads only for those who call

        return sweep_county(county, as_of=as_of, intake=intake, engine=engine, master=master)


sys.modules[__name__].__class__ = _CallablePackage
