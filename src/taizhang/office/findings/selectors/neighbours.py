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
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.states import OPEN_STATES

TOWN = 9


@dataclass(frozen=True)
class Neighbour:
    """How many open findings of the same rule stand in a surrounding, this one included. url: the list of them."""

    label: Promise | str
    count: int
    url: str


def neighbours(viewer: Actor, finding: Finding) -> list[Neighbour]:
    """Household, village, and the same ledger's rows in the village and the town, as far as the viewer sees them; one question.

    Surroundings in which this finding stands alone are left out; so is everything of a finding of another division.
    """
    if not is_here(finding):
        return []
    town = finding.division_code[:TOWN].ljust(len(finding.division_code), "0")
    around: dict[str, tuple[Promise | str, Mapping[str, str], Q]] = {}
    if finding.subject_household is not None:
        household = str(finding.subject_household)
        around["household"] = _("本户"), {"household": household}, Q(subject_household=finding.subject_household)
    around["village"] = _("本村"), {"place": finding.division_code}, _inside(finding.division_code)
    if finding.source:
        of_source = Q(source=finding.source)
        around["ledger"] = (
            _("本村同一来源"), {"place": finding.division_code, "source": finding.source},
            _inside(finding.division_code) & of_source,
        )  # fmt: skip
        around["town"] = _("本镇同一来源"), {"place": town, "source": finding.source}, _inside(town) & of_source
    alike = findings_of(viewer).filter(rule=finding.rule, state__in=OPEN_STATES)
    counts = alike.aggregate(**{name: Count("pk", filter=asked) for name, (_label, _query, asked) in around.items()})
    return [
        Neighbour(label, counts[name], f"{reverse('findings')}?{urlencode({'rule': finding.rule, **query})}")
        for name, (label, query, _asked) in around.items()
        if counts[name] > 1
    ]


def _inside(code: str) -> Q:
    return within("division_code", (area_of_division(code),))
