"""`taizhang.sweep("county.toml")`: intake and sweep of one county in one call, as a script or notebook wants it."""

from datetime import date
from pathlib import Path

from taizhang.intake.county import County, load_county
from taizhang.intake.pipeline import take_in
from taizhang.sweep.run import SweepResult, sweep


def sweep_county(
    county: County | Path | str,
    *,
    as_of: date | None = None,
    intake: bool = True,
    engine: str = "duckdb",
    master: str | None = None,
) -> SweepResult:
    """Take in what the sources sent, check every ledger, and write the findings.

    county: a county file, or its path. as_of: use deliveries up to this day; None means all. intake: False leaves what
    is new in the sources' folders for another time. engine, master: see `taizhang.sweep.run.sweep`.
    The findings are `result.folder / "findings.parquet"` (docs/formats/findings.md); they hold full numbers.
    Raises what `taizhang.intake.pipeline.take_in` and `taizhang.sweep.run.sweep` raise.
    """
    book = county if isinstance(county, County) else load_county(county)
    if intake:
        take_in(book, until=as_of)
    return sweep(book, as_of=as_of, engine=engine, master=master)
