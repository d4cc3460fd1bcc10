"""When somebody leaves: everything that is in their hands, tasks and rechecks, goes to others in one step."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from taizhang.office.access.actor import Actor
from taizhang.office.accounts.models import User
from taizhang.office.casework.models import Task
from taizhang.office.casework.services.dispatching import reassign_tasks
from taizhang.office.errors import NotFound
from taizhang.office.rechecks.handing_over import hand_over_rechecks
from taizhang.office.rechecks.models import Recheck
from taizhang.office.rechecks.selectors import OPEN, rechecks_in_scope


@dataclass(frozen=True)
class InHand:
    """What somebody has in hand in the open scope."""

    holder: User
    tasks: Sequence[Task]
    rechecks: Sequence[Recheck]


def in_hand(user_id: int) -> InHand:
    """Open tasks and rechecks of a person, the earliest due first. Raises NotFound, for everybody without any as for nobody."""
    mine = Task.objects.filter(assignee_id=user_id, ended_at=None).select_related("finding", "assignee")
    tasks = list(mine.order_by("due_on", "pk"))
    rechecks = list(rechecks_in_scope(outcome="open").filter(assignee_id=user_id))
    if not tasks and not rechecks:
        raise NotFound
    return InHand(User.objects.get(pk=user_id), tasks, rechecks)


def hand_over(*, actor: Actor, from_user_id: int, to_user_id: int | None, reason: str) -> tuple[int, int]:
    """Give everything to one person, or anew by place and load; gives how many tasks and rechecks changed hands.

    Raises Forbidden where the new holder may not verify there, NotFound where there is nothing to give.
    """
    with transaction.atomic():
        has_tasks = Task.objects.filter(assignee_id=from_user_id, ended_at=None).exists()
        has_rechecks = Recheck.objects.filter(OPEN, assignee_id=from_user_id).exists()
        if not has_tasks and not has_rechecks:
            raise NotFound
        tasks = rechecks = 0
        if has_tasks:
            tasks = reassign_tasks(actor=actor, from_user_id=from_user_id, to_user_id=to_user_id, reason=reason)
        if has_rechecks:
            rechecks = hand_over_rechecks(actor=actor, from_user_id=from_user_id, to_user_id=to_user_id, reason=reason)
    return tasks, rechecks
