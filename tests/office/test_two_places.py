"""A finding whose rows lie in two towns: one owner, a statement of the other side, and each sees its own half only."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from officepeople import COUNTY, OTHER_TOWN, TOWN
from officepeople import person as account
from officesweeps import (
    FAR_VILLAGE,
    HOME_VILLAGE,
    NEXT_VILLAGE,
    finding,
    full_id,
    household,
    number_of,
    person,
    town_of,
)
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.casework.errors import NothingToCorrect, StatementMissing, WrongState
from taizhang.office.casework.models import Correction, OwnerReason, ReturnReason, Side, Statement, Task, TaskKind
from taizhang.office.casework.selectors import suggestion, suggestion_mark
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.casework.services.evidence import add_evidence, read_evidence
from taizhang.office.casework.services.reviewing import (
    approve_verification,
    close_finding,
    return_verification,
)
from taizhang.office.casework.services.stating import need_statements, state_side, transfer_finding
from taizhang.office.casework.services.verifying import (
    Proposal,
    answer_question,
    ask_about,
    confirm_finding,
    start_verifying,
)
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry
from taizhang.office.rechecks.models import Recheck
from taizhang.office.rechecks.services import decide_recheck, draw_round
from taizhang.sweep.findings.fingerprint import short_id

pytestmark = pytest.mark.django_db
SHARED, HELD = full_id(1), full_id(2)
"""One number in two towns (two persons); one person held by two towns."""
NEAR, FAR, MOVED = "王建军", "欧阳远山", "诸葛明月"
NEAR_PERSON, FAR_PERSON, MOVED_PERSON = 1, 2, 3
THIRD_TOWN = Area("610723105")
NEAR_SAYS, FAR_SAYS = "本村王家户口簿已核对无误", "远山家今年迁入已查户籍"
FAR_SHEET, NEAR_SHEET = "远山村表", "柏树村表"
NEAR_MARKS = (NEAR, number_of(NEAR_PERSON), NEAR_SHEET, NEAR_SAYS)
FAR_MARKS = (FAR, number_of(FAR_PERSON), FAR_SHEET, FAR_SAYS)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def record(source, sheet, row, village):
    """A row of a finding as findings.parquet names it."""
    return {
        "source": source, "delivery": f"2020-02-19-{'b' * 12}", "file_no": 0, "file": f"{sheet}.xlsx", "sheet": sheet,
        "row": row, "cells": [{"field": "name", "cell": f"B{row}"}],
    }  # fmt: skip


@pytest.fixture
def county(lake):
    """Two findings that concern the home town and the far one, swept."""
    name = f"2020-02-19-{'b' * 12}"
    near = {"name": NEAR, "id_no": number_of(1), "village_code": HOME_VILLAGE, "town_code": town_of(HOME_VILLAGE)}
    far = {"name": FAR, "id_no": number_of(2), "village_code": FAR_VILLAGE, "town_code": town_of(FAR_VILLAGE)}
    moved = {"name": MOVED, "id_no": number_of(3)}
    city = lake.delivery(
        "city", name, [near, far, moved | {"village_code": HOME_VILLAGE, "town_code": town_of(HOME_VILLAGE)}]
    )
    national = lake.delivery(
        "national", name, [moved | {"village_code": FAR_VILLAGE, "town_code": town_of(FAR_VILLAGE), "name": "诸葛名月"}]
    )
    observed = [{"source": "city", "field": "name", "value": one} for one in (FAR, NEAR)]
    shared = finding(
        1, FAR, FAR_VILLAGE, subject=FAR_PERSON, involved=[NEAR_PERSON], observed=observed,
        candidates=[{"field": "name", "value": FAR, "probability": 0.9, "reason": "other_source", "sources": ["city"]}],
        evidence=[f"与{NEAR}、{FAR}有关"], message_zh=f"竹花岭村{FAR}：同一证件号码登记着不同姓名。",
        records=[record("city", FAR_SHEET, 1, FAR_VILLAGE), record("city", NEAR_SHEET, 0, HOME_VILLAGE)],
    )  # fmt: skip
    held = finding(
        2, MOVED, FAR_VILLAGE, subject=MOVED_PERSON, culprit="city",
        observed=[{"source": "city", "field": "name", "value": MOVED}, {"source": "national", "field": "name", "value": "诸葛名月"}],
        records=[record("city", "柏树", 2, HOME_VILLAGE), record("national", "竹花岭", 0, FAR_VILLAGE)],
    )  # fmt: skip
    lake.imported(
        [shared, held],
        [
            person(NEAR_PERSON, NEAR, records=[city[0]]),
            person(FAR_PERSON, FAR, FAR_VILLAGE, household=2, phone="13977712345", records=[city[1]]),
            person(MOVED_PERSON, MOVED, FAR_VILLAGE, household=3, records=[city[2], national[0]]),
        ],
        [household(1, NEAR), household(2, FAR, FAR_VILLAGE), household(3, MOVED, FAR_VILLAGE)],
    )  # fmt: skip
    return lake


@pytest.fixture
def users():
    """The accounts of both sides, of the county and of a third town."""
    return {
        "operator": account(Role.CENTRE_OPERATOR), "reviewer": account(Role.CENTRE_REVIEWER),
        "near": account(Role.VILLAGE_TEAM, Area(HOME_VILLAGE)), "near2": account(Role.VILLAGE_TEAM, Area(HOME_VILLAGE)),
        "near town": account(Role.TOWN_DATA_LEAD, TOWN), "far": account(Role.VILLAGE_TEAM, Area(FAR_VILLAGE)),
        "far2": account(Role.VILLAGE_TEAM, Area(FAR_VILLAGE)), "far town": account(Role.TOWN_DATA_LEAD, OTHER_TOWN),
        "third": account(Role.TOWN_DATA_LEAD, THIRD_TOWN),
    }  # fmt: skip


class As:
    """Somebody at work inside their own areas, as a request opens them."""

    def __init__(self, user):
        self.actor = actor_for(user)
        self.areas = self.actor.areas_for("office.enter")

    def does(self, service, **named):
        """Call a service."""
        with scope(self.areas):
            return service(actor=self.actor, **named)


@pytest.fixture
def who(users):
    """All of them, ready to do something."""
    return {name: As(user) for name, user in users.items()}


def dispatched(who, *identities):
    who["operator"].does(dispatch_findings, finding_ids=list(identities))


def of_county(question):
    """An answer about the whole county."""
    with scope((COUNTY,)):
        return question()


def state_of(identity):
    return of_county(lambda: State(Finding.objects.get(pk=identity).state))


def owner_of(identity):
    return of_county(lambda: Side.objects.values_list("division_code", "why").get(finding=identity, is_owner=True))


def tasks_of(identity):
    return of_county(
        lambda: sorted(Task.objects.filter(finding=identity, ended_at=None).values_list("division_code", "kind"))
    )


def walked(who, identity, side, *, to="town"):
    """The owner's side confirms and reviews up to the town."""
    who[side].does(confirm_finding, finding_id=identity, proposals=[Proposal("city", "name", "王健军")], note="户口簿")
    who[f"{side}2"].does(approve_verification, finding_id=identity, level="village")
    who[f"{side} town"].does(approve_verification, finding_id=identity, level="town")


