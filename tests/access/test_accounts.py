"""The three administrators: what each may do, what none may do alone, and what nobody may do for themselves."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from officepeople import COUNTY, PASSWORD, TOWN, actor, person
from taizhang.office.access.actor import system_actor
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import ADMINISTRATORS, Role
from taizhang.office.accounts.errors import (
    NoSuchArea,
    OwnAccount,
    ReasonNeeded,
    RolesConflict,
    SameHands,
    TermWrong,
)
from taizhang.office.accounts.models import Assignment, RoleRequest, User
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.accounts.services import assign_role, decide_role, disable_user, request_role
from taizhang.office.accounts.services.entry import reset_factor, unlock
from taizhang.office.accounts.services.passwords import reset_password
from taizhang.office.errors import Forbidden, NotFound, Stale
from taizhang.office.ledger.models import Entry
from taizhang.office.places.models import Division

pytestmark = pytest.mark.django_db
TODAY = date.today()
NEXT_YEAR = TODAY + timedelta(days=365)


@pytest.fixture(autouse=True)
def county():
    """The county, two towns and a village; no attempt counted."""
    cache.clear()
    for code, name, level in (
        ("610723000000", "洋县", 3), ("610723103000", "龙亭镇", 4), ("610723108000", "磨子桥镇", 4), ("610723103201", "柏树村", 5),
    ):  # fmt: skip
        Division.objects.create(code=code, name=name, level=level)


def client_of(user):
    """A browser in which somebody is logged in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def role_for(user, role=Role.VILLAGE_TEAM, area=TOWN, **changes):
    """The words of a request for a role."""
    return {
        "user_id": user.pk, "role": role, "area": area, "valid_from": TODAY, "valid_to": NEXT_YEAR, "reason": "到岗",
    } | changes  # fmt: skip


def newcomer(name="newcomer"):
    """An account without any role."""
    return User.objects.create(username=name, display_name="新来的")


def test_a_role_counts_once_a_second_person_has_confirmed_it():
    asks, confirms, user = actor(Role.SECURITY_ADMIN), actor(Role.SECURITY_ADMIN), newcomer()

    asked = request_role(actor=asks, **role_for(user))
    assert actor_for(user).grants == ()
    decide_role(actor=confirms, request_id=asked.pk, accept=True)

    assert actor_for(user).roles == {Role.VILLAGE_TEAM}
    verbs = Entry.objects.filter(subject_type="user", subject_id=user.pk).values_list("verb", flat=True)
    assert list(verbs) == ["role.requested", "role.assigned"]


def test_the_leader_may_confirm_too():
    user = newcomer()
    asked = request_role(actor=actor(Role.SECURITY_ADMIN), **role_for(user))

    decide_role(actor=actor(Role.LEADER), request_id=asked.pk, accept=True)

    assert actor_for(user).roles == {Role.VILLAGE_TEAM}


def test_whoever_asked_cannot_confirm():
    asks, user = actor(Role.SECURITY_ADMIN), newcomer()
    asked = request_role(actor=asks, **role_for(user))

    with pytest.raises(SameHands):
        decide_role(actor=asks, request_id=asked.pk, accept=True)
    assert actor_for(user).grants == ()


def test_whoever_would_get_it_cannot_confirm():
    leader = person(Role.LEADER)
    asked = request_role(actor=actor(Role.SECURITY_ADMIN), **role_for(leader))

    with pytest.raises(SameHands):
        decide_role(actor=actor_for(leader), request_id=asked.pk, accept=True)


def test_a_request_is_decided_once():
    user = newcomer()
    asked = request_role(actor=actor(Role.SECURITY_ADMIN), **role_for(user))
    decide_role(actor=actor(Role.LEADER), request_id=asked.pk, accept=False, reason="不需要")

    with pytest.raises(Stale):
        decide_role(actor=actor(Role.LEADER), request_id=asked.pk, accept=True)
    assert actor_for(user).grants == ()
    assert Entry.objects.get(verb="role.refused").reason == "不需要"


def test_nobody_gives_a_role_to_themselves():
    security = person(Role.SECURITY_ADMIN)

    with pytest.raises(OwnAccount):
        request_role(actor=actor_for(security), **role_for(security, Role.SECURITY_ADMIN, COUNTY))
    with pytest.raises(OwnAccount):
        assign_role(actor=actor_for(security), **role_for(security, Role.LEADER, COUNTY))


@pytest.mark.parametrize("step", [disable_user, reset_password, unlock, reset_factor])
def test_nobody_does_this_to_their_own_account(step):
    own = person(Role.SYSTEM_ADMIN)

    with pytest.raises(OwnAccount):
        step(actor=actor_for(own), user_id=own.pk, reason="x")


