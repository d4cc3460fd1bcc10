"""The loop in people's hands: who may do what when, that nobody decides about their own work, and what a sweep ends."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html

from officepeople import COUNTY, OTHER_TOWN, SETUP, TOWN, actor
from officepeople import person as person_account
from officesweeps import FAR_VILLAGE, HOME_VILLAGE, Lake, finding, full_id, household, number_of, person
from taizhang.identity.numbers import check_digit
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.accounts.models import User
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.accounts.services import assign_role, disable_user
from taizhang.office.casework.errors import (
    BadValue,
    ConflictUnseen,
    NothingToCorrect,
    NothingToHandBack,
    OwnProposal,
    StaleBase,
    TooMany,
    WrongState,
)
from taizhang.office.casework.models import (
    Correction,
    CorrectionState,
    Exemption,
    ExemptionState,
    Notice,
    ReturnReason,
    Review,
    Task,
)
from taizhang.office.casework.observing import follow_moves
from taizhang.office.casework.selectors import workload
from taizhang.office.casework.services import bulk
from taizhang.office.casework.services.bulk import apply_bulk, preview_bulk
from taizhang.office.casework.services.dispatching import dispatch_findings, reassign_tasks
from taizhang.office.casework.services.evidence import add_evidence
from taizhang.office.casework.services.exempting import decide_exemption, lapse_expired, propose_exemption
from taizhang.office.casework.services.handing_back import request_handback
from taizhang.office.casework.services.reminding import remind
from taizhang.office.casework.services.reviewing import (
    approve_verification,
    close_finding,
    return_verification,
    set_policy,
)
from taizhang.office.casework.services.verifying import (
    Proposal,
    answer_question,
    ask_about,
    confirm_finding,
    deny_finding,
    withdraw_verification,
)
from taizhang.office.casework.transitions import MOVES
from taizhang.office.errors import Forbidden, ListTooLong, NotFound, Stale
from taizhang.office.exporting import MOST
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.services.importing import import_sweep
from taizhang.office.findings.states import ENDED, State
from taizhang.office.jobs.models import DayOff
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.verifying import verify
from taizhang.sweep.findings.fingerprint import short_id

pytestmark = pytest.mark.django_db
VILLAGE = Area(HOME_VILLAGE)
ONE = full_id(1)
TRUE_NAME = "王建君"


@pytest.fixture(autouse=True)
def on_the_day(time_machine):
    """It is the morning of the acceptance scenario's day."""
    time_machine.move_to(datetime(2020, 2, 19, 9, tzinfo=ZoneInfo("Asia/Shanghai")))


@pytest.fixture
def lake():
    """An empty lake, emptied again."""
    lake = Lake()
    lake.clear()
    yield lake
    lake.clear()


@pytest.fixture
def staff():
    """One person of every role the loop needs."""
    return {
        "operator": actor(Role.CENTRE_OPERATOR, COUNTY),
        "helper": actor(Role.HELPER, VILLAGE),
        "village": actor(Role.VILLAGE_TEAM, VILLAGE),
        "town": actor(Role.TOWN_DATA_LEAD, TOWN),
        "reviewer": actor(Role.CENTRE_REVIEWER, COUNTY),
        "foreign": actor(Role.TOWN_DATA_LEAD, OTHER_TOWN),
    }


@pytest.fixture
def found(lake, staff):
    """Two findings, one of another town, imported; the scope of the county is open."""
    folder = lake.sweep(
        [finding(1), finding(2, "李秀英", FAR_VILLAGE, subject=2)],
        persons=[person(1, "王建军"), person(2, "李秀英", FAR_VILLAGE, household=2)],
        households=[household(1, "王建军"), household(2, "李秀英", FAR_VILLAGE)],
    )
    import_sweep(actor=SETUP, folder=folder)
    with scope((COUNTY,)):
        yield lake


def state():
    return State(Finding.objects.get(pk=ONE).state)


def to(staff, target):
    """Walk the first finding to a state along the usual way."""
    way = [
        (State.DISPATCHED, lambda: dispatch_findings(actor=staff["operator"], finding_ids=[ONE])),
        (
            State.CONFIRMED,
            lambda: confirm_finding(actor=staff["helper"], finding_id=ONE, proposals=[NAME], note="户口簿为准"),
        ),
        (State.VILLAGE_OK, lambda: approve_verification(actor=staff["village"], finding_id=ONE, level="village")),
        (State.TOWN_OK, lambda: approve_verification(actor=staff["town"], finding_id=ONE, level="town")),
        (State.COUNTY_OK, lambda: approve_verification(actor=staff["reviewer"], finding_id=ONE, level="county")),
    ]
    for reached, step in way:
        step()
        if reached is target:
            return


