"""Pending corrections of one person or household that meet: joined, contradicting, waiting; and two people at once."""

import threading
from contextlib import nullcontext

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from officepeople import COUNTY, TOWN, actor
from officepeople import person as account
from officesweeps import HOME_VILLAGE, finding, full_id, household, number_of, person
from taizhang.identity.numbers import check_digit
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.casework.conflict_lines import conflict_lines
from taizhang.office.casework.errors import (
    AnotherProposal,
    ConflictUnseen,
    NothingToCorrect,
    NothingToHandBack,
    OwnProposal,
    Unsettled,
    WaitsForOther,
    WrongState,
)
from taizhang.office.casework.models import Correction, CorrectionState, HandBack, ReturnReason
from taizhang.office.casework.observing import follow_moves
from taizhang.office.casework.selectors import waiting_for_handback
from taizhang.office.casework.services.conflicts import ConflictKind, digest_of
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.casework.services.handing_back import confirm_entered, request_handback
from taizhang.office.casework.services.reviewing import approve_verification, return_verification
from taizhang.office.casework.services.settling import settle_dispute
from taizhang.office.casework.services.verifying import (
    Proposal,
    confirm_finding,
    preview_conflicts,
    withdraw_verification,
)
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.findings.models import Finding
from taizhang.office.findings.services.importing import Moved
from taizhang.office.findings.services.observing import Seen
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry
from taizhang.sweep.findings.fingerprint import short_id

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD, MATE = (full_id(one) for one in (1, 2, 3, 4))
"""Three findings about one person, one about another member of the household."""


def name(value, source="city"):
    return Proposal(source, "name", value)


@pytest.fixture
def staff():
    """One person of every role, and a second helper."""
    made = {
        "operator": actor(Role.CENTRE_OPERATOR), "reviewer": actor(Role.CENTRE_REVIEWER),
        "village": actor(Role.VILLAGE_TEAM, Area(HOME_VILLAGE)), "town": actor(Role.TOWN_DATA_LEAD, TOWN),
        "helper": actor(Role.HELPER, Area(HOME_VILLAGE)), "other": actor(Role.HELPER, Area(HOME_VILLAGE)),
    }  # fmt: skip
    with scope((COUNTY,)):
        yield made


@pytest.fixture
def found(lake, staff):
    """All dispatched: the first to one helper, the others to the other."""
    observed = [
        {"source": source, "field": field, "value": value}
        for source in ("city", "national")
        for field, value in (
            ("name", "王建军"), ("id_no", number_of(1)), ("birth_date", "1951-01-01"), ("head_name", "王大"), ("relation_to_head", "之子"),
        )
    ]  # fmt: skip
    rows = [
        finding(one, observed=observed, rule=rule)
        for one, rule in ((1, "XS-NAME-SOUND"), (2, "XS-ID-SUBST"), (3, "FM-SEX"))
    ]
    mate = finding(4, "王桂兰", subject=2, household_id=1, observed=observed, rule="HH-HEAD")
    lake.imported([*rows, mate], [person(1, "王建军"), person(2, "王桂兰")], [household(1, "王建军")])
    dispatch_findings(actor=staff["operator"], finding_ids=[FIRST], assignee_id=staff["helper"].user_id)
    dispatch_findings(actor=staff["operator"], finding_ids=[SECOND, THIRD, MATE], assignee_id=staff["other"].user_id)
    return lake


def met(staff, identity, *proposals, by="other"):
    return preview_conflicts(actor=staff[by], finding_id=identity, proposals=proposals)


def file(staff, identity, *proposals, by="other"):
    """File after having looked."""
    seen = digest_of(met(staff, identity, *proposals, by=by))
    return confirm_finding(actor=staff[by], finding_id=identity, proposals=proposals, note="户口簿", seen=seen)


def up_to_county(staff, identity):
    for who, level in (("village", "village"), ("town", "town")):
        approve_verification(actor=staff[who], finding_id=identity, level=level)


def county(staff, identity):
    approve_verification(actor=staff["reviewer"], finding_id=identity, level="county")


def row_of(identity):
    return Correction.objects.exclude(state=CorrectionState.WITHDRAWN).get(finding=identity)


