"""People of a small county for the office's tests: accounts with a role in a place, never a superuser."""

from datetime import date, timedelta

from taizhang.office.access.actor import system_actor
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import User
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.accounts.services import assign_role, create_user

COUNTY, TOWN, OTHER_TOWN, ELSEWHERE = Area("610723"), Area("610723103"), Area("610723108"), Area("610724")
PASSWORD = "Correct-horse-battery-9"
SETUP = system_actor("tests")


def person(role: Role, area: Area = COUNTY, *, username: str = "", until: date | None = None) -> User:
    """A new account that holds one role in one area."""
    name = username or f"{role.value}-{area.prefix}-{User.objects.count()}"
    user = create_user(actor=SETUP, username=name, display_name=name, password=PASSWORD)
    today = date.today()
    assign_role(
        actor=SETUP, user_id=user.pk, role=role, area=area, valid_from=today - timedelta(days=1),
        valid_to=until or today + timedelta(days=300),
    )  # fmt: skip
    return user


def actor(role: Role, area: Area = COUNTY):
    """The actor of a new account."""
    return actor_for(person(role, area))
