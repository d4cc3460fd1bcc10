"""Nothing typed is lost and nobody decides about what they have not seen: ended roles, ended sessions, two officers at once."""

import re
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from officepeople import COUNTY, TOWN, person
from officesweeps import HOME_VILLAGE, finding, full_id, number_of
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.access.sessions import BEGAN
from taizhang.office.accounts.models import Assignment, User
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.casework.models import Correction, Exemption, HandBack, ReturnReason, Review, Task, Verification
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.casework.services.exempting import propose_exemption
from taizhang.office.casework.services.reviewing import close_finding, return_verification
from taizhang.office.casework.services.verifying import deny_finding
from taizhang.office.crypto.sealing import unseal
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import State
from taizhang.office.jobs.models import Job, JobState, Schedule
from taizhang.office.ledger.models import Entry
from taizhang.office.rechecks.models import Recheck
from taizhang.office.rechecks.services import draw_round
from taizhang.sweep.findings.fingerprint import short_id

pytestmark = pytest.mark.django_db
ONE, WORDS = full_id(1), "已入户看过户口簿，写的是王建君"
VILLAGE = Area(HOME_VILLAGE)
FORMS = {
    "case_confirm": (Role.HELPER, [ONE]), "case_deny": (Role.HELPER, [ONE]), "case_ask": (Role.HELPER, [ONE]),
    "case_withdraw": (Role.HELPER, [ONE]), "case_state": (Role.VILLAGE_TEAM, [ONE]), "review_village": (Role.VILLAGE_TEAM, [ONE]),
    "review_town": (Role.TOWN_DATA_LEAD, [ONE]), "exemption_propose": (Role.TOWN_DATA_LEAD, [ONE]),
    "review_county": (Role.CENTRE_REVIEWER, [ONE]), "case_settle": (Role.CENTRE_REVIEWER, [ONE]),
    "case_reject": (Role.CENTRE_OPERATOR, [ONE]), "case_transfer": (Role.CENTRE_OPERATOR, [ONE]),
}  # fmt: skip
AREAS = {Role.HELPER: VILLAGE, Role.VILLAGE_TEAM: VILLAGE, Role.TOWN_DATA_LEAD: TOWN}
PAGE = f"http://testserver/findings/{short_id(ONE)}/?from=list"


@pytest.fixture
def work(lake):
    """A finding in a helper's hands."""
    lake.imported([finding(1, "王建军")])
    users = {role: person(role, AREAS.get(role, COUNTY)) for role in {role for role, _ in FORMS.values()}}
    with scope((COUNTY,)):
        dispatch_findings(
            actor=actor_for(users[Role.CENTRE_OPERATOR]), finding_ids=[ONE], assignee_id=users[Role.HELPER].pk
        )
    return users


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def sent(user, name, ids=(ONE,), client=None, **fields):
    return (client or logged_in(user)).post(
        reverse(name, args=ids), {"note": WORDS, **fields}, headers={"referer": PAGE}
    )


def state():
    with scope((COUNTY,)):
        return Finding.objects.get(pk=ONE).state


@pytest.mark.parametrize("name", FORMS)
def test_a_role_that_ended_meanwhile_is_said_and_the_text_comes_back(work, name):
    role, ids = FORMS[name]
    user, before = work[role], state()
    client = logged_in(user)
    Assignment.objects.filter(user=user).update(
        valid_from=timezone.localdate() - timedelta(days=9), valid_to=timezone.localdate() - timedelta(days=1)
    )

    response = sent(user, name, ids, client, **{"value:city:name": "王建君甲"})

    text = response.content.decode()
    assert response.status_code in (403, 404)
    assert WORDS in text
    assert "王建君甲" in text
    assert f"您的授权“{Role(role).label}”已经结束" in text
    assert PAGE.removeprefix("http://testserver") in text
    assert state() == before


def test_no_number_stands_in_what_comes_back(work):
    number = number_of(1)

    text = sent(
        work[Role.HELPER], "review_village", note=f"{WORDS}{number}", **{"value:city:id_no": number}
    ).content.decode()

    assert WORDS in text
    assert number not in text
    assert number[:4] + "*" * 14 in text