def state_of(identity):
    return State(Finding.objects.get(pk=identity).state)


def other_number():
    body = "61232319510203123"
    return body + check_digit(body)


def third_number():
    body = "61232319510203125"
    return body + check_digit(body)


def moved(identity):
    """The import's word that a sweep has moved a finding."""
    return Moved(identity, State.WRITTEN_BACK, State(Finding.objects.get(pk=identity).state), Seen("persisting", "hit"))


def written(batch):
    """A batch whose file is there; what stands in it is another test's."""
    HandBack.objects.filter(pk=batch.pk).update(sha256="0" * 64)
    return batch


@pytest.mark.parametrize(("first", "second", "kinds"), [
    ([name("王健军")], [name("王健军")], [ConflictKind.JOIN]),
    ([name("王健军")], [name("王建均")], [ConflictKind.CONTRADICT]),
    ([name("王健军")], [name("王建均", "national")], [ConflictKind.CONTRADICT]),
    ([name("王健军")], [name("王健军", "national")], []),
    ([Proposal("city", "id_no", other_number())], [Proposal("city", "birth_date", "1951-02-03")], [ConflictKind.WAIT]),
    ([Proposal("city", "id_no", other_number())], [Proposal("city", "phone", "13800138001")], []),
    ([name("王健军")], [Proposal("city", "birth_date", "1951-02-03")], []),
])  # fmt: skip
def test_two_corrections_of_one_person(found, staff, first, second, kinds):
    file(staff, FIRST, *first, by="helper")

    assert [one.kind for one in met(staff, SECOND, *second, by="village")] == kinds


@pytest.mark.parametrize(("first", "second", "kinds"), [
    (Proposal("city", "head_name", "王三"), Proposal("city", "relation_to_head", "户主"), [ConflictKind.WAIT]),
    (Proposal("city", "head_name", "王三"), Proposal("city", "head_name", "王四"), [ConflictKind.CONTRADICT]),
    (Proposal("city", "head_name", "王三"), Proposal("city", "head_name", "王三"), []),
    (Proposal("city", "relation_to_head", "户主"), Proposal("city", "relation_to_head", "户主"), [ConflictKind.CONTRADICT]),
    (Proposal("city", "relation_to_head", "户主"), Proposal("city", "relation_to_head", "配偶"), []),
    (Proposal("city", "name", "王三"), Proposal("city", "name", "王四"), []),
])  # fmt: skip
def test_two_corrections_of_one_household(found, staff, first, second, kinds):
    file(staff, FIRST, first, by="helper")

    assert [one.kind for one in met(staff, MATE, second, by="village")] == kinds


def test_what_was_not_seen_is_refused_and_has_to_be_decided_anew(found, staff):
    seen = digest_of(met(staff, SECOND, name("王建均")))
    assert seen == ""
    file(staff, FIRST, name("王健军"), by="helper")

    with pytest.raises(ConflictUnseen):
        confirm_finding(actor=staff["other"], finding_id=SECOND, proposals=[name("王建均")], note="", seen=seen)
    assert state_of(SECOND) is State.DISPATCHED
    assert Correction.objects.count() == 1


def test_a_decision_meanwhile_makes_what_was_seen_stale(found, staff):
    file(staff, FIRST, name("王健军"), by="helper")
    seen = digest_of(met(staff, SECOND, name("王健军")))
    withdraw_verification(actor=staff["helper"], finding_id=FIRST, reason="写错了")

    with pytest.raises(ConflictUnseen):
        confirm_finding(actor=staff["other"], finding_id=SECOND, proposals=[name("王健军")], note="", seen=seen)


def test_the_same_value_goes_back_once_and_both_findings_with_it(found, staff):
    file(staff, FIRST, name("王健军"), by="helper")
    file(staff, SECOND, name("王健军"))
    assert row_of(SECOND).state == CorrectionState.JOINED
    for identity in (FIRST, SECOND):
        up_to_county(staff, identity)
        county(staff, identity)

    batch = request_handback(actor=staff["operator"], source="city", reason="月度回填")

    assert batch.lines == 1
    assert row_of(SECOND).against_id == row_of(FIRST).pk


