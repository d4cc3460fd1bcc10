"""Showing a full number to one person, for a reason, for a time."""

from datetime import timedelta

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.errors import ReasonMissing
from taizhang.office.people.errors import TooManyReveals
from taizhang.office.people.models import Reveal
from taizhang.office.people.selectors.doors import person_for
from taizhang.office.reasons import stated

LASTS = timedelta(minutes=30)
"""How long a number stays readable (law.md §5)."""
MOST_A_DAY = 30
"""Persons whose numbers one account may be shown in twenty-four hours (law.md §5): more is a list, and a list is an export."""


class Reason(TextChoices):
    """Why somebody may need a full number."""

    VERIFY = "verify", _("入户核实")
    ENTER = "enter", _("在来源系统中录入更正")
    ANSWER = "answer", _("答复群众来访来电")
    CHECK = "check", _("审核佐证材料")


def reveal_number(*, actor: Actor, person_id: int, reason: str, words: str) -> Reveal:
    """Let the actor see the numbers of a person for half an hour. Raises NotFound, ReasonMissing, TooManyReveals."""
    person = person_for(person_id)
    if reason not in Reason.values or actor.user_id is None:
        raise ReasonMissing("reason", "words")
    said = stated(words, "reason", "words")
    _require_fewer_than_allowed(actor, person.pk)
    told = f"{Reason(reason).label}：{said}"[:500]
    with transaction.atomic():
        shown = Reveal.objects.create(
            user_id=actor.user_id, person_id=person.pk, reason=told, ends_at=timezone.now() + LASTS
        )
        ledger.record(actor, "id.revealed", "person", person.pk, division_code=person.division_code, reason=told)
    return shown


def _require_fewer_than_allowed(actor: Actor, person_id: int) -> None:
    """Raises TooManyReveals, which is written down; a person shown before in this time counts once."""
    since = timezone.now() - timedelta(days=1)
    shown = Reveal.objects.filter(user_id=actor.user_id, at__gte=since).exclude(person_id=person_id)
    if shown.values("person_id").distinct().count() < MOST_A_DAY:
        return
    with transaction.atomic():
        ledger.record(actor, "reveal.limited", "user", actor.user_id, most=MOST_A_DAY)
    raise TooManyReveals
