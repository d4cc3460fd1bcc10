"""When somebody leaves: everything that is in their hands, tasks and rechecks, goes to others in one step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from taizhang.office.access.actor import Actor
from taizhang.office.accounts.models import User
from taizhang.office.casework.models import Task
from taizhang.office.casework.services.dispatching import reassign_tasks
from taizhang.office.errors import NotFound, Stale
from taizhang.office.ledger.selectors import entries_about
from taizhang.office.ledger.telling import stale_by
from taizhang.office.rechecks.handing_over import hand_over_rechecks
from taizhang.office.rechecks.models import Recheck
from taizhang.office.rechecks.selectors import rechecks_in_scope

HANDED_OVER: Mapping[str, type[Task | Recheck]] = {"task.reassigned": Task, "recheck.reassigned": Recheck}
"""Verb of the ledger → what changed hands."""


@dataclass(frozen=True)
class InHand:
    """What somebody has in hand in the open scope."""

    holder: User
    tasks: Sequence[Task]
    rechecks: Sequence[Recheck]


def in_hand(user_id: int) -> InHand:
    """Open tasks and rechecks of a person, the earliest due first.

    Raises NotFound, for everybody without any as for nobody; Stale, with who did it, where they changed hands already.
    """
    mine = Task.objects.filter(assignee_id=user_id, ended_at=None).select_related("finding", "assignee")
    tasks = list(mine.order_by("due_on", "pk"))
    rechecks = list(rechecks_in_scope(outcome="open").filter(assignee_id=user_id))
    if not tasks and not rechecks:
        raise _nothing_in_hand(user_id)
    return InHand(User.objects.get(pk=user_id), tasks, rechecks)


def hand_over(*, actor: Actor, from_user_id: int, to_user_id: int | None, reason: str) -> tuple[int, int]:
    """Give everything to one person, or anew by place and load; gives how many tasks and rechecks changed hands.

    Raises Forbidden where the new holder may not verify there, NotFound where there is nothing to give, Stale where somebody
    else gave it meanwhile.
    """
    with transaction.atomic():
        tasks = reassign_tasks(actor=actor, from_user_id=from_user_id, to_user_id=to_user_id, reason=reason)
        rechecks = hand_over_rechecks(actor=actor, from_user_id=from_user_id, to_user_id=to_user_id, reason=reason)
        if not tasks and not rechecks:
            raise _nothing_in_hand(from_user_id)
    return tasks, rechecks


def _nothing_in_hand(user_id: int) -> NotFound | Stale:
    """What to tell whoever comes second: who gave this person's work to others, if any of it lies in the open scope."""
    last = entries_about({"user": [user_id]}, HANDED_OVER).first()
    if last is None or not HANDED_OVER[last.verb].objects.filter(pk__in=last.data["tasks"]).exists():
        return NotFound()
    return stale_by(last)
