"""The limits that boards are judged by (domain/operations.md §6): the county's own by year, or where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.ledger.telling import need_seen
from taizhang.office.parts.typed import whole_number
from taizhang.office.quality.errors import LimitUnfit
from taizhang.office.quality.models import Limit

RIGHT, LATE, RETURNED = "right", "late", "returned"
MEASURES: Mapping[str, tuple[Promise | str, Decimal, Promise | str]] = {
    RIGHT: (_("身份正确率不低于"), Decimal(98), _("陕西一县2017年数据清洗方案：低于98%约谈")),
    LATE: (_("超期比例不高于"), Decimal(10), _("系统的起始值，本县可改")),
    RETURNED: (_("复发比例不高于"), Decimal(5), _("系统的起始值，本县可改")),
}
"""Measure → what it is called, the value it begins with, and where that comes from."""
YEARS = range(2000, 2101)
LEAST_WORDS, LONGEST = 4, 200


@dataclass(frozen=True)
class InForce:
    """A limit as it holds in a year. share: between 0 and 1; since: the year that set it, None for the beginning."""

    measure: str
    percent: Decimal
    since: int | None
    reason: str

    @property
    def share(self) -> float:
        """The limit as a share."""
        return float(self.percent) / 100

    @property
    def words(self) -> str:
        """The limit as it is written."""
        return f"{self.percent.normalize():f}%"


def limits_of(year: int) -> dict[str, InForce]:
    """Every measure's limit in a year: the newest that was set for it or an earlier one."""
    found = {name: InForce(name, value, None, str(origin)) for name, (_label, value, origin) in MEASURES.items()}
    for row in Limit.objects.filter(year__lte=year).order_by("year"):
        if row.measure in found:
            found[row.measure] = InForce(row.measure, row.percent, row.year, row.reason)
    return found


def set_limits() -> list[Limit]:
    """Every limit that was set, newest year first."""
    return list(Limit.objects.select_related("by").order_by("-year", "measure"))


def set_limit(*, actor: Actor, measure: str, year: str, percent: str, reason: str, stood: int | None = None) -> Limit:
    """Set a measure's limit from a year on.

    stood: number of the last entry that the page knew of. Raises LimitUnfit, Stale where somebody else set it since.
    """
    value, words = _percent(percent), reason.strip()[:LONGEST]
    number = whole_number(year) or 0
    if measure not in MEASURES or number not in YEARS or value is None or len(words) < LEAST_WORDS:
        raise LimitUnfit("percent")
    with transaction.atomic():
        before = limits_of(number)[measure]
        row, _made = Limit.objects.update_or_create(
            measure=measure, year=number, defaults={"percent": value, "reason": words, "by_id": actor.user_id}
        )
        need_seen(actor, "limit", measure, stood)
        ledger.record(
            actor,
            "limit.changed",
            "limit",
            measure,
            reason=words,
            year=number,
            percent=[str(before.percent), str(value)],
        )
    return row


def _percent(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= 100 and value == round(value, 1) else None