NAME = Proposal("city", "name", TRUE_NAME)


def test_a_finding_walks_from_dispatch_to_county_review(found, staff):
    to(staff, State.COUNTY_OK)

    assert state() is State.COUNTY_OK
    assert Correction.objects.get().state == CorrectionState.APPROVED
    assert verify() is None


def test_every_step_leaves_one_entry(found, staff):
    before = Entry.objects.count()

    to(staff, State.COUNTY_OK)

    verbs = list(Entry.objects.order_by("seq").values_list("verb", flat=True))[before:]
    assert verbs == [
        "finding.dispatched", "finding.confirmed", "finding.village_ok", "finding.town_ok", "finding.county_ok",
    ]  # fmt: skip


def test_dispatch_goes_to_the_holder_next_to_the_household_with_a_term_in_working_days(found, staff):
    to(staff, State.DISPATCHED)

    task = Task.objects.get()
    assert task.assignee_id == staff["helper"].user_id
    assert task.due_on > timezone.localdate()


def test_a_finding_where_nobody_works_goes_up_the_chain(found, staff):
    dispatch_findings(actor=staff["operator"], finding_ids=[full_id(2)])

    assert Task.objects.get().assignee_id == staff["foreign"].user_id


@pytest.mark.parametrize("who", ["helper", "village", "town", "reviewer", "foreign"])
def test_only_the_operator_dispatches(found, staff, who):
    with pytest.raises((Forbidden, NotFound)):
        dispatch_findings(actor=staff[who], finding_ids=[ONE])


def test_a_person_of_another_town_cannot_even_see_it(found, staff):
    to(staff, State.DISPATCHED)

    with scope((OTHER_TOWN,)), pytest.raises(NotFound):
        confirm_finding(actor=staff["foreign"], finding_id=ONE, proposals=[NAME], note="")
    with pytest.raises(Forbidden):
        confirm_finding(actor=staff["foreign"], finding_id=ONE, proposals=[NAME], note="")


def test_one_foreign_finding_refuses_the_whole_dispatch(found, staff):
    with scope((TOWN,)), pytest.raises(NotFound):
        dispatch_findings(actor=staff["operator"], finding_ids=[ONE, full_id(2)])
    assert not Task.objects.exists()


def test_the_second_of_two_deciders_must_look_again(found, staff):
    to(staff, State.CONFIRMED)

    with pytest.raises(WrongState):
        deny_finding(actor=staff["helper"], finding_id=ONE, note="值是对的")


@pytest.mark.parametrize("value", ["", "   ", "张3", "王建军"])
def test_a_value_that_is_none_or_the_same_is_refused(found, staff, value):
    to(staff, State.DISPATCHED)

    with pytest.raises((BadValue, NothingToCorrect)):
        confirm_finding(actor=staff["helper"], finding_id=ONE, proposals=[Proposal("city", "name", value)], note="")
    assert state() is State.DISPATCHED


def test_a_number_must_pass_its_check(found, staff):
    to(staff, State.DISPATCHED)
    right = "61232319510203123"
    wrong = right + ("0" if check_digit(right) != "0" else "1")

    with pytest.raises(BadValue):
        confirm_finding(actor=staff["helper"], finding_id=ONE, proposals=[Proposal("city", "id_no", wrong)], note="")
    confirm_finding(
        actor=staff["helper"],
        finding_id=ONE,
        proposals=[Proposal("city", "id_no", right + check_digit(right))],
        note="",
    )
    row = Correction.objects.get()
    assert row.after_mask.startswith("6123***")
    assert number_of(1) not in row.before_mask + row.after_mask


def test_a_denial_needs_its_reason(found, staff):
    to(staff, State.DISPATCHED)

    with pytest.raises(NothingToCorrect):
        deny_finding(actor=staff["helper"], finding_id=ONE, note=" ")


def test_an_accepted_explanation_lets_the_finding_be(found, staff):
    to(staff, State.DISPATCHED)
    deny_finding(actor=staff["helper"], finding_id=ONE, note="确为曾用名")
    for who, level in (("village", "village"), ("town", "town"), ("reviewer", "county")):
        approve_verification(actor=staff[who], finding_id=ONE, level=level)

    assert state() is State.EXEMPTED
    assert Exemption.objects.get().expires_on > timezone.localdate()


