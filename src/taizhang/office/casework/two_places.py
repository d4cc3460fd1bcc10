"""A finding of several places as its page shows it: who owns it, which sides have spoken, and to whom which words are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import covered
from taizhang.office.access.scope import current_areas
from taizhang.office.casework.models import Side, Statement
from taizhang.office.casework.services.moving import HELD
from taizhang.office.casework.services.owning import asked_sides, stating_places
from taizhang.office.casework.services.stating import DECIDED
from taizhang.office.findings.lake import county_code
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.places import names_of

TOWN = 9


@dataclass(frozen=True)
class SideLine:
    """One side. name: of its place, or 外镇 / 外村; text, by: what it said, empty for a side outside the viewer's area.

    why: why it owns; is_asked: its statement is waited for; said: id of its statement, 0 without one.
    """

    code: str
    name: str
    is_here: bool
    is_owner: bool
    is_asked: bool
    why: str
    said_at: datetime | None
    text: str
    by: str
    said: int

    @property
    def is_waited_for(self) -> bool:
        """It is asked and has said nothing yet."""
        return self.is_asked and self.said_at is None


@dataclass(frozen=True)
class TwoPlaces:
    """All sides, the owner in front. own: those the viewer may speak for, still waited for in front; choices: those it may be moved to.

    owner: id of the side that owns it, 0 without one.
    """

    lines: Sequence[SideLine]
    own: Sequence[SideLine]
    choices: Sequence[SideLine]
    owner: int


def two_places(viewer: Actor, finding: Finding) -> TwoPlaces | None:
    """The sides of a finding; None for a finding of one place, and before it is dispatched."""
    sides = list(
        Side._base_manager.filter(finding=finding).order_by("-is_owner", "pk")  # noqa: SLF001 - documented API
    )
    if not sides:
        return None
    areas = current_areas()
    here = [side for side in sides if covered(side.division_code, areas)]
    statements = Statement._base_manager.filter(finding=finding, withdrawn_at=None)  # noqa: SLF001 - documented API
    said = {one.division_code: one for one in statements.select_related("by")}
    asked = {side.pk for side in asked_sides(finding)}
    names = names_of(side.division_code for side in here)
    towns = {side.division_code[:TOWN] for side in here}
    lines = [
        _line(side, said.get(side.division_code), _name(side, names, towns, is_here=side in here), is_here=side in here, is_asked=side.pk in asked)
        for side in sides
    ]  # fmt: skip
    speaks = set(stating_places(viewer, finding)) if finding.state not in DECIDED else set()
    own = sorted((one for one in lines if one.code in speaks), key=lambda one: not one.is_waited_for)
    moves = finding.state in HELD and all(viewer.may("finding.dispatch", side.division_code) for side in sides)
    choices = [one for one in lines if not one.is_owner and one.code != county_code()] if moves else []
    return TwoPlaces(lines, own, choices, next((side.pk for side in sides if side.is_owner), 0))


def _name(side: Side, names: dict[str, str], towns: set[str], *, is_here: bool) -> str:
    if is_here:
        return names.get(side.division_code, side.division_code)
    if side.division_code == county_code():
        return _("县里")
    return _("外村") if side.division_code[:TOWN] in towns else _("外镇")


def _line(side: Side, said: Statement | None, name: str, *, is_here: bool, is_asked: bool) -> SideLine:
    tells = said is not None and is_here
    return SideLine(
        code=side.division_code if is_here else "", name=name, is_here=is_here, is_owner=side.is_owner, is_asked=is_asked,
        why=side.get_why_display() if side.is_owner else "", said_at=said.at if said else None,
        text=said.text if said and tells else "", by=str(said.by) if said and tells else "",
        said=said.pk if said and tells else 0,
    )  # fmt: skip
