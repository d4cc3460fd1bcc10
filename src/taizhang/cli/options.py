"""Arguments and options that several commands share."""

from datetime import date, datetime
from pathlib import Path

import click

county_file = click.argument(
    "county", type=click.Path(path_type=Path, dir_okay=False), default=Path("county.toml"), metavar="[county.toml]"
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