def test_the_side_of_the_row_that_is_probably_wrong_owns_it(county, who):
    dispatched(who, HELD)

    assert owner_of(HELD) == (HOME_VILLAGE, OwnerReason.CULPRIT)


def test_where_that_cannot_be_told_the_findings_own_place_owns_it(county, who):
    dispatched(who, SHARED)

    assert owner_of(SHARED) == (FAR_VILLAGE, OwnerReason.SUBJECT)


def test_where_there_is_no_such_place_the_county_owns_it_and_moves_it_to_a_side(county, who):
    of_county(lambda: Finding.objects.filter(pk=SHARED).update(division_code="610723000000"))
    of_county(lambda: Finding.objects.get(pk=SHARED).further_places.create(division_code=FAR_VILLAGE))
    dispatched(who, SHARED)
    assert owner_of(SHARED) == ("610723000000", OwnerReason.COUNTY)
    assert {kind for code, kind in tasks_of(SHARED) if code != "610723000000"} == {TaskKind.STATEMENT}

    who["operator"].does(transfer_finding, finding_id=SHARED, division_code=HOME_VILLAGE, reason="户口簿在该村")

    assert owner_of(SHARED) == (HOME_VILLAGE, OwnerReason.TRANSFERRED)
    assert tasks_of(SHARED) == [(HOME_VILLAGE, TaskKind.VERIFY), (FAR_VILLAGE, TaskKind.STATEMENT)]