def test_who_joins_takes_the_place_of_a_withdrawn_one(found, staff):
    file(staff, FIRST, name("王健军"), by="helper")
    file(staff, SECOND, name("王健军"))
    file(staff, THIRD, name("王建均"))
    assert row_of(THIRD).state == CorrectionState.DISPUTED

    withdraw_verification(actor=staff["helper"], finding_id=FIRST, reason="写错了")

    second, third = row_of(SECOND), row_of(THIRD)
    assert (second.state, second.against_id) == (CorrectionState.PROPOSED, None)
    assert (third.state, third.against_id) == (CorrectionState.DISPUTED, second.pk)


def test_a_returned_one_leaves_its_place_too(found, staff):
    file(staff, FIRST, name("王健军"), by="helper")
    file(staff, SECOND, name("王建均"))

    return_verification(
        actor=staff["village"], finding_id=FIRST, level="village", reason=ReturnReason.UNCLEAR, note="照片看不清"
    )

    assert state_of(FIRST) is State.RETURNED
    assert (row_of(SECOND).state, row_of(SECOND).against_id) == (CorrectionState.PROPOSED, None)


@pytest.mark.parametrize("holds", [True, False])
def test_the_county_says_which_of_two_holds_before_either_passes(found, staff, holds):
    file(staff, FIRST, name("王健军"), by="helper")
    file(staff, SECOND, name("王建均"))
    for identity in (FIRST, SECOND):
        up_to_county(staff, identity)
        with pytest.raises(Unsettled):
            county(staff, identity)
    before = Entry.objects.count()

    settle_dispute(
        actor=staff["reviewer"], finding_id=FIRST, correction_id=row_of(SECOND).pk, holds=holds, reason="户口簿为准"
    )

    kept, dropped = (SECOND, FIRST) if holds else (FIRST, SECOND)
    assert (state_of(kept), state_of(dropped)) == (State.TOWN_OK, State.RETURNED)
    assert not Correction.objects.filter(finding=dropped).exclude(state=CorrectionState.WITHDRAWN).exists()
    assert Entry.objects.count() == before + 1
    county(staff, kept)
    assert (state_of(kept), row_of(kept).state) == (State.COUNTY_OK, CorrectionState.APPROVED)


@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize("page", [FIRST, SECOND])
def test_who_settles_second_sees_what_the_first_decided(found, staff, holds, page):
    file(staff, FIRST, name("王健军"), by="helper")
    file(staff, SECOND, name("王建均"))
    row = row_of(SECOND).pk
    settle_dispute(actor=staff["reviewer"], finding_id=FIRST, correction_id=row, holds=holds, reason="户口簿为准")

    with pytest.raises(WrongState) as refused:
        settle_dispute(
            actor=actor(Role.CENTRE_REVIEWER), finding_id=page, correction_id=row, holds=not holds, reason="另有根据"
        )
    assert staff["reviewer"].name in refused.value.happened


def test_only_the_county_settles_and_never_their_own(found, staff):
    file(staff, FIRST, name("王健军"), by="helper")
    file(staff, SECOND, name("王建均"))
    row = row_of(SECOND).pk
    named = {"finding_id": FIRST, "correction_id": row, "holds": True}

    with pytest.raises(Forbidden):
        settle_dispute(actor=staff["town"], reason="x", **named)
    with pytest.raises(NothingToCorrect):
        settle_dispute(actor=staff["reviewer"], reason=" ", **named)
    with pytest.raises(NotFound):
        settle_dispute(actor=staff["reviewer"], reason="x", **named | {"finding_id": MATE})
    Correction.objects.filter(pk=row).update(proposed_by=staff["reviewer"].user_id)
    with pytest.raises(OwnProposal):
        settle_dispute(actor=staff["reviewer"], reason="x", **named)


def test_what_depends_on_an_earlier_one_waits_for_it(found, staff):
    file(staff, FIRST, Proposal("city", "id_no", other_number()), by="helper")
    file(staff, SECOND, Proposal("city", "birth_date", "1951-02-03"))
    for identity in (FIRST, SECOND):
        up_to_county(staff, identity)
    with pytest.raises(WaitsForOther):
        county(staff, SECOND)

    county(staff, FIRST)
    county(staff, SECOND)

    assert (state_of(FIRST), state_of(SECOND)) == (State.COUNTY_OK, State.COUNTY_OK)


