"""Questions about accounts."""

from typing import Any

from django.utils import timezone

from taizhang.office.access.actor import Actor, Grant
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role, conflicting
from taizhang.office.accounts.models import Assignment


def actor_for(user: Any) -> Actor | None:
    """The actor a logged-in user is today; None for a visitor. A disabled user is a visitor at once.

    Roles that exclude one another are refused when they are given; should they meet in the database all the same,
    none of them counts.
    """
    if not user.is_authenticated or not user.is_active:
        return None
    today = timezone.localdate()
    grants = Assignment.objects.filter(
        user_id=user.pk, valid_from__lte=today, valid_to__gte=today, ended_at=None
    ).values_list("role", "area")
    held = tuple(Grant(Role(role), Area(area)) for role, area in grants.order_by("pk"))
    return Actor(user.pk, str(user), () if conflicting(frozenset(one.role for one in held)) else held)