def test_a_role_that_holds_is_not_said_to_have_ended(work):
    text = sent(work[Role.HELPER], "review_village").content.decode()

    assert WORDS in text
    assert "已经结束" not in text


def test_who_never_held_anything_gets_the_same_answer_for_what_is_not_there(work):
    stranger = person(Role.HELPER, Area("610724"))

    there, nowhere = (sent(stranger, "case_deny", [one]).content for one in (ONE, full_id(999)))

    assert len(there) == len(nowhere)


@pytest.mark.parametrize("how", ["too old", "gone"])
@pytest.mark.parametrize(
    ("referer", "back"),
    [(PAGE, PAGE.removeprefix("http://testserver")), ("https://elsewhere.example/findings/", "/"), ("http://testserver//elsewhere.example", "/"), ("", "/")],
)  # fmt: skip
def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(work, how, referer, back):
    client = logged_in(work[Role.HELPER])
    if how == "gone":
        client.logout()
    else:
        session = client.session
        session[BEGAN] = time.time() - 13 * 3600
        session.save()

    response = client.post(reverse("case_deny", args=[ONE]), {"note": WORDS}, headers={"referer": referer})

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert "登录已过期，刚才的一步没有做" in client.get(response["Location"]).content.decode()
    assert "登录已过期" not in client.get(reverse("tasks"), follow=True).content.decode()
    assert Client().get(response["Location"]).wsgi_request.GET["next"] == back
    assert WORDS not in response["Location"]


def denied(user):
    with scope((VILLAGE,)):
        deny_finding(actor=actor_for(user), finding_id=ONE, note="值是对的")


def second(role):
    return person(role, AREAS.get(role, COUNTY), username=f"second-{role.value}")


def refused(response, *said):
    text = response.content.decode()
    assert response.status_code == 409
    assert [one for one in (WORDS, *said) if one not in text] == []


def test_who_verifies_second_sees_what_the_first_said(work):
    first, other = work[Role.HELPER], work[Role.VILLAGE_TEAM]
    sent(first, "case_deny")

    for name in ("case_deny", "case_confirm", "case_ask"):
        fields = {"value:city:name": "王建君"} if name == "case_confirm" else {}
        refused(sent(other, name, **fields), str(first), "核实不属实")
    with scope((COUNTY,)):
        assert Verification.objects.count() == 1


@pytest.mark.parametrize("verdict", [{"verdict": "approve"}, {"verdict": "return", "reason": ReturnReason.OTHER}])
def test_who_reviews_second_sees_the_first_decision(work, verdict):
    denied(work[Role.HELPER])
    first, other = work[Role.VILLAGE_TEAM], second(Role.VILLAGE_TEAM)
    assert sent(first, "review_village", verdict="approve").status_code == 302

    refused(sent(other, "review_village", **verdict), str(first), "村确认")
    with scope((COUNTY,)):
        assert Review.objects.count() == 1


def test_a_review_is_of_the_verification_that_was_on_the_page(work):
    denied(work[Role.HELPER])
    with scope((VILLAGE,)):
        seen = Verification.objects.get().pk
        return_verification(
            actor=actor_for(work[Role.VILLAGE_TEAM]),
            finding_id=ONE,
            level="village",
            reason=ReturnReason.OTHER,
            note="再看",
        )
    denied(work[Role.HELPER])
    other = second(Role.VILLAGE_TEAM)

    refused(sent(other, "review_village", verdict="approve", verification=seen), "核实不属实")
    with scope((COUNTY,)):
        newest = Verification.objects.get(withdrawn_at=None).pk
    assert sent(other, "review_village", verdict="approve", verification=newest).status_code == 302
    assert state() == State.VILLAGE_OK


def page_of(user):
    """The finding's page as somebody sees it now."""
    return logged_in(user).get(PAGE.removeprefix("http://testserver")).content.decode()


def stood_on(page, name):
    """What the form of a step on a page says that it knows of."""
    return re.search(rf'action="{reverse(name, args=[ONE])}".*?name="stood" value="(\d+)"', page, re.DOTALL).group(1)