def test_an_accepted_explanation_takes_the_place_of_an_exemption_asked_for_before(found, staff):
    to(staff, State.DISPATCHED)
    propose_exemption(actor=staff["town"], finding_id=ONE, reason="待公安答复")
    deny_finding(actor=staff["helper"], finding_id=ONE, note="确为曾用名")

    for who, level in (("village", "village"), ("town", "town"), ("reviewer", "county")):
        approve_verification(actor=staff[who], finding_id=ONE, level=level)

    assert state() is State.EXEMPTED
    assert sorted(Exemption.objects.values_list("state", "ended_why")) == [("approved", ""), ("ended", "explained")]


def test_nobody_reviews_their_own_finding(found, staff):
    dispatch_findings(actor=staff["operator"], finding_ids=[ONE], assignee_id=staff["village"].user_id)
    confirm_finding(actor=staff["village"], finding_id=ONE, proposals=[NAME], note="")

    with pytest.raises(OwnProposal):
        approve_verification(actor=staff["village"], finding_id=ONE, level="village")


def test_the_database_itself_refuses_a_reviewer_who_is_the_maker(found, staff):
    to(staff, State.CONFIRMED)
    made = Finding.objects.get(pk=ONE).verifications.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(
            division_code=HOME_VILLAGE,
            verification=made,
            level="town",
            approves=True,
            by_id=made.by_id,
            maker_id=made.by_id,
        )


@pytest.mark.parametrize(
    ("at", "who", "level"),
    [(State.CONFIRMED, "town", "village"), (State.VILLAGE_OK, "village", "town"), (State.TOWN_OK, "town", "county")],
)
def test_a_level_belongs_to_its_role(found, staff, at, who, level):
    to(staff, at)

    with pytest.raises(Forbidden):
        approve_verification(actor=staff[who], finding_id=ONE, level=level)


def test_levels_are_not_skipped(found, staff):
    to(staff, State.CONFIRMED)

    with pytest.raises(WrongState):
        approve_verification(actor=staff["town"], finding_id=ONE, level="town")


def test_a_returned_finding_goes_back_to_its_holder_with_its_reason(found, staff):
    to(staff, State.VILLAGE_OK)

    return_verification(
        actor=staff["town"], finding_id=ONE, level="town", reason=ReturnReason.TOO_LITTLE, note="缺户口簿照片"
    )

    assert state() is State.RETURNED
    assert Correction.objects.get().state == CorrectionState.WITHDRAWN
    assert Task.objects.get().ended_at is None
    confirm_finding(actor=staff["helper"], finding_id=ONE, proposals=[NAME], note="已补")
    assert state() is State.CONFIRMED


@pytest.mark.parametrize(
    ("content", "ending"), [(b"\xff\xd8\xff\xe0", ".jpg"), (b"\x89PNG\r\n\x1a\n", ".png"), (b"%PDF-1.7", ".pdf")]
)
def test_a_paper_is_taken_out_under_a_name_that_a_double_click_opens(found, staff, content, ending):
    to(staff, State.DISPATCHED)
    paper = add_evidence(actor=staff["helper"], finding_id=ONE, kind="户口簿页", name="首页", content=content)
    client = Client()
    client.force_login(User.objects.get(pk=staff["helper"].user_id))

    answer = client.post(reverse("evidence", args=[paper.pk]))

    assert answer["Content-Disposition"].endswith(f'{ending}"')
    assert answer.content == content


def test_a_verification_is_withdrawn_before_review_only(found, staff):
    to(staff, State.CONFIRMED)
    withdraw_verification(actor=staff["helper"], finding_id=ONE, reason="写错了")
    assert state() is State.VERIFYING

    confirm_finding(actor=staff["helper"], finding_id=ONE, proposals=[NAME], note="")
    approve_verification(actor=staff["village"], finding_id=ONE, level="village")
    with pytest.raises(WrongState):
        withdraw_verification(actor=staff["helper"], finding_id=ONE, reason="再改")


def test_a_second_correction_of_one_field_is_refused_to_whoever_has_not_seen_the_first(found, staff, lake):
    folder = lake.sweep(
        [finding(1, delta="persisting"), finding(3)], persons=[person(1, "王建军")], households=[household(1, "王建军")]
    )
    import_sweep(actor=SETUP, folder=folder)
    to(staff, State.CONFIRMED)
    other = full_id(3)
    dispatch_findings(actor=staff["operator"], finding_ids=[other])

    with pytest.raises(ConflictUnseen):
        confirm_finding(
            actor=staff["helper"], finding_id=other, proposals=[Proposal("city", "name", "王建均")], note=""
        )


