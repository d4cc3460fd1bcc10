"""Arguments and options that several commands share."""

from datetime import date, datetime
from pathlib import Path

import click

COUNTY_FILE = "county.toml"


def _in_folder(_context: click.Context, _parameter: click.Parameter, path: Path) -> Path:
    """A county's folder stands for the county file in it."""
    return path / COUNTY_FILE if path.is_dir() else path


county_file = click.argument(
    "county", type=click.Path(path_type=Path), default=Path(COUNTY_FILE), metavar="[county.toml]", callback=_in_folder
)
jobs = click.option(
    "--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="同时读取的文件数 / files read at once"
)
as_of = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="只用到这一天为止的报送（默认：全部）/ use deliveries up to this day",
)


def day(moment: datetime | None) -> date | None:
    """The day of a click date option."""
    return moment.date() if moment else None