@pytest.mark.parametrize("name", ["case_deny", "case_confirm", "case_ask"])
def test_a_step_is_refused_after_others_steps_that_its_page_did_not_tell(work, name):
    fields = {"value:city:name": "王建君"} if name == "case_confirm" else {}
    early = stood_on(page_of(work[Role.VILLAGE_TEAM]), name)
    sent(work[Role.HELPER], "case_ask")
    sent(work[Role.CENTRE_OPERATOR], "case_answer")
    late = stood_on(page_of(work[Role.VILLAGE_TEAM]), name)

    refused(sent(work[Role.VILLAGE_TEAM], name, stood=early, **fields), str(work[Role.CENTRE_OPERATOR]), "答复")
    assert state() == State.VERIFYING
    assert sent(work[Role.VILLAGE_TEAM], name, stood=late, **fields).status_code == 302


def test_a_hit_is_not_called_wrong_after_others_steps_that_the_page_did_not_tell(lake):
    lake.imported([finding(1, "王建军")])
    helper, one = person(Role.HELPER, VILLAGE), person(Role.CENTRE_OPERATOR, COUNTY)
    other = second(Role.CENTRE_OPERATOR)
    early = stood_on(page_of(one), "case_reject")
    with scope((COUNTY,)):
        dispatch_findings(actor=actor_for(other), finding_ids=[ONE], assignee_id=helper.pk)
    denied(helper)
    lake.imported([finding(1, "王建军", delta="gone", observation="pass")])
    lake.imported([finding(1, "王建军", delta="reopened", reopened_count=1)])

    refused(sent(one, "case_reject", stood=early), str(helper))
    assert state() == State.REOPENED
    assert sent(one, "case_reject", stood=stood_on(page_of(one), "case_reject")).status_code == 302
    assert state() == State.REJECTED_HIT


def test_an_answer_is_to_the_question_that_stood_on_the_page(work):
    sent(work[Role.HELPER], "case_ask")
    early = stood_on(page_of(work[Role.TOWN_DATA_LEAD]), "case_answer")
    sent(work[Role.CENTRE_OPERATOR], "case_answer")
    sent(work[Role.HELPER], "case_ask", note="另一个问题")

    refused(sent(work[Role.TOWN_DATA_LEAD], "case_answer", stood=early), str(work[Role.HELPER]))
    assert state() == State.NEED_INFO
    late = stood_on(page_of(work[Role.TOWN_DATA_LEAD]), "case_answer")
    assert sent(work[Role.TOWN_DATA_LEAD], "case_answer", stood=late).status_code == 302


def test_ones_own_steps_since_the_page_was_opened_are_no_news(work):
    early = stood_on(page_of(work[Role.HELPER]), "case_deny")
    sent(work[Role.HELPER], "case_start")

    assert sent(work[Role.HELPER], "case_deny", stood=early).status_code == 302


def test_only_its_maker_takes_a_verification_back(work):
    denied(work[Role.HELPER])
    form = reverse("case_withdraw", args=[ONE])

    assert form not in page_of(work[Role.VILLAGE_TEAM])
    refused(sent(work[Role.VILLAGE_TEAM], "case_withdraw"), "只有核实人本人可以撤回")
    assert state() == State.NOT_CONFIRMED
    assert form in page_of(work[Role.HELPER])
    assert sent(work[Role.HELPER], "case_withdraw").status_code == 302
    assert state() == State.VERIFYING


def mark_on(page):
    """What the page sends for its suggested number."""
    return re.search('name="take:city:id_no" value="(.+?)"', page).group(1)


