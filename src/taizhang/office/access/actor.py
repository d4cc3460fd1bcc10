"""Whoever acts: a person with assignments, or a part of the system under its own name."""

from dataclasses import dataclass

from taizhang.office.access.areas import EVERYWHERE, Area, Areas, covered, merged
from taizhang.office.access.roles import Role
from taizhang.office.access.table import role_permissions


@dataclass(frozen=True)
class Grant:
    """A role in an area, in force today."""

    role: Role
    area: Area


@dataclass(frozen=True)
class Actor:
    """Who does something. user_id: None for the system; name: shown in the ledger; grants: roles in force.

    A permission is held where a role that includes it is held: a reviewer of one town is not one in the next.
    """

    user_id: int | None
    name: str
    grants: tuple[Grant, ...] = ()
    kind: str = "user"

    @property
    def roles(self) -> frozenset[Role]:
        """Roles held anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def areas_for(self, permission: str) -> Areas:
        """The areas in which a permission is held; empty where it is not held at all."""
        if self.kind == "system":
            return EVERYWHERE
        held = role_permissions()
        return merged(grant.area for grant in self.grants if permission in held[grant.role])

    def may(self, permission: str, division_code: str | None = None) -> bool:
        """Whether a permission is held, in a division or anywhere."""
        areas = self.areas_for(permission)
        return bool(areas) if division_code is None else covered(division_code, areas)


def system_actor(name: str) -> Actor:
    """A part of the system that acts by itself: the sweep, the scheduler, the importer."""
    return Actor(None, name, kind="system")
