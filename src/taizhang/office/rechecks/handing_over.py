"""Open rechecks of somebody who leaves go to others, none to whoever verified the finding."""

from collections import Counter

from django.db import transaction

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import User
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.errors import Forbidden
from taizhang.office.rechecks.models import Recheck
from taizhang.office.rechecks.selectors import OPEN
from taizhang.office.rechecks.services import looker, verifiers_of


def hand_over_rechecks(*, actor: Actor, from_user_id: int, to_user_id: int | None, reason: str) -> int:
    """Give a person's open rechecks in the scope to another, or to whoever has least; gives how many changed hands.

    What the other verified, or may not look at, goes to whoever has least instead. Raises Forbidden.
    """
    with transaction.atomic():
        held = list(
            Recheck.objects.filter(OPEN, assignee_id=from_user_id).select_for_update(of=("self",)).order_by("pk")
        )
        if not all(actor.may("task.reassign", one.division_code) for one in held):
            raise Forbidden
        to = User.objects.filter(pk=to_user_id, is_active=True).first() if to_user_id is not None else None
        holder = actor_for(to) if to is not None else None
        load: Counter[int] = Counter(
            Recheck.objects.filter(OPEN, assignee__isnull=False).values_list("assignee_id", flat=True)
        )
        people: dict[tuple[Role, str], list[int]] = {}
        verifiers = verifiers_of([one.finding_id for one in held])
        for one in held:
            verified = set(verifiers[one.finding_id])
            if (
                holder is not None
                and holder.user_id not in verified
                and holder.may("finding.recheck", one.division_code)
            ):
                one.assignee_id = holder.user_id
            else:
                one.assignee_id = looker(one.division_code, {*verified, from_user_id}, load, people)
            if one.assignee_id is not None:
                load[one.assignee_id] += 1
            one.save(update_fields=["assignee"])
        if held:
            ledger.record(
                actor, "recheck.reassigned", "user", from_user_id, reason=reason, to=to_user_id, count=len(held),
                tasks=[one.pk for one in held][:500],
            )  # fmt: skip
    return len(held)