def test_a_correction_of_values_that_changed_since_must_be_made_anew(found, staff):
    to(staff, State.VILLAGE_OK)
    Finding.objects.filter(pk=ONE).update(value_digest="v2")

    with pytest.raises(StaleBase):
        approve_verification(actor=staff["town"], finding_id=ONE, level="town")


def test_a_policy_can_ask_for_two_approvals(found, staff):
    second = actor(Role.TOWN_DATA_LEAD, TOWN)
    set_policy(actor=staff["reviewer"], level="town", mode="count", count=2, reason="试点")
    to(staff, State.VILLAGE_OK)

    assert approve_verification(actor=staff["town"], finding_id=ONE, level="town") is False
    assert state() is State.VILLAGE_OK
    with pytest.raises(OwnProposal):
        approve_verification(actor=staff["town"], finding_id=ONE, level="town")
    assert approve_verification(actor=second, finding_id=ONE, level="town") is True


def test_where_too_few_may_approve_is_said_when_other_places_have_enough(found, staff, client):
    for _ in range(2):
        actor(Role.TOWN_DATA_LEAD, TOWN)
    lonely = actor(Role.TOWN_DATA_LEAD, OTHER_TOWN)
    client.force_login(User.objects.get(pk=staff["reviewer"].user_id))

    saved = client.post(reverse("policy_save", args=["town"]), {"mode": "count", "count": "3"}, follow=True)

    assert lonely.name in saved.content.decode()


def test_where_one_of_them_verified_what_the_others_are_too_few_for_is_said(found, staff, client):
    second = actor(Role.TOWN_DATA_LEAD, TOWN)
    client.force_login(User.objects.get(pk=staff["reviewer"].user_id))

    saved = client.post(reverse("policy_save", args=["town"]), {"mode": "count", "count": "2"}, follow=True)
    assert second.name in saved.content.decode()  # two in all: whichever verifies, one is left

    to(staff, State.DISPATCHED)
    confirm_finding(actor=second, finding_id=ONE, proposals=[Proposal("city", "name", "王建君")], note="户口簿")
    approve_verification(actor=staff["village"], finding_id=ONE, level="village")
    client.force_login(User.objects.get(pk=staff["town"].user_id))
    page = client.get(reverse("finding", args=[Finding.objects.get(pk=ONE).short_id])).content.decode()
    assert "这一级要 2 人同意" in page
    assert f"还能审核的：{staff['town'].name}" in page
    set_policy(actor=staff["reviewer"], level="town", mode="any", count=1, reason="只有两人")
    assert (
        "能审核的人不够"
        not in client.get(reverse("finding", args=[Finding.objects.get(pk=ONE).short_id])).content.decode()
    )


def test_who_reviewed_below_is_not_waited_for_where_all_must_approve(found, staff):
    both = User.objects.get(pk=staff["village"].user_id)
    assign_role(
        actor=SETUP, user_id=both.pk, role=Role.TOWN_DATA_LEAD, area=TOWN, valid_from=timezone.localdate(),
        valid_to=timezone.localdate() + timedelta(days=9),
    )  # fmt: skip
    set_policy(actor=staff["reviewer"], level="town", mode="all", count=1, reason="试点")
    to(staff, State.VILLAGE_OK)

    assert approve_verification(actor=staff["town"], finding_id=ONE, level="town") is True


def test_a_policy_can_ask_for_all_who_review_there(found, staff):
    second = actor(Role.TOWN_DATA_LEAD, TOWN)
    set_policy(actor=staff["reviewer"], level="town", mode="all", count=1, reason="试点")
    to(staff, State.VILLAGE_OK)

    assert approve_verification(actor=staff["town"], finding_id=ONE, level="town") is False
    assert approve_verification(actor=second, finding_id=ONE, level="town") is True


def test_who_has_left_is_not_waited_for_where_all_must_approve(found, staff):
    second = actor(Role.TOWN_DATA_LEAD, TOWN)
    set_policy(actor=staff["reviewer"], level="town", mode="all", count=1, reason="试点")
    to(staff, State.VILLAGE_OK)
    disable_user(actor=SETUP, user_id=second.user_id, reason="调离")

    assert approve_verification(actor=staff["town"], finding_id=ONE, level="town") is True


