"""Pending corrections that meet a proposed one, as pages show them: masked, and of another division only that they are there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import covered
from taizhang.office.access.scope import current_areas
from taizhang.office.casework.models import Correction
from taizhang.office.casework.services.conflicts import Conflict, disputes_of
from taizhang.office.findings.catalogue import field_title, source_title
from taizhang.office.findings.models import Finding


@dataclass(frozen=True)
class ConflictLine:
    """What is met. value, by, finding: masked value, proposer and short number, empty where they lie in another division."""

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
    return [_line(one.kind.label, one.other) for one in conflicts]


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


def _line(kind: object, other: Correction) -> ConflictLine:
    is_here = covered(other.division_code, current_areas())
    return ConflictLine(
        kind=str(kind), what=f"{source_title(other.source)} · {field_title(other.field)}",
        value=other.after_mask if is_here else _("外镇或外村"), state=other.get_state_display(),
        by=str(other.proposed_by) if is_here else "", finding=other.finding.short_id if is_here else "",
    )  # fmt: skip