def test_the_suggestion_that_is_taken_is_the_one_that_stood_on_the_page(work, lake):
    early = mark_on(page_of(work[Role.HELPER]))
    other = {
        "field": "id_no",
        "value": number_of(2),
        "probability": 0.9,
        "reason": "other_source",
        "sources": ["ledger"],
    }
    lake.imported([finding(1, "王建军", candidates=[other], delta="persisting", value_digest="v2")])

    refused(sent(work[Role.HELPER], "case_confirm", **{"take:city:id_no": early}))
    assert state() == State.DISPATCHED
    late = mark_on(page_of(work[Role.HELPER]))
    assert number_of(2) not in late
    assert sent(work[Role.HELPER], "case_confirm", **{"take:city:id_no": late}).status_code == 302
    with scope((COUNTY,)):
        made = Correction.objects.get()
    assert unseal(made.after, made.context("after")) == number_of(2)


def test_who_decides_about_an_exemption_second_sees_the_first_decision(work):
    with scope((TOWN,)):
        asked = propose_exemption(actor=actor_for(work[Role.TOWN_DATA_LEAD]), finding_id=ONE, reason="外出务工")
    first, other = work[Role.CENTRE_REVIEWER], second(Role.CENTRE_REVIEWER)
    nothing_said = sent(first, "exemption_decide", [asked.pk], verdict="refuse", note="")
    assert (nothing_said.status_code, "没有写明" in nothing_said.content.decode()) == (422, True)
    assert sent(first, "exemption_decide", [asked.pk], verdict="refuse").status_code == 302

    refused(sent(other, "exemption_decide", [asked.pk], verdict="approve"), str(first))
    with scope((COUNTY,)):
        assert Exemption.objects.get().approved_by == User.objects.get(pk=first.pk)


# --- two of one office: settings ---

LIMIT = {"measure": "right", "year": "2020", "reason": "县里的通知"}
PLAN = {"name": "每周排查", "kind": "sweep.run", "every": "week", "weekday": "1", "at": "06:00"}
DUE = {"source": "city", "town": "", "every": "month"}
SETTINGS = {
    "a term": (Role.CENTRE_REVIEWER, "terms", "term_save", ["verify"], {}, ("workdays", "7", "4")),
    "a level": (Role.CENTRE_REVIEWER, "terms", "policy_save", ["town"], {"mode": "any"}, ("count", "3", "2")),
    "a limit": (Role.CENTRE_REVIEWER, "scores", "limit_save", [], LIMIT, ("percent", "97", "96")),
    "a day": (Role.CENTRE_OPERATOR, "calendar", "calendar_save", [], {"day": "2020-05-04"}, ("note", "青年节放假", "青年节值班")),
    "a due day": (Role.CENTRE_OPERATOR, "delivery_calendar", "delivery_term_save", [], DUE, ("day", "25", "20")),
    "a plan": (Role.CENTRE_OPERATOR, "schedule_edit", "schedule_save", None, PLAN, ("name", "周一排查", "每周一排查")),
}  # fmt: skip
"""Role, page, route and its ids, fields that stay, and the field whose value the first and the second one write."""


def known_by(answer):
    """What the forms of a page say that it knows of."""
    return re.search(r'name="stood" value="(\d+)"', answer.content.decode()).group(1)


@pytest.mark.parametrize("setting", SETTINGS)
def test_who_saves_a_setting_second_is_told_and_keeps_what_they_typed(db, setting):
    role, page, route, ids, fields, (name, first_says, other_says) = SETTINGS[setting]
    first, other = person(role), second(role)
    if ids is None:
        logged_in(first).post(reverse("schedule_new"), PLAN)
        ids = [Schedule.objects.get().pk]
    shown = reverse(page, args=ids if page == "schedule_edit" else [])
    client = logged_in(other)
    stood = known_by(client.get(shown))
    saved = logged_in(first).post(reverse(route, args=ids), {**fields, name: first_says, "stood": stood})
    assert saved.status_code == 302
    before = Entry.objects.filter(actor_id=other.pk).exclude(verb__startswith="login").count()

    late = client.post(reverse(route, args=ids), {**fields, name: other_says, "stood": stood})

    text = late.content.decode()
    assert late.status_code == 409
    assert f"· {first} ·" in text
    assert f'name="{name}" value="{other_says}"' in re.sub(r'(name="\w+") (?:(?!value=)[^>])*?(value=)', r"\1 \2", text)
    assert Entry.objects.filter(actor_id=other.pk).exclude(verb__startswith="login").count() == before
    again = client.post(reverse(route, args=ids), {**fields, name: other_says, "stood": known_by(late)})
    assert again.status_code == 302