def test_one_dispatch_makes_a_task_for_each_side(county, who):
    dispatched(who, HELD, SHARED)

    assert tasks_of(HELD) == [(HOME_VILLAGE, TaskKind.VERIFY), (FAR_VILLAGE, TaskKind.STATEMENT)]
    assert tasks_of(SHARED) == [(HOME_VILLAGE, TaskKind.STATEMENT), (FAR_VILLAGE, TaskKind.VERIFY)]


def test_a_finding_of_one_place_has_no_sides(county, who, lake):
    lake.imported([finding(9, NEAR)], [person(NEAR_PERSON, NEAR)], [household(1, NEAR)])
    dispatched(who, full_id(9))

    assert not of_county(lambda: Side.objects.filter(finding=full_id(9)).exists())


@pytest.mark.parametrize("name", ["far", "far town"])
def test_the_other_side_does_not_verify(county, who, name):
    dispatched(who, HELD)

    with pytest.raises(Forbidden):
        who[name].does(start_verifying, finding_id=HELD)
    who["near"].does(start_verifying, finding_id=HELD)


def test_a_third_town_does_not_know_of_it(county, who):
    dispatched(who, SHARED)

    with pytest.raises(NotFound):
        who["third"].does(start_verifying, finding_id=SHARED)
    with pytest.raises(NotFound):
        who["third"].does(state_side, finding_id=SHARED, division_code=FAR_VILLAGE, text="我也说一句")
    with pytest.raises(NotFound):
        who["third"].does(transfer_finding, finding_id=SHARED, division_code=HOME_VILLAGE, reason="x")


def test_the_county_decides_when_both_sides_have_spoken(county, who):
    dispatched(who, HELD)
    walked(who, HELD, "near")
    with pytest.raises(StatementMissing):
        who["reviewer"].does(approve_verification, finding_id=HELD, level="county")
    assert state_of(HELD) is State.TOWN_OK

    who["far"].does(state_side, finding_id=HELD, division_code=FAR_VILLAGE, text=FAR_SAYS)
    who["reviewer"].does(approve_verification, finding_id=HELD, level="county")

    assert state_of(HELD) is State.COUNTY_OK
    assert tasks_of(HELD) == []
    with pytest.raises(WrongState):
        who["far"].does(state_side, finding_id=HELD, division_code=FAR_VILLAGE, text="再说一句")


def test_who_speaks_for_a_side_second_reads_the_first_before_replacing_it(county, who):
    dispatched(who, SHARED)
    said = who["near"].does(state_side, finding_id=SHARED, division_code=HOME_VILLAGE, text=NEAR_SAYS, seen=0)

    with pytest.raises(WrongState) as refused:
        who["near2"].does(state_side, finding_id=SHARED, division_code=HOME_VILLAGE, text="另一种说法", seen=0)
    assert who["near"].actor.name in refused.value.happened
    who["near2"].does(state_side, finding_id=SHARED, division_code=HOME_VILLAGE, text="另一种说法", seen=said.pk)
    assert of_county(lambda: Statement.objects.get(finding=SHARED, withdrawn_at=None).text) == "另一种说法"


def test_who_gives_it_to_a_side_second_sees_who_gave_it_away_first(county, who):
    dispatched(who, SHARED)
    seen = of_county(lambda: Side.objects.get(finding=SHARED, is_owner=True).pk)
    move = {"finding_id": SHARED, "reason": "户口簿在该村", "seen": seen}
    who["operator"].does(transfer_finding, division_code=HOME_VILLAGE, **move)

    for place in (HOME_VILLAGE, FAR_VILLAGE):
        with pytest.raises(WrongState) as refused:
            As(account(Role.CENTRE_OPERATOR)).does(transfer_finding, division_code=place, **move)
        assert who["operator"].actor.name in refused.value.happened
    assert owner_of(SHARED) == (HOME_VILLAGE, OwnerReason.TRANSFERRED)


def test_a_statement_said_again_replaces_the_first_and_needs_words(county, who):
    dispatched(who, SHARED)
    who["near"].does(state_side, finding_id=SHARED, division_code=HOME_VILLAGE, text="一")
    who["near town"].does(state_side, finding_id=SHARED, division_code=HOME_VILLAGE, text="二")

    assert of_county(lambda: list(Statement.objects.filter(withdrawn_at=None).values_list("text", flat=True))) == ["二"]
    with pytest.raises(NothingToCorrect):
        who["near"].does(state_side, finding_id=SHARED, division_code=HOME_VILLAGE, text="  ")
    with pytest.raises(Forbidden):
        who["far"].does(state_side, finding_id=SHARED, division_code=FAR_VILLAGE, text="主办方不在此说明")
    assert Entry.objects.filter(verb="finding.stated").count() == 2