@pytest.mark.parametrize("held", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("wanted", sorted(Role))
def test_an_administrator_holds_no_second_role(held, wanted):
    if held == wanted:
        return
    with pytest.raises(RolesConflict):
        request_role(actor=actor(Role.SECURITY_ADMIN), **role_for(person(held), wanted, COUNTY))


def test_a_conflict_that_arose_meanwhile_stops_the_confirmation():
    user = newcomer()
    first = request_role(actor=actor(Role.SECURITY_ADMIN), **role_for(user, Role.SYSTEM_ADMIN, COUNTY))
    second = request_role(actor=actor(Role.SECURITY_ADMIN), **role_for(user, Role.AUDIT_ADMIN, COUNTY))
    decide_role(actor=actor(Role.LEADER), request_id=first.pk, accept=True)

    with pytest.raises(RolesConflict):
        decide_role(actor=actor(Role.LEADER), request_id=second.pk, accept=True)
    assert RoleRequest.objects.get(pk=second.pk).decided_at is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": " "}, ReasonNeeded),
        ({"valid_from": TODAY - timedelta(days=1)}, TermWrong),
        ({"valid_to": TODAY - timedelta(days=1)}, TermWrong),
        ({"valid_to": TODAY + timedelta(days=367)}, TermWrong),
        ({"area": Area("610723199")}, NoSuchArea),
        ({"user_id": 987654}, NotFound),
    ],
    ids=["no reason", "from yesterday", "ends before", "too long", "no such town", "no such account"],
)
def test_a_request_that_cannot_be_is_refused(changes, error):
    with pytest.raises(error):
        request_role(actor=actor(Role.SECURITY_ADMIN), **role_for(newcomer(), **changes))


def test_roles_are_given_only_inside_the_area_of_whoever_asks():
    with pytest.raises(Forbidden):
        request_role(actor=actor(Role.SECURITY_ADMIN, TOWN), **role_for(newcomer(), area=Area("610723108")))


def test_the_first_three_administrators_come_from_the_command_line():
    init = system_actor("command line")
    for role in ADMINISTRATORS:
        assign_role(actor=init, **role_for(newcomer(role.value), role, COUNTY))

    assert set(Assignment.objects.values_list("role", flat=True)) == ADMINISTRATORS


# --- pages ---


def test_the_system_administrator_makes_an_account_and_sees_its_password_once():
    client = client_of(person(Role.SYSTEM_ADMIN))

    shown = client.post(
        reverse("account_new"), {"username": "wang.jianjun", "display_name": "王建军", "unit": "扶贫办", "phone": ""}
    )

    once = shown.context["once"]
    assert once in shown.content.decode()
    user = User.objects.get(username="wang.jianjun")
    assert once not in client.get(reverse("account", args=[user.pk])).content.decode()
    login = Client().post(reverse("account_login"), {"login": "wang.jianjun", "password": once})
    assert login.status_code == 302
    assert actor_for(user).grants == ()


@pytest.mark.parametrize("username", ["612323195106104477", "13800138000", "a", "王建军", "no spaces"])
def test_a_login_name_that_cannot_be_one_is_refused(username):
    shown = client_of(person(Role.SYSTEM_ADMIN)).post(
        reverse("account_new"), {"username": username, "display_name": "王建军"}
    )

    assert shown.status_code == 422
    assert shown.context["form"].errors["username"]


def test_a_login_name_in_use_is_told_at_its_field():
    person(Role.LEADER, username="taken")
    shown = client_of(person(Role.SYSTEM_ADMIN)).post(
        reverse("account_new"), {"username": "taken", "display_name": "王建军"}
    )

    assert shown.status_code == 422
    assert "已被使用" in shown.content.decode()


def test_disabling_and_enabling_through_the_pages():
    client, user = client_of(person(Role.SYSTEM_ADMIN)), person(Role.VILLAGE_TEAM)
    theirs = client_of(user)

    refused = client.post(reverse("account_disable", args=[user.pk]), {"reason": ""})
    assert refused.status_code == 422
    client.post(reverse("account_disable", args=[user.pk]), {"reason": "调离"})
    assert theirs.get(reverse("home")).status_code == 302
    client.post(reverse("account_enable", args=[user.pk]), {"reason": "调回"})
    assert client_of(User.objects.get(pk=user.pk)).get(reverse("home")).status_code == 200


def test_the_security_administrator_unlocks_and_sees_who_is_locked():
    user = person(Role.VILLAGE_TEAM, username="li.wei")
    for _ in range(5):
        Client().post(reverse("account_login"), {"login": "li.wei", "password": "wrong-password-1"})
    client = client_of(person(Role.SECURITY_ADMIN))
    assert "li.wei" in client.get(reverse("logins")).content.decode()
    assert "已锁定" in client.get(reverse("account", args=[user.pk])).content.decode()

    client.post(reverse("account_unlock", args=[user.pk]), {"reason": "本人来电"})

    assert "已锁定" not in client.get(reverse("account", args=[user.pk])).content.decode()
    assert Client().post(reverse("account_login"), {"login": "li.wei", "password": PASSWORD}).status_code == 302


