"""The permission table: every route with what it asks for, every role with what it may. Data in permissions.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from taizhang.office.access.roles import Role

PUBLIC = "public"
"""For anybody, logged in or not."""
SELF = "self"
"""For anybody logged in, about themselves."""


@dataclass(frozen=True)
class Route:
    """One row of the table.

    name, method: of the URL pattern. permission: `noun.verb`, PUBLIC or SELF. subject: what its path names, empty for
    none. audited: verb under which a successful read is written into the ledger, empty for none.
    whole: what it shows belongs to no division, so the permission must be held for the whole county.
    """

    name: str
    method: str
    permission: str
    subject: str = ""
    audited: str = ""
    whole: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Method and name."""
        return self.method, self.name


@cache
def _document() -> dict[str, object]:
    return tomllib.loads(files("taizhang.office.access").joinpath("permissions.toml").read_text("utf-8"))


@cache
def routes() -> Mapping[tuple[str, str], Route]:
    """All routes by method and name. Raises ValueError for a row given twice."""
    found: dict[tuple[str, str], Route] = {}
    table = _document()["route"]
    assert isinstance(table, list)  # noqa: S101 - shape of our own file
    for row in table:
        for method in row["methods"]:
            route = Route(
                row["name"], method, row["permission"], row.get("subject", ""), row.get("audited", ""),
                row.get("whole", False),
            )  # fmt: skip
            if route.key in found:
                raise ValueError(f"two rows for {method} {route.name}")
            found[route.key] = route
    return found


@cache
def role_permissions() -> Mapping[Role, frozenset[str]]:
    """What each role may. Raises KeyError for a role that the file does not name."""
    table = _document()["role"]
    assert isinstance(table, dict)  # noqa: S101 - shape of our own file
    return {role: frozenset(table[role.value]) for role in Role}


@cache
def second_factor_roles() -> frozenset[Role]:
    """The roles whose holders need a second factor: those that hold any of the permissions the file names for it."""
    named = _document()["second_factor"]
    assert isinstance(named, dict)  # noqa: S101 - shape of our own file
    wanted = frozenset(named["permissions"])
    return frozenset(role for role, held in role_permissions().items() if held & wanted)