def test_the_page_of_terms_sets_what_the_reviews_obey(found, staff):
    client = Client()
    reviewer = User.objects.get(pk=staff["reviewer"].user_id)
    client.force_login(reviewer, backend="allauth.account.auth_backends.AuthenticationBackend")

    alone = client.post(reverse("policy_save", args=["village"]), {"mode": "count", "count": "2"})
    assert alone.status_code == 422
    assert str(staff["village"].name) in alone.content.decode()
    second = actor(Role.VILLAGE_TEAM, VILLAGE)
    client.post(reverse("policy_save", args=["village"]), {"mode": "count", "count": "2"})

    to(staff, State.CONFIRMED)
    assert approve_verification(actor=staff["village"], finding_id=ONE, level="village") is False
    assert approve_verification(actor=second, finding_id=ONE, level="village") is True
    assert Entry.objects.filter(verb="policy.changed").count() == 1


def test_the_overdue_goes_up_by_working_days_not_by_days(found, staff, time_machine):
    to(staff, State.DISPATCHED)
    due_on = Task.objects.get().due_on
    DayOff.objects.bulk_create(DayOff(day=due_on + timedelta(days=n), is_workday=False) for n in range(1, 15))
    above = {staff["village"].user_id, staff["town"].user_id}

    time_machine.move_to(datetime.combine(due_on + timedelta(days=14), datetime.min.time(), ZoneInfo("Asia/Shanghai")))
    remind(actor=SETUP)
    assert above & set(Notice.objects.filter(kind="overdue").values_list("user_id", flat=True)) == {
        staff["village"].user_id
    }

    DayOff.objects.update(is_workday=True)
    Notice.objects.all().delete()
    remind(actor=SETUP)
    assert above <= set(Notice.objects.filter(kind="overdue").values_list("user_id", flat=True))


def test_workload_shows_who_has_how_much_until_it_changes_hands(found, staff):
    to(staff, State.DISPATCHED)
    assert [(one["assignee_id"], one["open"], one["overdue"]) for one in workload(timezone.localdate())] == [
        (staff["helper"].user_id, 1, 0)
    ]
    disable_user(actor=SETUP, user_id=staff["helper"].user_id, reason="调离")

    reassign_tasks(actor=staff["town"], from_user_id=staff["helper"].user_id, to_user_id=None, reason="调离")

    late = Task.objects.get().due_on + timedelta(days=1)
    assert [(one["assignee_id"], one["open"], one["overdue"]) for one in workload(late)] == [
        (staff["village"].user_id, 1, 1)
    ]


def page_of(staff, who, url):
    """A page as somebody sees it."""
    client = Client()
    client.force_login(User.objects.get(pk=staff[who].user_id))
    return html.fromstring(client.get(url).content)


def tables_of(page):
    """The lists of a page, each as its rows."""
    return [table.findall("tbody/tr") for table in page.iterfind('.//table[@class="list as-cards"]')]


def test_every_figure_of_the_workload_opens_the_tasks_it_counts(found, staff):
    dispatch_findings(actor=staff["operator"], finding_ids=[ONE], assignee_id=staff["helper"].user_id)
    dispatch_findings(actor=staff["operator"], finding_ids=[full_id(2)])
    Task.objects.filter(finding_id=ONE).update(due_on=timezone.localdate() - timedelta(days=1))
    everything = page_of(staff, "operator", reverse("tasks") + "?all=1")
    _tasks, workload = tables_of(everything)
    figures = [(int(one.text_content()), one.get("href")) for row in workload for one in row.iterfind(".//td[@class='cell-number']//a")]  # fmt: skip

    opened = [page_of(staff, "operator", url) for _count, url in figures]

    assert len(figures) == 3, "two with open tasks, one of them late"
    assert [len(tables_of(page)[0]) for page in opened] == [count for count, _url in figures]
    late = next(page for page, (_count, url) in zip(opened, figures, strict=True) if "due=late" in url)
    assert [short_id(ONE) in row.text_content() for row in tables_of(late)[0]] == [True]
    assert all("看全部" in page.text_content() for page in opened)
    assert "看全部" not in everything.text_content()


def test_only_whoever_may_give_tasks_to_others_is_led_there(found, staff):
    to(staff, State.DISPATCHED)
    reassign = reverse("reassign", args=[staff["helper"].user_id])

    links = {who: page_of(staff, who, reverse("tasks") + "?all=1").xpath("//a/@href") for who in ("town", "village")}

    assert {who: reassign in found for who, found in links.items()} == {"town": True, "village": False}


