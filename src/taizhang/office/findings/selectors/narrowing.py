"""Roles that see not all of their area: a helper only the findings in their own hands.

casework says which those are by `narrow_for` when the office starts; until it does, such a role sees nothing.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from taizhang.office.access.actor import Actor
from taizhang.office.access.roles import Role
from taizhang.office.findings.models import Finding

Narrower = Callable[[Actor], QuerySet[Any]]
NARROWED = frozenset({Role.HELPER})
_narrowers: dict[Role, Narrower] = {}


def narrow_for(role: Role, narrower: Narrower) -> None:
    """Say which findings a role sees. narrower: actor → queryset of finding ids."""
    _narrowers[role] = narrower


def findings_of(viewer: Actor) -> QuerySet[Any]:
    """The findings of the open scope that a viewer may see."""
    found = Finding.objects.all()
    if viewer.kind == "system" or viewer.roles - NARROWED:
        return found
    for role in viewer.roles:
        narrower = _narrowers.get(role)
        if narrower is not None:
            return found.filter(pk__in=narrower(viewer))
    return found.none()
