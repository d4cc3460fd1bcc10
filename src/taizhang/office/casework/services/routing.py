"""Who gets a finding: by the rule's owner, the division, and who has the least to do."""

from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import Assignment
from taizhang.office.findings.models import Finding

CHAIN = (Role.HELPER, Role.VILLAGE_TEAM, Role.TOWN_DATA_LEAD, Role.CENTRE_OPERATOR)
"""From the household upwards (operations.md §5)."""
OWNERS = {
    "helper": Role.HELPER, "village_team": Role.VILLAGE_TEAM, "town_data_lead": Role.TOWN_DATA_LEAD,
    "centre_operator": Role.CENTRE_OPERATOR, "source_owner": Role.CENTRE_OPERATOR,
}  # fmt: skip


def candidates(role: Role, division_code: str, on: date) -> list[int]:
    """Users who hold a role where the division lies, the smallest area and the fewest open tasks first."""
    prefixes = [division_code[:length] for length in (12, 9, 6, 4, 2)]
    held = (
        Assignment.objects.filter(
            role=role, area__in=prefixes, ended_at=None, valid_from__lte=on, valid_to__gte=on, user__is_active=True
        )
        .annotate(load=Count("user__tasks", filter=Q(user__tasks__ended_at=None)))
        .values_list("user_id", "area", "load")
    )
    return [user for user, _, _ in sorted(held, key=lambda one: (-len(one[1]), one[2], one[0]))]


def route(finding: Finding, place: str, *, exclude: int | None = None) -> tuple[Role, int | None]:
    """Role and user for a finding in the place where it is worked on: its rule's owner, or the next above who exists. No user: the centre dispatches by hand."""
    first = OWNERS.get(finding.owner, Role.HELPER)
    today = timezone.localdate()
    for role in CHAIN[CHAIN.index(first) :]:
        found = [user for user in candidates(role, place, today) if user != exclude]
        if found:
            return role, found[0]
    return first, None
