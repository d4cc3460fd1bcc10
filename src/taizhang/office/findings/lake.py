"""Reading a sweep's folder and the deliveries it stood on: one shut-in DuckDB a question, no statement of a user's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from taizhang.office.access.areas import Areas, merged
from taizhang.sweep.engines import DuckDbEngine, Engine

PLACE = "COALESCE(village_code, town_code, '{county}')"


def lake() -> Path:
    """The county's data folder."""
    return Path(settings.INSTALLATION.county.data)


def sweep_folder(name: str) -> Path:
    """The folder of a sweep, by its name as the office stored it."""
    return lake() / "sweeps" / name


def county_code() -> str:
    """The county's own twelve-digit code: the place of whatever has none."""
    return str(settings.INSTALLATION.county.code).ljust(12, "0")


def place_sql() -> str:
    """SQL for the division of a row with village_code and town_code."""
    return PLACE.format(county=county_code())


def inside_sql(areas: Areas, column: str) -> str:
    """SQL condition that a code lies in the areas. Areas hold digits only, so nothing can be smuggled into the text."""
    if not isinstance(areas, tuple):
        return "TRUE"
    ranges = [area.bounds for area in merged(areas)]
    return " OR ".join(f"({column} >= '{low}' AND {column} < '{high}')" for low, high in ranges) or "FALSE"


@contextmanager
def reading(*folders: Path, threads: int = 1) -> Iterator[Engine]:
    """An engine that may read Parquet below these folders and nothing else. threads: more than one for work nobody waits for."""
    with DuckDbEngine(list(folders), memory="256MB", threads=threads) as engine:
        yield engine