@pytest.fixture
def three_places(county, who):
    """The shared finding, owned far away, with the rows of two villages of one town besides."""
    of_county(lambda: Finding.objects.get(pk=SHARED).further_places.create(division_code=NEXT_VILLAGE))
    dispatched(who, SHARED)
    assert {code for code, kind in tasks_of(SHARED) if kind == TaskKind.STATEMENT} == {HOME_VILLAGE, NEXT_VILLAGE}


def test_who_is_asked_for_two_sides_speaks_for_each(three_places, who):
    who["near town"].does(state_side, finding_id=SHARED, division_code=NEXT_VILLAGE, text="二村无此人")
    who["near town"].does(state_side, finding_id=SHARED, division_code=HOME_VILLAGE, text=NEAR_SAYS)

    said = of_county(lambda: dict(Statement.objects.filter(withdrawn_at=None).values_list("division_code", "text")))
    assert said == {NEXT_VILLAGE: "二村无此人", HOME_VILLAGE: NEAR_SAYS}
    assert tasks_of(SHARED) == [(FAR_VILLAGE, TaskKind.VERIFY)]
    of_county(lambda: need_statements(Finding.objects.get(pk=SHARED)))


@pytest.mark.parametrize("code", ["", NEXT_VILLAGE, FAR_VILLAGE])
def test_nobody_speaks_for_a_side_that_is_not_theirs(three_places, who, code):
    with pytest.raises(Forbidden):
        who["near"].does(state_side, finding_id=SHARED, division_code=code, text="替别人说")


def test_the_form_offers_the_sides_those_still_asked_in_front(three_places, users):
    town, page = client_of(users["near town"]), reverse("finding", args=[short_id(SHARED)])

    def offered():
        return [(one.code, one.is_waited_for) for one in town.get(page).context["two_places"].own]

    assert offered() == [(HOME_VILLAGE, True), (NEXT_VILLAGE, True)]
    town.post(reverse("case_state", args=[SHARED]), {"side": HOME_VILLAGE, "note": NEAR_SAYS})

    assert offered() == [(NEXT_VILLAGE, True), (HOME_VILLAGE, False)]
    assert f'<option value="{NEXT_VILLAGE}">' in town.get(page).content.decode()


def test_a_new_dispatch_asks_anew(county, who):
    dispatched(who, HELD)
    who["far"].does(state_side, finding_id=HELD, division_code=FAR_VILLAGE, text=FAR_SAYS)
    of_county(lambda: Finding.objects.filter(pk=HELD).update(state=State.NOT_FIXED))

    dispatched(who, HELD)

    assert tasks_of(HELD) == [(HOME_VILLAGE, TaskKind.VERIFY), (FAR_VILLAGE, TaskKind.STATEMENT)]
    assert not of_county(lambda: Statement.objects.filter(withdrawn_at=None).exists())


def test_ownership_moves_with_a_reason_and_before_anything_is_found_out(county, who):
    dispatched(who, HELD)
    with pytest.raises(NothingToCorrect):
        who["operator"].does(transfer_finding, finding_id=HELD, division_code=FAR_VILLAGE, reason=" ")
    with pytest.raises(NotFound):
        who["operator"].does(transfer_finding, finding_id=HELD, division_code="610723105201", reason="x")
    with pytest.raises(Forbidden):
        who["near"].does(transfer_finding, finding_id=HELD, division_code=HOME_VILLAGE, reason="x")

    who["operator"].does(transfer_finding, finding_id=HELD, division_code=FAR_VILLAGE, reason="人已迁出")

    assert owner_of(HELD) == (FAR_VILLAGE, OwnerReason.TRANSFERRED)
    assert tasks_of(HELD) == [(HOME_VILLAGE, TaskKind.STATEMENT), (FAR_VILLAGE, TaskKind.VERIFY)]
    entry = Entry.objects.get(verb="finding.transferred")
    assert (entry.reason, entry.data["owner"]) == ("人已迁出", [HOME_VILLAGE, FAR_VILLAGE])
    with pytest.raises(Forbidden):
        who["near"].does(start_verifying, finding_id=HELD)
    who["far"].does(confirm_finding, finding_id=HELD, proposals=[Proposal("national", "name", MOVED)], note="")
    with pytest.raises(WrongState):
        who["operator"].does(transfer_finding, finding_id=HELD, division_code=HOME_VILLAGE, reason="晚了")


