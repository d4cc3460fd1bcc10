"""Roles that see not all of their area: a helper only the findings in their own hands, a liaison those that ask something.

casework says which those are by `narrow_for` when the office starts; until it does, such a role sees nothing.
"""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import Area, holds, within
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import current_areas
from taizhang.office.findings.models import Finding

Narrower = Callable[[Actor], QuerySet[Any]]
NARROWED = frozenset({Role.HELPER, Role.DEPARTMENT_LIAISON})
_narrowers: dict[Role, Narrower] = {}


def narrow_for(role: Role, narrower: Narrower) -> None:
    """Say which findings a role sees. narrower: actor → queryset of finding ids."""
    _narrowers[role] = narrower


def findings_of(viewer: Actor) -> QuerySet[Any]:
    """The findings of the open scope that a viewer may see."""
    return _narrowed(viewer, Finding.objects.all())


def findings_in(viewer: Actor, area: Area) -> QuerySet[Any]:
    """Those of them whose own place lies in an area.

    Where the open scope holds the whole area, the area alone is asked for: of two ranges of one column an index is
    searched by the first, which would be the wider one.
    """
    here = within("division_code", (area,))
    if holds(current_areas(), area):
        return _narrowed(viewer, Finding._base_manager.filter(here))  # noqa: SLF001 - documented API
    return findings_of(viewer).filter(here)


def _narrowed(viewer: Actor, found: QuerySet[Any]) -> QuerySet[Any]:
    if viewer.kind == "system" or viewer.roles - NARROWED:
        return found
    narrowers = [_narrowers[role] for role in sorted(viewer.roles) if role in _narrowers]
    if not narrowers:
        return found.none()
    return found.filter(reduce(or_, (Q(pk__in=narrower(viewer)) for narrower in narrowers)))