def test_the_clock_stands_still_while_a_question_is_open(found, staff, time_machine):
    to(staff, State.DISPATCHED)
    due = Task.objects.get().due_on
    ask_about(actor=staff["helper"], finding_id=ONE, question="派出所登记的是哪个字？")
    time_machine.shift(timedelta(days=7))
    answer_question(actor=staff["operator"], finding_id=ONE, answer="建设的建，军队的军")

    assert Task.objects.get().due_on > due
    assert state() is State.VERIFYING


def test_a_liaison_sees_a_finding_while_it_asks_something_and_no_longer(found, staff):
    liaison = actor(Role.DEPARTMENT_LIAISON, COUNTY)
    to(staff, State.DISPATCHED)
    assert not findings_of(liaison).exists()
    ask_about(actor=staff["helper"], finding_id=ONE, question="派出所登记的是哪个字？")
    assert [one.pk for one in findings_of(liaison)] == [ONE]

    answer_question(actor=liaison, finding_id=ONE, answer="建设的建，军队的军")

    assert state() is State.VERIFYING
    assert not findings_of(liaison).exists()
    with pytest.raises(NotFound):
        answer_question(actor=liaison, finding_id=ONE, answer="再答一次")


def test_who_is_helper_and_liaison_sees_what_either_sees(found, staff):
    both = actor_for(person_account(Role.HELPER, VILLAGE))
    assign_role(
        actor=SETUP, user_id=both.user_id, role=Role.DEPARTMENT_LIAISON, area=COUNTY, valid_from=timezone.localdate(),
        valid_to=timezone.localdate(),
    )  # fmt: skip
    both = actor_for(User.objects.get(pk=both.user_id))
    to(staff, State.DISPATCHED)
    assert not findings_of(both).exists()

    ask_about(actor=staff["helper"], finding_id=ONE, question="派出所登记的是哪个字？")

    assert [one.pk for one in findings_of(both)] == [ONE]


def test_closing_needs_proof_and_another_person_than_the_dispatcher(found, staff):
    to(staff, State.COUNTY_OK)
    with pytest.raises(WrongState):
        close_finding(actor=staff["reviewer"], finding_id=ONE)
    Finding.objects.filter(pk=ONE).update(state=State.PROVEN)
    with pytest.raises(Forbidden):
        close_finding(actor=staff["operator"], finding_id=ONE)

    close_finding(actor=staff["reviewer"], finding_id=ONE)

    assert state() is State.CLOSED_OUT


def test_no_move_of_a_person_reaches_closed_out_but_from_proven():
    assert {source for move in MOVES.values() if move.target is State.CLOSED_OUT for source in move.sources} == {
        State.PROVEN
    }
    assert State.PROVEN not in {move.target for move in MOVES.values()}


def test_every_open_state_has_a_way_on():
    left = {state for move in MOVES.values() for state in move.sources}

    assert set(State) - set(ENDED) - {State.NEW, State.WRITTEN_BACK} <= left


def test_an_exemption_is_approved_by_another_and_ends(found, staff, time_machine):
    exemption = propose_exemption(actor=staff["town"], finding_id=ONE, reason="公安确认两人同号")
    with pytest.raises(Forbidden):
        decide_exemption(actor=staff["town"], exemption_id=exemption.pk, approve=True)
    decide_exemption(actor=staff["reviewer"], exemption_id=exemption.pk, approve=True)
    assert state() is State.EXEMPTED

    time_machine.shift(timedelta(days=400))
    assert lapse_expired(actor=SETUP, today=timezone.localdate()) == 1
    assert state() is State.OPEN


def test_a_refused_exemption_says_why_to_whoever_asked(found, staff):
    exemption = propose_exemption(actor=staff["town"], finding_id=ONE, reason="外出务工，年底返乡")
    with pytest.raises(NothingToCorrect):
        decide_exemption(actor=staff["reviewer"], exemption_id=exemption.pk, approve=False, reason=" ")
    assert Exemption.objects.get().state == ExemptionState.PROPOSED

    decide_exemption(actor=staff["reviewer"], exemption_id=exemption.pk, approve=False, reason="可由家属出示户口簿")

    shown = page_of(staff, "town", reverse("finding", args=[short_id(ONE)]))
    note = next(one for one in shown.find_class("note") if "豁免未批准" in one.text_content())
    assert "可由家属出示户口簿" in note.text_content()
    assert any("可由家属出示户口簿" in one.text_content() for one in shown.find_class("timeline"))
    listed = {who: page_of(staff, who, reverse("exemptions")).text_content() for who in ("town", "reviewer")}
    assert {who: "可由家属出示户口簿" in text for who, text in listed.items()} == {"town": True, "reviewer": False}

    propose_exemption(actor=staff["town"], finding_id=ONE, reason="家属也外出")
    again = page_of(staff, "town", reverse("finding", args=[short_id(ONE)]))
    assert not any("豁免未批准" in one.text_content() for one in again.find_class("note"))


