"""Pending corrections that meet a proposed one, as pages show them: masked, and of another division only that they are there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import covered
from taizhang.office.access.scope import current_areas
from taizhang.office.casework.services.conflicts import Conflict, disputes_of
from taizhang.office.findings.catalogue import field_title, source_title
from taizhang.office.findings.models import Finding


@dataclass(frozen=True)
class ConflictLine:
    """What is met. value, by, finding: masked value, proposer and short number, empty where the viewer may not see its finding."""

    kind: str
    what: str
    value: str
    state: str
    by: str
    finding: str


@dataclass(frozen=True)
class DisputeLine:
    """Two corrections that contradict each other. pk: of the later one, which stands against the earlier."""

    pk: int
    what: str
    later: str
    later_by: str
    earlier: str
    earlier_by: str


def conflict_lines(conflicts: Sequence[Conflict]) -> list[ConflictLine]:
    """For whoever is about to file."""
    return [_line(one) for one in conflicts]


def disputes_to_settle(viewer: Actor, finding: Finding) -> list[DisputeLine]:
    """Contradictions about a finding that are the viewer's to settle; empty for everybody else."""
    if not viewer.may("finding.review_county"):
        return []
    return [
        DisputeLine(
            one.pk, f"{source_title(one.source)} · {field_title(one.field)}", one.after_mask, str(one.proposed_by),
            one.against.after_mask, str(one.against.proposed_by),
        )
        for one in disputes_of(finding)
        if one.against is not None
        and all(viewer.may("finding.review_county", side.division_code) for side in (one, one.against))
    ]  # fmt: skip


def _line(one: Conflict) -> ConflictLine:
    other = one.other
    elsewhere = _("他人的问题") if covered(other.division_code, current_areas()) else _("外镇或外村")
    return ConflictLine(
        kind=str(one.kind.label), what=f"{source_title(other.source)} · {field_title(other.field)}",
        value=other.after_mask if one.is_open else elsewhere, state=other.get_state_display() if one.is_open else "",
        by=str(other.proposed_by) if one.is_open else "", finding=other.finding.short_id if one.is_open else "",
    )  # fmt: skip