def test_another_value_is_refused_once_the_first_has_gone_back(found, staff):
    file(staff, FIRST, name("王健军"), by="helper")
    up_to_county(staff, FIRST)
    county(staff, FIRST)
    request_handback(actor=staff["operator"], source="city", reason="月度回填")

    assert [one.kind for one in met(staff, SECOND, name("王建均"), by="village")] == [ConflictKind.REFUSE]
    with pytest.raises(AnotherProposal):
        file(staff, SECOND, name("王建均"))


@pytest.mark.parametrize("typed", ["王健军", "王建均"])
def test_who_may_not_see_the_other_finding_is_told_only_that_there_is_something(found, staff, typed):
    file(staff, FIRST, name("王健军"), by="helper")

    [shown] = met(staff, SECOND, name(typed))
    [line] = conflict_lines([shown])

    assert shown.kind is ConflictKind.RELATED
    assert (line.value, line.state, line.by, line.finding) == ("他人的问题", "", "", "")
    [open_to_the_village] = met(staff, SECOND, name(typed), by="village")
    assert open_to_the_village.kind is not ConflictKind.RELATED


@pytest.mark.parametrize("gone", [False, True])
def test_a_typed_number_is_not_compared_before_it_is_filed(found, staff, gone):
    file(staff, FIRST, Proposal("city", "id_no", other_number()), by="helper")
    if gone:
        up_to_county(staff, FIRST)
        county(staff, FIRST)
        request_handback(actor=staff["operator"], source="city", reason="月度回填")

    told = [
        (one.kind, digest_of([one]))
        for value in (other_number(), third_number())
        for one in met(staff, SECOND, Proposal("city", "id_no", value), by="village")
    ]

    assert len(told) == 2
    assert told[0] == told[1]
    assert told[0][0] is (ConflictKind.REFUSE if gone else ConflictKind.RELATED)


def test_a_batch_keeps_its_values_and_is_confirmed_though_one_was_withdrawn(found, staff):
    file(staff, FIRST, name("王健军"), Proposal("national", "birth_date", "1951-02-03"), by="helper")
    up_to_county(staff, FIRST)
    county(staff, FIRST)
    batch = written(request_handback(actor=staff["operator"], source="city", reason="月度回填"))
    file(staff, SECOND, Proposal("national", "birth_date", "1951-02-04"))

    with pytest.raises(WrongState):
        settle_dispute(
            actor=staff["reviewer"], finding_id=FIRST, correction_id=row_of(SECOND).pk, holds=True, reason="户口簿"
        )
    Correction.objects.filter(finding=FIRST, field="name").update(state=CorrectionState.WITHDRAWN)  # as a proof does
    file(staff, THIRD, name("王建均"))

    confirm_entered(actor=staff["operator"], handback_id=batch.pk)

    assert Correction.objects.get(finding=FIRST, field="name").state == CorrectionState.WITHDRAWN


def test_who_passed_the_county_with_a_value_of_somebody_else_carries_it_alone(found, staff):
    file(staff, FIRST, name("王健军"), by="helper")
    file(staff, SECOND, name("王健军"))
    up_to_county(staff, SECOND)
    county(staff, SECOND)
    assert (state_of(SECOND), row_of(SECOND).state) == (State.COUNTY_OK, CorrectionState.JOINED)

    withdraw_verification(actor=staff["helper"], finding_id=FIRST, reason="写错了")

    assert row_of(SECOND).state == CorrectionState.APPROVED
    assert request_handback(actor=staff["operator"], source="city", reason="月度回填").lines == 1


def test_a_disputed_value_does_not_go_back_until_the_county_has_said_which_holds(found, staff):
    file(staff, FIRST, name("王健军"), by="helper")
    up_to_county(staff, FIRST)
    county(staff, FIRST)
    file(staff, SECOND, name("王建均"))
    assert row_of(SECOND).state == CorrectionState.DISPUTED
    assert waiting_for_handback() == []
    with pytest.raises(NothingToHandBack):
        request_handback(actor=staff["operator"], source="city", reason="月度回填")

    settle_dispute(
        actor=staff["reviewer"], finding_id=FIRST, correction_id=row_of(SECOND).pk, holds=False, reason="户口簿为准"
    )

    assert waiting_for_handback() == [("city", 1)]