def exempted(staff):
    exemption = propose_exemption(actor=staff["town"], finding_id=ONE, reason="已核实")
    decide_exemption(actor=staff["reviewer"], exemption_id=exemption.pk, approve=True)


def swept(lake, **changes):
    folder = lake.sweep([finding(1, **changes)], persons=[person(1, "王建军")], households=[household(1, "王建军")])
    import_sweep(actor=SETUP, folder=folder, on_moves=follow_moves)


def test_the_end_of_an_exemption_does_not_open_what_was_proven_meanwhile(found, staff, lake, time_machine):
    exempted(staff)
    swept(lake, delta="gone", observation="pass")
    close_finding(actor=staff["reviewer"], finding_id=ONE)

    time_machine.shift(timedelta(days=400))

    assert lapse_expired(actor=SETUP, today=timezone.localdate()) == 0
    assert state() is State.CLOSED_OUT
    assert Exemption.objects.get().ended_why == "proven"


def test_what_was_proven_and_came_again_can_be_exempted_again(found, staff, lake):
    exempted(staff)
    swept(lake, delta="gone", observation="pass")
    swept(lake, delta="reopened", reopened_count=1)

    exempted(staff)

    assert state() is State.EXEMPTED


@pytest.mark.parametrize("delta", ["out_of_rule", "source_left"])
def test_an_exemption_that_ends_opens_nothing_that_nobody_asks_for_any_more(found, staff, lake, time_machine, delta):
    exempted(staff)
    swept(lake, delta=delta, observation="not_run")

    time_machine.shift(timedelta(days=400))

    assert lapse_expired(actor=SETUP, today=timezone.localdate()) == 1
    assert state() is State.OUT_OF_RULE
    assert Entry.objects.get(verb="exemption.lapsed").data["state"] == ["exempted", "out_of_rule"]


def test_an_exemption_falls_when_other_values_come(found, staff, lake):
    exemption = propose_exemption(actor=staff["town"], finding_id=ONE, reason="已核实")
    decide_exemption(actor=staff["reviewer"], exemption_id=exemption.pk, approve=True)
    folder = lake.sweep(
        [finding(1, delta="persisting", value_digest="v2")],
        persons=[person(1, "王建军")],
        households=[household(1, "王建军")],
    )

    import_sweep(actor=SETUP, folder=folder, on_moves=follow_moves)

    assert state() is State.OPEN
    assert Exemption.objects.get().ended_why == "value_changed"


def test_a_sweep_that_proves_a_finding_ends_its_task_and_correction(found, staff, lake):
    to(staff, State.COUNTY_OK)
    Finding.objects.filter(pk=ONE).update(state=State.WRITTEN_BACK)
    Correction.objects.update(state=CorrectionState.HANDED_BACK)
    folder = lake.sweep(
        [finding(1, delta="gone", observation="pass")],
        persons=[person(1, "王建军")],
        households=[household(1, "王建军")],
    )

    import_sweep(actor=SETUP, folder=folder, on_moves=follow_moves)

    assert state() is State.PROVEN
    assert Correction.objects.get().state == CorrectionState.CONFIRMED


def test_a_finding_whose_rule_is_retired_ends_without_proof(found, staff, lake):
    to(staff, State.COUNTY_OK)
    Finding.objects.filter(pk=ONE).update(state=State.WRITTEN_BACK)
    Correction.objects.update(state=CorrectionState.HANDED_BACK)
    folder = lake.sweep(
        [finding(1, delta="out_of_rule", observation="not_run")],
        persons=[person(1, "王建军")],
        households=[household(1, "王建军")],
    )

    import_sweep(actor=SETUP, folder=folder, on_moves=follow_moves)

    assert state() is State.OUT_OF_RULE
    assert Correction.objects.get().state == CorrectionState.HANDED_BACK