def test_the_owner_corrects_its_own_row_and_no_other(county, who):
    dispatched(who, SHARED, HELD)
    with pytest.raises(NothingToCorrect):  # the national row lies in the far town
        who["near"].does(confirm_finding, finding_id=HELD, proposals=[Proposal("national", "name", MOVED)], note="")
    who["operator"].does(transfer_finding, finding_id=SHARED, division_code=HOME_VILLAGE, reason="该村填错")

    who["near"].does(confirm_finding, finding_id=SHARED, proposals=[Proposal("city", "name", "王健军")], note="户口簿")

    row = of_county(lambda: Correction.objects.get(finding=SHARED))
    assert (row.before_mask, row.person_id, row.division_code) == (NEAR, NEAR_PERSON, HOME_VILLAGE)
    assert (row.sheet, row.cell) == (NEAR_SHEET, "B0")


def test_a_suggestion_of_the_other_sides_value_is_not_taken(county, who):
    dispatched(who, SHARED)
    who["operator"].does(transfer_finding, finding_id=SHARED, division_code=HOME_VILLAGE, reason="该村填错")

    with scope(who["near"].areas), pytest.raises(NotFound):
        suggestion(who["near"].actor, SHARED, "name", suggested())
    with scope((COUNTY,)):
        assert suggestion(who["operator"].actor, SHARED, "name", suggested()) == FAR


def suggested():
    """What the form of the shared finding sends for the suggested name."""
    return suggestion_mark(of_county(lambda: Finding.objects.get(pk=SHARED)), "name", FAR)


def test_the_other_side_may_answer_a_question_and_a_third_not(county, who):
    dispatched(who, HELD)
    who["near"].does(ask_about, finding_id=HELD, question="人是否已迁入贵村？")
    with pytest.raises(NotFound):
        who["third"].does(answer_question, finding_id=HELD, answer="不知道")

    who["far town"].does(answer_question, finding_id=HELD, answer="已迁入")

    assert state_of(HELD) is State.VERIFYING
    paused = Task._base_manager.filter(finding=HELD, paused_on__isnull=False)
    assert not paused.exists(), "the clock of the side that asked goes on though another side answered"


def test_papers_of_one_side_are_not_opened_by_the_other(county, who):
    dispatched(who, SHARED)
    near = who["near"].does(add_evidence, finding_id=SHARED, kind="户口簿页", name="a.png", content=PICTURE)
    far = who["far"].does(add_evidence, finding_id=SHARED, kind="户口簿页", name="b.png", content=PICTURE + b"1")

    assert who["near town"].does(read_evidence, evidence_id=near.pk)[1] == PICTURE
    for name, paper in (("near town", far), ("far town", near), ("third", near)):
        with pytest.raises(NotFound):
            who[name].does(read_evidence, evidence_id=paper.pk)


def test_a_return_gives_it_back_to_the_owner_and_leaves_the_statement(county, who):
    dispatched(who, HELD)
    who["far"].does(state_side, finding_id=HELD, division_code=FAR_VILLAGE, text=FAR_SAYS)
    walked(who, HELD, "near")

    who["reviewer"].does(
        return_verification, finding_id=HELD, level="county", reason=ReturnReason.TOO_LITTLE, note="缺户口簿"
    )

    assert tasks_of(HELD) == [(HOME_VILLAGE, TaskKind.VERIFY)]
    assert of_county(lambda: Statement.objects.filter(withdrawn_at=None).count()) == 1


@pytest.mark.parametrize(("holds", "state"), [(True, State.CLOSED_OUT), (False, State.REOPENED)])
def test_the_side_that_owned_it_looks_again_and_says_either(county, who, time_machine, holds, state):
    dispatched(who, HELD)
    of_county(lambda: Finding.objects.filter(pk=HELD).update(state=State.PROVEN))
    who["reviewer"].does(close_finding, finding_id=HELD)
    day = timezone.localdate()
    time_machine.move_to(timezone.now() + timedelta(days=1))
    who["operator"].does(draw_round, first=day, last=day, share=100)

    drawn = of_county(lambda: Recheck.objects.get(finding=HELD))
    assert (drawn.division_code, drawn.town) == (HOME_VILLAGE, town_of(HOME_VILLAGE))
    assert drawn.assignee_id == who["near town"].actor.user_id
    with pytest.raises(NotFound):
        who["far town"].does(decide_recheck, recheck_id=drawn.pk, holds=holds, note=FAR_SAYS)
    who["near town"].does(decide_recheck, recheck_id=drawn.pk, holds=holds, note=NEAR_SAYS)

    assert state_of(HELD) is state