def test_a_finding_is_written_back_only_when_all_its_values_have_left(found, staff):
    birth = Proposal("national", "birth_date", "1951-02-03")
    file(staff, FIRST, birth, by="helper")
    file(staff, SECOND, name("王健军"), birth)
    up_to_county(staff, SECOND)
    county(staff, SECOND)
    batch = written(request_handback(actor=staff["operator"], source="city", reason="月度回填"))

    confirm_entered(actor=staff["operator"], handback_id=batch.pk)
    assert state_of(SECOND) is State.COUNTY_OK

    up_to_county(staff, FIRST)
    county(staff, FIRST)
    batch = written(request_handback(actor=staff["operator"], source="national", reason="月度回填"))
    confirm_entered(actor=staff["operator"], handback_id=batch.pk)
    assert (state_of(FIRST), state_of(SECOND)) == (State.WRITTEN_BACK, State.WRITTEN_BACK)


@pytest.mark.parametrize("observed", ["hit", "pass"])
def test_what_stood_against_a_value_that_the_next_delivery_judged_stands_alone(found, staff, observed):
    file(staff, FIRST, name("王健军"), by="helper")
    up_to_county(staff, FIRST)
    county(staff, FIRST)
    file(staff, SECOND, name("王建均", "national"))
    row = row_of(SECOND)
    assert row.state == CorrectionState.DISPUTED
    Correction.objects.filter(finding=FIRST).update(state=CorrectionState.HANDED_BACK)
    state = State.PROVEN if observed == "pass" else State.NOT_FIXED
    Finding.objects.filter(pk=FIRST).update(state=state)

    follow_moves([moved(FIRST)])

    expected = CorrectionState.CONFIRMED if observed == "pass" else CorrectionState.CONTRADICTED
    assert row_of(FIRST).state == expected
    assert (row_of(SECOND).state, row_of(SECOND).against_id) == (CorrectionState.PROPOSED, None)


def test_the_page_shows_what_is_met_and_files_with_what_was_seen(found, staff):
    file(staff, FIRST, name("王健军"), by="helper")
    user = account(Role.VILLAGE_TEAM, Area(HOME_VILLAGE))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    typed = {"value:city:name": "王建均", "note": "户口簿"}

    assert client.post(reverse("case_confirm", args=[SECOND]), typed).status_code == 409
    shown = client.post(reverse("case_preview", args=[SECOND]), typed)
    assert "王健军" in shown.content.decode()
    assert short_id(FIRST) in shown.content.decode()
    assert (
        client.post(reverse("case_confirm", args=[SECOND]), typed | {"seen": shown.context["seen"]}).status_code == 302
    )

    reviewer = Client()
    reviewer.force_login(account(Role.CENTRE_REVIEWER), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "请裁定" in reviewer.get(reverse("finding", args=[short_id(FIRST)])).content.decode()
    words = {"correction": row_of(SECOND).pk, "holds": "later", "note": "户口簿为准"}
    assert reviewer.post(reverse("case_settle", args=[FIRST]), words).status_code == 302
    assert state_of(FIRST) is State.RETURNED


@pytest.mark.django_db(transaction=True)
def test_of_two_who_file_at_once_the_second_must_look_again(found, staff):
    # SQLite lets one write at a time; the tests' database in memory refuses the second one where a file would let it wait.
    turn = threading.Lock() if connection.vendor == "sqlite" else nullcontext()
    number, birth = Proposal("city", "id_no", other_number()), Proposal("city", "birth_date", "1951-02-03")
    ready, said = threading.Barrier(2), []

    def at_once(who, identity, proposal):
        try:
            ready.wait(timeout=30)
            with scope((COUNTY,)), turn:
                confirm_finding(actor=staff[who], finding_id=identity, proposals=[proposal], note="")
            said.append("filed")
        except ConflictUnseen:
            said.append("unseen")
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=at_once, args=one) for one in (("helper", FIRST, number), ("other", SECOND, birth))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(said) == ["filed", "unseen"]
