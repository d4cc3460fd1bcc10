"""Where one installation of the office keeps its things; told by the environment, so that every process agrees.

TAIZHANG_COUNTY names the county file. Everything else has a place beside it:

    <data>/office/        the database (SQLite), uploads, exports
    <county folder>/keys/ the key ring: never inside the data folder, never in its backups
    <county folder>/ledger-heads.jsonl, or TAIZHANG_LEDGER_HEADS: the ledger's daily heads, best on another disk
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlparse

from taizhang.intake.county import County, load_county

COUNTY = "TAIZHANG_COUNTY"
DATABASE = "TAIZHANG_DATABASE"
KEYS = "TAIZHANG_KEYS"
HEADS = "TAIZHANG_LEDGER_HEADS"
HOSTS = "TAIZHANG_HOSTS"
PROXIES = "TAIZHANG_PROXIES"
DEBUG = "TAIZHANG_DEBUG"
SECURE = "TAIZHANG_HTTPS"
SECOND_FACTOR = "TAIZHANG_SECOND_FACTOR"


@dataclass(frozen=True)
class Installation:
    """One county's office.

    county_file: the county.toml it serves. database: a PostgreSQL address, or empty for SQLite beside the data.
    keys: the key ring file. heads: the noted heads of the ledger. hosts: names the server answers to. https: whether cookies travel over HTTPS only. proxies: whose word is taken for who asked and how.
    second_factor: whether roles that need one are held to it; as https unless TAIZHANG_SECOND_FACTOR says 1 or 0.
    """

    county_file: Path
    database: str
    keys: Path
    heads: Path
    hosts: tuple[str, ...]
    https: bool
    proxies: tuple[str, ...]
    second_factor: bool
    debug: bool

    @cached_property
    def county(self) -> County:
        """The county file, read once a process."""
        return load_county(self.county_file)

    @property
    def home(self) -> Path:
        """The office's own folder inside the county's data."""
        return self.county.data / "office"

    @property
    def is_set_up(self) -> bool:
        """Whether the county has an office: `taizhang office init` made its folder, or a key ring beside the county file.

        A ring elsewhere, which TAIZHANG_KEYS names, may be that of another county.
        """
        return self.home.is_dir() or _ring_beside(self.county_file).exists()

    def databases(self) -> dict[str, object]:
        """Django's DATABASES entry."""
        if not self.database:
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": self.home / "office.sqlite3",
                # Opening it anew for every page costs 2 ms of reading its schema; a connection belongs to its thread.
                "CONN_MAX_AGE": 60,
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 30,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
                },
            }
        address = urlparse(self.database)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": address.path.lstrip("/"),
            "USER": unquote(address.username or ""),
            "PASSWORD": unquote(address.password or ""),
            "HOST": unquote(address.hostname or "") or _socket_folder(address.query),
            "PORT": str(address.port or ""),
            "CONN_MAX_AGE": 60,
        }


def _ring_beside(county_file: Path) -> Path:
    return county_file.parent / "keys" / "office.json"


def _socket_folder(query: str) -> str:
    return next((unquote(part[5:]) for part in query.split("&") if part.startswith("host=")), "")


def installation() -> Installation:
    """The installation the environment describes. Raises KeyError without TAIZHANG_COUNTY."""
    return installation_of(Path(os.environ[COUNTY]))


def installation_of(county_file: Path) -> Installation:
    """The installation of a county, whichever TAIZHANG_COUNTY names; everything else as the environment says."""
    county_file = county_file.resolve()
    https = os.environ.get(SECURE) == "1"
    keys, heads = os.environ.get(KEYS), os.environ.get(HEADS)
    return Installation(
        county_file=county_file,
        database=os.environ.get(DATABASE, ""),
        keys=Path(keys) if keys else _ring_beside(county_file),
        heads=Path(heads) if heads else county_file.parent / "ledger-heads.jsonl",
        hosts=tuple(filter(None, os.environ.get(HOSTS, "localhost,127.0.0.1,[::1]").split(","))),
        https=https,
        proxies=tuple(filter(None, os.environ.get(PROXIES, "127.0.0.1,::1").split(","))),
        second_factor=os.environ.get(SECOND_FACTOR, "1" if https else "0") == "1",
        debug=os.environ.get(DEBUG) == "1",
    )
