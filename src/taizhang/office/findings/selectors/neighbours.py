"""What the neighbours say: open findings of the same rule around a finding, each count opening exactly its list."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import area_of_division, within
from taizhang.office.findings.models import Finding
from taizhang.office.findings.presenting import is_here
from taizhang.office.findings.selectors.narrowing import findings_in, findings_of
from taizhang.office.findings.selectors.same_sheet import beside
from taizhang.office.findings.states import OPEN_STATES

TOWN = 9


@dataclass(frozen=True)
class Neighbour:
    """How many open findings of the same rule stand in a surrounding, this one included. url: the list of them."""

    label: Promise | str
    count: int
    url: str


def neighbours(viewer: Actor, finding: Finding) -> list[Neighbour]:
    """Household, village, the same ledger's rows in the village and the town, and what stands beside it in its sheet.

    As far as the viewer sees them; four questions.

    Surroundings in which this finding stands alone are left out; so is everything of a finding of another division.
    """
    if not is_here(finding):
        return []
    town = finding.division_code[:TOWN].ljust(len(finding.division_code), "0")
    alike = {"rule": finding.rule, "state__in": OPEN_STATES}
    around: list[tuple[Promise | str, Mapping[str, str], int]] = []
    if finding.subject_household is not None:
        same = findings_of(viewer).filter(subject_household=finding.subject_household, **alike)
        around.append((_("本户"), {"household": str(finding.subject_household)}, same.count()))
    in_village, of_source = (
        within("division_code", (area_of_division(finding.division_code),)),
        Q(source=finding.source),
    )
    # Nothing but the town's own rows is looked at: the whole county may have ten thousand of one rule.
    counts = findings_in(viewer, area_of_division(town)).filter(**alike).aggregate(
        village=Count("pk", filter=in_village), ledger=Count("pk", filter=in_village & of_source), town=Count("pk", filter=of_source)
    )  # fmt: skip
    village = {"place": finding.division_code}
    around.append((_("本村"), village, counts["village"]))
    if finding.source:
        of = {"source": finding.source}
        around += [
            (_("本村同一来源"), village | of, counts["ledger"]),
            (_("本镇同一来源"), {"place": town} | of, counts["town"]),
        ]
    near = beside(finding)
    if len(near.column) > 1:
        seen = set(findings_of(viewer).filter(pk__in=near.column, **alike).values_list("pk", flat=True))
        around += [
            (_("同一工作表同一列"), {"column": finding.short_id}, len(seen)),
            (_("行次相连的"), {"block": finding.short_id}, len(seen & near.block)),
        ]
    return [
        Neighbour(label, count, f"{reverse('findings')}?{urlencode({'rule': finding.rule, **query})}")
        for label, query, count in around
        if count > 1
    ]