def client_of(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def everything_shown(client):
    """All that somebody can bring onto the screen or into a file about the findings: pages, counts, exports, errors."""
    urls = (
        reverse("home"), reverse("findings"), reverse("findings") + "?state=all", reverse("findings") + f"?state=all&place={FAR_VILLAGE}",
        reverse("findings") + f"?state=all&place={HOME_VILLAGE}", reverse("tasks"), reverse("tasks") + "?all=1", reverse("notices"),
        reverse("exemptions"), reverse("search"), *(reverse("finding", args=[short_id(one)]) for one in (SHARED, HELD)),
        *(reverse("person", args=[one]) for one in (NEAR_PERSON, FAR_PERSON)), *(reverse("household", args=[one]) for one in (1, 2)),
    )  # fmt: skip
    shown = [client.get(url).content.decode() for url in urls]
    typed = ("13977712345", "6107231" + "00002")
    shown += [client.post(reverse("search_results"), {"q": one}).content.decode().replace(one, "") for one in typed]
    for name in ("case_confirm", "case_state", "case_start", "case_transfer", "evidence_add", "case_deny"):
        answer = client.post(reverse(name, args=[SHARED]), {"side": "x"})
        shown.append(answer.content.decode())
    book = client.post(f"{reverse('findings_export')}?state=all", {"reason": "镇里会审"})
    if book.status_code == 200:
        sheet = openpyxl.load_workbook(io.BytesIO(book.getvalue())).active
        shown.append("\n".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row))
    return "\n".join(shown)


@pytest.fixture
def at_work(county, who, users):
    """Both findings dispatched, both sides having spoken and added papers, a correction proposed by the far side."""
    dispatched(who, SHARED, HELD)
    who["near"].does(state_side, finding_id=SHARED, division_code=HOME_VILLAGE, text=NEAR_SAYS)
    who["near"].does(add_evidence, finding_id=SHARED, kind="户口簿页", name="柏树村表.png", content=PICTURE)
    who["far"].does(add_evidence, finding_id=SHARED, kind="户口簿页", name="远山村表.png", content=PICTURE + b"1")
    who["far"].does(confirm_finding, finding_id=SHARED, proposals=[Proposal("city", "name", "欧阳远善")], note=FAR_SAYS)
    return users


@pytest.mark.parametrize(("name", "foreign", "own"), [
    ("near town", (*FAR_MARKS, "欧阳远善"), NEAR_SAYS), ("near", (*FAR_MARKS, "欧阳远善"), NEAR_SAYS),
    ("far town", NEAR_MARKS, FAR_SAYS), ("far", NEAR_MARKS, FAR_SAYS),
])  # fmt: skip
def test_each_side_sees_its_own_half_and_nothing_of_the_other(at_work, name, foreign, own):
    shown = everything_shown(client_of(at_work[name]))

    assert [mark for mark in foreign if mark in shown] == []
    assert own in shown
    assert "外镇" in shown


def test_a_third_town_sees_nothing(at_work):
    client = client_of(at_work["third"])
    shown = everything_shown(client)

    assert [mark for mark in (*FAR_MARKS, *NEAR_MARKS, MOVED) if mark in shown] == []
    assert client.get(reverse("findings") + "?state=all").context["page"].paginator.count == 0


def test_the_county_sees_both_halves_and_both_words(at_work):
    shown = client_of(at_work["reviewer"]).get(reverse("finding", args=[short_id(SHARED)])).content.decode()

    assert all(mark in shown for mark in (NEAR, FAR, NEAR_SAYS, FAR_SAYS, NEAR_SHEET, FAR_SHEET))


def test_the_page_walks_statement_and_transfer(county, who, users):
    dispatched(who, HELD)
    page = reverse("finding", args=[short_id(HELD)])
    assert "提交说明" not in client_of(users["near"]).get(page).content.decode()
    far = client_of(users["far"])
    assert "提交说明" in far.get(page).content.decode()

    assert far.post(reverse("case_state", args=[HELD]), {"side": FAR_VILLAGE, "note": FAR_SAYS}).status_code == 302
    operator = client_of(users["operator"])
    assert FAR_SAYS in operator.get(page).content.decode()
    moved = operator.post(reverse("case_transfer", args=[HELD]), {"side": FAR_VILLAGE, "note": "人已迁出"})

    assert moved.status_code == 302
    assert owner_of(HELD)[0] == FAR_VILLAGE
