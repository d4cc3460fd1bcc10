"""Loading the county's list of divisions."""

from collections.abc import Iterable

from django.db import transaction

from taizhang.identity.divisions import CountyDivisions, DivisionKind
from taizhang.identity.divisions import Division as Listed
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.places.models import Division

LEVELS = {DivisionKind.COUNTY: 3, DivisionKind.STREET: 4, DivisionKind.TOWN: 4, DivisionKind.TOWNSHIP: 4, DivisionKind.VILLAGE: 5}  # fmt: skip


def load_divisions(*, actor: Actor, divisions: CountyDivisions) -> int:
    """Write the list into the office, parents first; codes no longer listed stay, for the rows that name them."""
    listed = list(divisions)
    known = {division.code for division in listed}
    with transaction.atomic():
        rows = [_row(one, known) for one in _parents_first(listed)]
        for level in (3, 4, 5):
            Division.objects.bulk_create(
                [row for row in rows if row.level == level],
                update_conflicts=True,
                unique_fields=["code"],
                update_fields=["name", "level", "parent", "is_placeholder"],
            )
        ledger.record(actor, "places.loaded", "division", "county", count=len(rows))
    return len(rows)


def _parents_first(listed: Iterable[Listed]) -> list[Listed]:
    return sorted(listed, key=lambda one: (LEVELS[one.kind], one.code))


def _row(one: Listed, known: set[str]) -> Division:
    parent = one.parent if one.parent in known else None
    return Division(
        code=one.code, name=one.name, level=LEVELS[one.kind], parent_id=parent, is_placeholder=one.is_placeholder
    )