@pytest.mark.parametrize("setting", ["a term", "a level"])
def test_ones_own_change_of_a_setting_is_no_news_nor_is_that_of_another_setting(db, setting):
    role, page, route, ids, fields, (name, first_says, other_says) = SETTINGS[setting]
    user = person(role)
    client = logged_in(user)
    stood = known_by(client.get(reverse(page)))
    client.post(reverse(route, args=ids), {**fields, name: first_says, "stood": stood})
    logged_in(second(role)).post(reverse("term_save", args=["recheck"]), {"workdays": "9"})

    assert client.post(reverse(route, args=ids), {**fields, name: other_says, "stood": stood}).status_code == 302


# --- two of one office: hand-backs, rechecks ---


@pytest.fixture
def approved(work):
    """A correction that the county approved, waiting to go back to the city's platform."""
    first = work[Role.HELPER]
    sent(first, "case_confirm", **{"value:city:name": "王建君"})
    for name, role in (
        ("review_village", Role.VILLAGE_TEAM), ("review_town", Role.TOWN_DATA_LEAD), ("review_county", Role.CENTRE_REVIEWER),
    ):  # fmt: skip
        assert sent(work[role], name, verdict="approve").status_code == 302
    return work


def test_who_makes_a_batch_second_is_told_of_the_first(approved):
    first, other = approved[Role.CENTRE_OPERATOR], second(Role.CENTRE_OPERATOR)
    assert sent(first, "handback_new", [], source="city", reason=WORDS).status_code == 302

    refused(sent(other, "handback_new", [], source="city", reason=WORDS), str(first), "HT-")
    with scope((COUNTY,)):
        assert HandBack.objects.count() == 1


def test_a_batch_says_how_far_its_file_is_and_where_to_look_when_there_is_none(approved):
    operator = approved[Role.CENTRE_OPERATOR]
    sent(operator, "handback_new", [], source="city", reason=WORDS)
    page, job = reverse("handback", args=[HandBack.objects.get().pk]), Job.objects.get(kind="handback.write")
    client = logged_in(operator)

    waiting = client.get(page).content.decode()
    Job.objects.update(state=JobState.FAILED, error_code="E-HANDBACK-ORIGINAL")
    failed = client.get(page).content.decode()

    assert "progress-line" in waiting
    assert settings.INSTALLATION.county.source("city").title in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert 'hx-trigger="every 2s"' not in failed
    assert reverse("job_progress", args=[job.pk]) in failed


def test_who_says_entered_second_sees_who_said_it_first(approved):
    first, other = approved[Role.CENTRE_OPERATOR], second(Role.CENTRE_OPERATOR)
    sent(first, "handback_new", [], source="city", reason=WORDS)
    with scope((COUNTY,)):
        HandBack.objects.update(sha256="0" * 64)
        batch = HandBack.objects.get()
    assert sent(first, "handback_entered", [batch.pk]).status_code == 302

    refused(sent(other, "handback_entered", [batch.pk]), str(first))


def test_who_rechecks_second_sees_the_first_result(work, time_machine):
    with scope((COUNTY,)):
        Finding.objects.filter(pk=ONE).update(state=State.PROVEN)
        Task.objects.all().delete()
        close_finding(actor=actor_for(work[Role.CENTRE_REVIEWER]), finding_id=ONE)
        today = timezone.localdate()
        time_machine.move_to(timezone.now() + timedelta(days=1))
        draw_round(actor=actor_for(work[Role.CENTRE_OPERATOR]), first=today, last=today, share=100)
        drawn = Recheck.objects.get()
    first, other = work[Role.TOWN_DATA_LEAD], work[Role.VILLAGE_TEAM]
    assert sent(first, "recheck_decide", [drawn.pk], verdict="holds").status_code == 302

    refused(sent(other, "recheck_decide", [drawn.pk], verdict="fails"), str(first))
    assert state() == State.CLOSED_OUT
