"""One account for every role of a demo installation. Passwords are random for each installation and kept in its folder.

Accounts with known passwords must never come to be in an office in earnest, so everything here asks the key ring first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from taizhang.office.access.actor import Actor, system_actor
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope_off
from taizhang.office.accounts.models import User
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.accounts.services import assign_role, create_user
from taizhang.office.demo.errors import NotADemo
from taizhang.office.demo.posts import POSTS, Post, passwords_for_all
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import OPEN_STATES
from taizhang.office.places.models import Division

DAYS = 365
VILLAGE_LEVEL = 5


@dataclass(frozen=True)
class DemoAccount:
    """An account as the table shows it. area: prefix of the division code; place: its name."""

    username: str
    password: str
    role: Role
    area: Area
    place: str

    @property
    def actor(self) -> Actor:
        """Whoever is logged in with it."""
        actor = actor_for(User.objects.get(username=self.username))
        assert actor is not None  # noqa: S101 - made and put in force by make_accounts
        return actor


def require_demo() -> None:
    """Raises NotADemo in an installation that is not a demo."""
    if not settings.DEMO:
        raise NotADemo(
            "这不是演示系统，不能建立演示账号。",
            why="密钥环不是演示用的。",
            hint="请换一个新文件夹运行 taizhang demo。",
        )


def make_accounts(folder: Path) -> list[DemoAccount]:
    """Make what is missing of the demo's accounts and put their roles in force; gives all of them.

    folder: of the demo, which keeps the passwords; where they are lost, every account gets a new one. Raises NotADemo.
    """
    require_demo()
    today = timezone.localdate()
    kept = passwords_for_all(folder)
    village = Division.objects.select_related("parent").get(code=_busiest_village())
    accounts = []
    for post in POSTS:
        account = _account(post, village, kept[post.username])
        user = _user(account, post)
        if actor_for(user) is None or not _in_force(user, post):
            assign_role(
                actor=system_actor("demo"), user_id=user.pk, role=post.role, area=account.area, valid_from=today,
                valid_to=today + timedelta(days=DAYS),
            )  # fmt: skip
        accounts.append(account)
    return accounts


def _account(post: Post, village: Division, password: str) -> DemoAccount:
    county = settings.INSTALLATION.county
    area = Area(village.code[: post.level])
    town = village.parent.name if village.parent is not None else ""
    place = {6: county.name, 9: town, 12: f"{town}{village.name}"}[post.level]
    return DemoAccount(post.username, password, post.role, area, place)


def _user(account: DemoAccount, post: Post) -> User:
    user = User.objects.filter(username=account.username).first()
    if user is None:
        where = "" if post.level == 6 else account.place
        return create_user(
            actor=system_actor("demo"), username=account.username, display_name=f"{where}{post.title}",
            password=account.password, unit="演示",
        )  # fmt: skip
    if not user.check_password(account.password):
        user.set_password(account.password)
        user.save(update_fields=["password"])
    return user


def _in_force(user: User, post: Post) -> bool:
    actor = actor_for(user)
    return actor is not None and post.role in actor.roles


def _busiest_village() -> str:
    """The village where the demo's helper works: where one works already, else the one with most open findings."""
    helper = User.objects.filter(username="helper").first()
    assigned = helper.assignments.order_by("-pk").first() if helper is not None else None
    if assigned is not None:
        return str(assigned.area)
    villages = Division.objects.filter(level=VILLAGE_LEVEL).values("code")
    with scope_off("the demo looks for the village with most to do"):
        counted: Sequence[tuple[str, int]] = list(
            Finding.objects.filter(state__in=OPEN_STATES, division_code__in=villages)
            .values_list("division_code").annotate(n=Count("pk")).order_by("-n", "division_code")[:1]
        )  # fmt: skip
    first = Division.objects.filter(level=VILLAGE_LEVEL).order_by("code").first()
    assert first is not None  # noqa: S101 - the sample county lists its villages
    return counted[0][0] if counted else str(first.code)