@pytest.mark.parametrize("is_newer", [True, False], ids=["its ledger delivered anew", "another delivered anew"])
def test_a_finding_merged_into_another_ends_with_its_tasks_and_waits_for_its_proof(found, staff, lake, is_newer):
    to(staff, State.COUNTY_OK)
    Finding.objects.filter(pk=ONE).update(state=State.WRITTEN_BACK)
    Correction.objects.update(state=CorrectionState.HANDED_BACK)
    merged = finding(1, delta="superseded", observation="hit", superseded_by=full_id(7), source="city")
    people = {"persons": [person(1, "王建军")], "households": [household(1, "王建军")]}
    delivered = [{"source": "city", "title": "city", "delivery": "d9", "as_of": "2020-03-01", "held": False}]
    other = [{"source": "other", "title": "other", "delivery": "d9", "as_of": "2020-03-01", "held": False}]
    folder = lake.sweep([merged, finding(7)], **people, deliveries=delivered if is_newer else other)

    import_sweep(actor=SETUP, folder=folder, on_moves=follow_moves)

    assert state() is State.MERGED
    assert not Task.objects.filter(finding=ONE, ended_at=None).exists()
    assert Correction.objects.get().state == (CorrectionState.CONTRADICTED if is_newer else CorrectionState.HANDED_BACK)

    folder = lake.sweep([finding(7, delta="gone", observation="pass")], **people, deliveries=delivered)
    import_sweep(actor=SETUP, folder=folder, on_moves=follow_moves)

    assert Correction.objects.get().state == (CorrectionState.CONTRADICTED if is_newer else CorrectionState.CONFIRMED)


def test_a_bulk_step_is_void_when_the_selection_changed(found, staff):
    preview = preview_bulk(actor=staff["operator"], step="dispatch", finding_ids=[ONE, full_id(2)])
    assert sum(count for _, count in preview.by_place) == 2
    dispatch_findings(actor=staff["operator"], finding_ids=[ONE])

    with pytest.raises(Stale):
        apply_bulk(actor=staff["operator"], step="dispatch", finding_ids=preview.ids, digest=preview.digest)


def test_a_bulk_step_does_what_was_previewed(found, staff):
    preview = preview_bulk(actor=staff["operator"], step="dispatch", finding_ids=[ONE, full_id(2)])

    assert apply_bulk(actor=staff["operator"], step="dispatch", finding_ids=preview.ids, digest=preview.digest) == 2
    assert Task.objects.count() == 2


def test_a_bulk_step_takes_all_that_were_chosen_or_none(found, staff, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 1)

    assert preview_bulk(actor=staff["operator"], step="dispatch", finding_ids=[ONE, ONE]).ids == (ONE,)
    with pytest.raises(TooMany):
        preview_bulk(actor=staff["operator"], step="dispatch", finding_ids=[ONE, full_id(2)])
    with pytest.raises(TooMany):
        apply_bulk(actor=staff["operator"], step="dispatch", finding_ids=[ONE, full_id(2)], digest="x")
    assert not Task.objects.exists()


def test_the_words_of_the_limits_name_the_limits():
    assert f"{bulk.MOST}条" in str(TooMany.message)
    assert f"{MOST}条" in str(ListTooLong.message)


def test_tasks_change_hands_when_a_cadre_leaves(found, staff):
    to(staff, State.DISPATCHED)
    disable_user(actor=SETUP, user_id=staff["helper"].user_id, reason="调离")

    assert (
        reassign_tasks(actor=staff["town"], from_user_id=staff["helper"].user_id, to_user_id=None, reason="调离") == 1
    )
    assert Task.objects.get().assignee_id == staff["village"].user_id


def test_reminders_come_once_a_day_and_go_up_when_overdue(found, staff, time_machine):
    to(staff, State.DISPATCHED)
    assert remind(actor=SETUP)["notices"] == 0
    time_machine.shift(timedelta(days=21))

    assert remind(actor=SETUP)["notices"] == 1
    assert remind(actor=SETUP)["notices"] == 0
    told = set(Notice.objects.values_list("user_id", flat=True))
    assert staff["helper"].user_id in told
    assert staff["village"].user_id in told


def test_nothing_is_handed_back_that_the_county_has_not_approved(found, staff):
    to(staff, State.TOWN_OK)

    with pytest.raises(NothingToHandBack):
        request_handback(actor=staff["operator"], source="city", reason="月度回填")