def test_asking_and_confirming_through_the_pages():
    user = newcomer()
    asks, confirms = client_of(person(Role.SECURITY_ADMIN)), client_of(person(Role.SECURITY_ADMIN))
    words = {
        "role": "village_team", "place": "610723103201", "valid_from": TODAY.isoformat(), "valid_to": NEXT_YEAR.isoformat(),
        "reason": "驻村",
    }  # fmt: skip

    assert asks.post(reverse("role_request", args=[user.pk]), words).status_code == 302
    (asked,) = RoleRequest.objects.all()
    assert asked.area == "610723103201"
    assert "等待另一人确认" in asks.get(reverse("role_requests")).content.decode()
    assert asks.post(reverse("role_decide", args=[asked.pk]), {"verdict": "accept"}).status_code == 403
    assert confirms.post(reverse("role_decide", args=[asked.pk]), {"verdict": "accept"}).status_code == 302
    assert actor_for(user).may("finding.verify", "610723103201")
    held = Assignment.objects.get(user=user)
    assert asks.post(reverse("role_end", args=[held.pk]), {"reason": "离任"}).status_code == 302
    assert actor_for(user).grants == ()


def test_what_ends_within_thirty_days_is_listed():
    soon, late = person(Role.VILLAGE_TEAM, until=TODAY + timedelta(days=29)), person(Role.VILLAGE_TEAM)

    shown = client_of(person(Role.SECURITY_ADMIN)).get(reverse("roles") + "?soon=1").content.decode()

    assert soon.username in shown
    assert late.username not in shown


def test_the_access_review_says_who_may_be_what_where_and_is_exported_with_a_reason():
    user = person(Role.VILLAGE_TEAM, TOWN)
    client = client_of(person(Role.AUDIT_ADMIN))
    assert user.username in client.get(reverse("access_review")).content.decode()
    assert client.post(reverse("access_review_export"), {"reason": ""}).status_code == 400

    answer = client.post(reverse("access_review_export"), {"reason": "季度核查"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert ["龙亭镇", "610723103", "第一书记/工作队", user.username] in [line[:4] for line in lines]
    assert "不得外传" in sheet["A1"].value
    assert Entry.objects.get(verb="access.exported").reason == "季度核查"


def test_the_ledger_page_narrows_by_who_what_subject_and_day():
    user = person(Role.VILLAGE_TEAM)
    audit = person(Role.AUDIT_ADMIN)
    client = client_of(audit)

    def shown(query):
        return [
            int(row.cells[0].note.split()[1])
            for row in client.get(f"{reverse('ledger')}?{query}").context["table"].rows
        ]

    everything = shown("")
    assert everything == sorted(everything, reverse=True)
    about = shown(f"subject=user {user.pk}")
    assert about == list(
        Entry.objects.filter(subject_type="user", subject_id=user.pk).order_by("-seq").values_list("seq", flat=True)
    )
    assert len(shown("verb=role.assigned")) == 2
    assert shown(f"who={audit.username}") == list(
        Entry.objects.filter(actor=audit).order_by("-seq").values_list("seq", flat=True)
    )
    assert shown(f"at_from={TODAY + timedelta(days=2)}") == []
    assert shown("verb=nonsense&at_from=never") == shown("")


def test_the_ledger_is_exported_with_a_reason():
    client = client_of(person(Role.AUDIT_ADMIN))

    assert client.post(reverse("ledger_export"), {"reason": " "}).status_code == 400
    answer = client.post(f"{reverse('ledger_export')}?verb=user.created", {"reason": "年度审计"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert [row[3].value for row in sheet.iter_rows(min_row=3)] == ["新建账号"]
    assert Entry.objects.get(verb="ledger.exported").reason == "年度审计"


def test_business_roles_and_the_other_administrators_find_these_pages_closed():
    closed = {
        Role.SYSTEM_ADMIN: ["roles", "role_requests", "access_review", "ledger", "logins", "findings", "search"],
        Role.SECURITY_ADMIN: ["ledger", "findings", "search", "jobs"],
        Role.AUDIT_ADMIN: ["accounts", "roles", "role_requests", "findings", "search", "jobs"],
        Role.CENTRE_OPERATOR: ["accounts", "roles", "role_requests", "access_review", "ledger", "logins"],
    }
    for role, names in closed.items():
        client = client_of(person(role))
        assert {name: client.get(reverse(name)).status_code for name in names} == dict.fromkeys(names, 403)


def test_an_administrator_of_a_part_of_the_county_is_none():
    client = client_of(person(Role.SYSTEM_ADMIN, TOWN))

    assert client.get(reverse("accounts")).status_code == 403


def test_the_divisions_of_the_form_are_the_countys_own():
    client, user = client_of(person(Role.SECURITY_ADMIN)), newcomer()

    choices = client.get(reverse("account", args=[user.pk])).context["role_form"].fields["place"].choices

    assert [code for code, _ in choices] == list(Division.objects.order_by("code").values_list("code", flat=True))
