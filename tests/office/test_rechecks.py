"""回头看: a draw that nobody can choose or repeat until it pleases, a second pair of eyes, and what does not hold opens again."""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from officepeople import COUNTY, OTHER_TOWN, SETUP, TOWN, actor
from officepeople import person as account
from officesweeps import FAR_VILLAGE, HOME_VILLAGE, finding, full_id, household, person
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.accounts.services import disable_user
from taizhang.office.casework.errors import NothingToCorrect
from taizhang.office.casework.models import Correction, CorrectionState, HandBack, Notice, Task, Verification
from taizhang.office.casework.observing import follow_moves
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.casework.services.handing_back import confirm_entered
from taizhang.office.casework.services.reviewing import approve_verification, close_finding
from taizhang.office.casework.services.verifying import Proposal, confirm_finding
from taizhang.office.casework.transitions import MOVES, moves_from
from taizhang.office.crypto.sealing import seal
from taizhang.office.desk.handing_over import hand_over
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.findings.models import Delta, Finding
from taizhang.office.findings.services.importing import detail_context, import_sweep
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.verifying import verify
from taizhang.office.rechecks.drawing import draw, seed_of
from taizhang.office.rechecks.errors import (
    NoteMissing,
    NothingClosed,
    OwnVerification,
    PeriodTaken,
    PeriodUnfit,
    RecheckDecided,
)
from taizhang.office.rechecks.models import Recheck, Round
from taizhang.office.rechecks.rates import rate_of
from taizhang.office.rechecks.reminding import remind_rechecks
from taizhang.office.rechecks.selectors import rechecks_in_scope, tallies
from taizhang.office.rechecks.services import decide_recheck, draw_round

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 19)
SEEN = "看了户口簿原件"


@pytest.fixture(autouse=True)
def on_the_day(time_machine):
    """Findings close on the acceptance scenario's day; rounds are drawn the day after."""
    time_machine.move_to(datetime(2020, 2, 19, 9, tzinfo=ZoneInfo("Asia/Shanghai")))


@pytest.fixture
def staff():
    village = Area(HOME_VILLAGE)
    return {
        "operator": actor(Role.CENTRE_OPERATOR), "reviewer": actor(Role.CENTRE_REVIEWER), "helper": actor(Role.HELPER, village),
        "village": actor(Role.VILLAGE_TEAM, village), "town": actor(Role.TOWN_DATA_LEAD, TOWN),
        "far": actor(Role.TOWN_DATA_LEAD, OTHER_TOWN),
    }  # fmt: skip


@pytest.fixture
def closed(lake, staff, time_machine):
    """Six findings at home of two kinds and two far away, all closed on the day; it is the next day."""
    found = [finding(one, subject=one) for one in range(1, 5)]
    found += [finding(one, subject=one, rule="ID-CHECKSUM", grp="A") for one in (5, 6)]
    found += [finding(one, village=FAR_VILLAGE, subject=one) for one in (7, 8)]
    places = [HOME_VILLAGE] * 6 + [FAR_VILLAGE] * 2
    lake.imported(
        found,
        [person(one, "王", place) for one, place in enumerate(places, 1)],
        [household(1, "王"), household(7, "王", FAR_VILLAGE)],
    )
    with scope((COUNTY,)):
        Finding.objects.update(state=State.PROVEN, delta=Delta.GONE)
        for one in range(1, 9):
            close_finding(actor=staff["reviewer"], finding_id=full_id(one))
        time_machine.shift(timedelta(days=1))
        yield lake


def drawn(staff, share=50):
    return draw_round(actor=staff["operator"], first=DAY, last=DAY, share=share)


# --- the draw ---


def test_every_town_and_kind_is_drawn_from_in_its_share(closed, staff):
    made = drawn(staff)

    strata = Counter(Recheck.objects.values_list("town", "group", "stratum_size", "stratum_drawn"))
    assert made.population == 8
    assert strata == {
        ("610723103000", "C", 4, 2): 2, ("610723103000", "A", 2, 1): 1, ("610723108000", "C", 2, 1): 1,
    }  # fmt: skip


def test_anybody_can_repeat_the_draw_from_what_the_ledger_says(closed, staff):
    made = drawn(staff)

    entry = Entry.objects.get(verb="recheck.drawn")
    seed = seed_of(entry.prev, "2020-02-19", "2020-02-19", 50)
    home = [full_id(one) for one in range(1, 5)]
    chosen = sorted(home, key=lambda one: sha256(f"{seed}:{one}".encode()).digest())[:2]
    assert made.seed == seed == entry.data["seed"]
    assert set(chosen) == set(
        Recheck.objects.filter(group="C", town="610723103000").values_list("finding_id", flat=True)
    )
    assert entry.data["digest"] == sha256("\n".join(sorted(entry.data["findings"])).encode()).hexdigest()
    assert verify() is None


@pytest.mark.parametrize(("first", "last"), [(0, 0), (-5, 0), (-1, -1 + 1)])
def test_a_day_is_drawn_once(closed, staff, first, last):
    drawn(staff)

    with pytest.raises(PeriodTaken):
        draw_round(
            actor=staff["operator"], first=DAY + timedelta(days=first), last=DAY + timedelta(days=last), share=100
        )
    assert Round.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "last", "share", "error"),
    [
        (DAY, DAY + timedelta(days=1), 10, PeriodUnfit),  # today is not over
        (DAY, DAY - timedelta(days=1), 10, PeriodUnfit),
        (None, DAY, 10, PeriodUnfit),
        (DAY, DAY, 0, PeriodUnfit),
        (DAY, DAY, 101, PeriodUnfit),
        (DAY - timedelta(days=9), DAY - timedelta(days=1), 10, NothingClosed),
    ],
)
def test_a_draw_that_cannot_be_is_refused_and_leaves_nothing(closed, staff, first, last, share, error):
    with pytest.raises(error):
        draw_round(actor=staff["operator"], first=first, last=last, share=share)
    assert not Round.objects.exists()
    assert not Entry.objects.filter(verb="recheck.drawn").exists()


def test_only_the_county_draws(closed, staff):
    for who in ("town", "reviewer", "village"):
        with pytest.raises(Forbidden):
            draw_round(actor=staff[who], first=DAY, last=DAY, share=50)


def test_what_opened_again_is_not_drawn(closed, staff):
    Finding.objects.exclude(pk=full_id(5)).update(state=State.REOPENED)

    made = drawn(staff, share=10)

    assert (made.population, Recheck.objects.get().finding_id) == (1, full_id(5))


CLOSED = st.lists(
    st.tuples(st.uuids().map(lambda one: one.hex), st.sampled_from(["甲", "乙", "丙"]), st.sampled_from("AC")),
    unique_by=lambda one: one[0], max_size=60,
)  # fmt: skip


@trials(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no defect
@given(CLOSED, st.integers(1, 100), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_the_draw_takes_the_share_of_every_stratum_rounded_up_whatever_the_order(closed, share, seed):
    taken = draw(closed, seed=seed, share=share)

    sizes = Counter((town, group) for _one, town, group in closed)
    assert Counter((one.town, one.group) for one in taken) == {key: -(-n * share // 100) for key, n in sizes.items()}
    assert {one.finding_id for one in taken} <= {one for one, _town, _group in closed}
    assert draw(list(reversed(closed)), seed=seed, share=share) == taken


def test_another_seed_draws_others():
    many = [(f"{one:032x}", "甲", "A") for one in range(1000)]
    first, second = ({one.finding_id for one in draw(many, seed=seed, share=10)} for seed in ("a" * 64, "b" * 64))

    assert len(first) == 100
    assert len(first & second) < 40


# --- who looks ---


def test_it_goes_to_somebody_who_did_not_verify_it(closed, staff):
    for one in range(1, 7):
        Verification.objects.create(
            division_code=HOME_VILLAGE, finding_id=full_id(one), is_true=True, note="在", by_id=staff["town"].user_id
        )
    drawn(staff, share=100)

    home = Recheck.objects.filter(town="610723103000")
    assert set(home.values_list("assignee_id", flat=True)) == {staff["village"].user_id}
    assert set(home.values_list("verified_by_id", flat=True)) == {staff["town"].user_id}
    assert set(Recheck.objects.filter(town="610723108000").values_list("assignee_id", flat=True)) == {
        staff["far"].user_id
    }


def test_whoever_verified_it_where_they_work_no_more_is_refused_too(closed, staff):
    for place, who in ((FAR_VILLAGE, "village"), (HOME_VILLAGE, "town")):
        Verification.objects.create(
            division_code=place, finding_id=full_id(1), is_true=True, note="在", by_id=staff[who].user_id
        )
    drawn(staff, share=100)
    one = Recheck.objects.get(finding_id=full_id(1))

    with scope((Area(HOME_VILLAGE),)), pytest.raises(OwnVerification):
        decide_recheck(actor=staff["village"], recheck_id=one.pk, holds=True, note="入户看过，属实")


def test_whoever_verified_is_refused_by_the_service_and_by_the_database(closed, staff):
    Verification.objects.create(
        division_code=HOME_VILLAGE, finding_id=full_id(1), is_true=True, note="在", by_id=staff["village"].user_id
    )
    drawn(staff, share=100)
    one = Recheck.objects.get(finding_id=full_id(1))

    with pytest.raises(OwnVerification):
        decide_recheck(actor=staff["village"], recheck_id=one.pk, holds=True, note=SEEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recheck.objects.filter(pk=one.pk).update(result="held", decided_by=staff["village"].user_id)


def test_another_towns_recheck_does_not_exist(closed, staff):
    drawn(staff, share=100)
    far = Recheck.objects.get(finding_id=full_id(7))

    with scope((TOWN,)), pytest.raises(NotFound):
        decide_recheck(actor=staff["town"], recheck_id=far.pk, holds=True, note=SEEN)
    with scope((TOWN,)):
        assert not rechecks_in_scope().filter(town="610723108000").exists()


# --- what it finds ---


def test_what_holds_stays_closed_with_one_entry(closed, staff):
    drawn(staff, share=100)
    before = Entry.objects.count()

    decide_recheck(actor=staff["town"], recheck_id=Recheck.objects.get(finding_id=full_id(1)).pk, holds=True, note=SEEN)

    assert Finding.objects.get(pk=full_id(1)).state == State.CLOSED_OUT
    assert list(Entry.objects.order_by("seq").values_list("verb", flat=True))[before:] == ["finding.recheck_held"]


def test_what_does_not_hold_is_open_again_with_one_entry(closed, staff):
    drawn(staff, share=100)
    before = Entry.objects.count()

    decide_recheck(
        actor=staff["town"], recheck_id=Recheck.objects.get(finding_id=full_id(1)).pk, holds=False, note=SEEN
    )

    assert Finding.objects.get(pk=full_id(1)).state == State.REOPENED
    entries = list(Entry.objects.order_by("seq"))[before:]
    assert [(one.verb, one.data["state"], one.reason) for one in entries] == [
        ("finding.recheck_failed", ["closed_out", "reopened"], SEEN)
    ]


def test_a_recheck_is_decided_once_and_says_what_was_seen(closed, staff):
    drawn(staff, share=100)
    one = Recheck.objects.get(finding_id=full_id(1))

    with pytest.raises(NoteMissing):
        decide_recheck(actor=staff["town"], recheck_id=one.pk, holds=True, note=" 好 ")
    decide_recheck(actor=staff["town"], recheck_id=one.pk, holds=True, note=SEEN)
    with pytest.raises(RecheckDecided):
        decide_recheck(actor=staff["village"], recheck_id=one.pk, holds=False, note=SEEN)
    assert Finding.objects.get(pk=full_id(1)).state == State.CLOSED_OUT


def test_the_move_leaves_the_closed_state_only_and_no_page_of_a_finding_offers_it():
    move = MOVES["recheck_failed"]

    assert (move.sources, move.target) == (frozenset({State.CLOSED_OUT}), State.REOPENED)
    assert move not in moves_from(State.CLOSED_OUT)


def test_a_delivery_that_came_before_the_second_look_counts_as_not_holding(closed, staff):
    drawn(staff, share=100)
    Finding.objects.filter(pk=full_id(1)).update(state=State.REOPENED)
    Finding.objects.filter(pk=full_id(2)).update(state=State.OUT_OF_RULE)
    decide_recheck(actor=staff["town"], recheck_id=Recheck.objects.get(finding_id=full_id(3)).pk, holds=True, note=SEEN)

    tally = tallies("town")["610723103000"]

    assert (tally.drawn, tally.held, tally.failed, tally.back, tally.void, tally.waiting) == (6, 1, 0, 1, 1, 3)
    assert (tally.rate.decided, tally.rate.failed, tally.rate.share) == (2, 1, 0.5)


# --- what opened again is corrected against what the ledger says today ---


@pytest.fixture
def opened_again(closed, staff):
    """Finding 1 told of 王建军 in the city's ledger, which says 王建君 by now; a recheck says that this is wrong too."""
    drawn(staff, share=100)
    swept(closed, {1: closed.delivery("city", MARCH, [row("王建君")])}, {"city": MARCH})
    recheck = Recheck.objects.get(finding_id=full_id(1))
    decide_recheck(actor=staff["town"], recheck_id=recheck.pk, holds=False, note=SEEN)
    dispatch_findings(actor=staff["operator"], finding_ids=[full_id(1)])


def test_what_the_ledger_says_already_is_nothing_to_correct(opened_again, staff):
    with pytest.raises(NothingToCorrect):
        confirm_finding(
            actor=staff["helper"], finding_id=full_id(1), proposals=[Proposal("city", "name", "王建君")], note="户口簿"
        )


def test_the_value_of_its_last_telling_may_be_the_right_one_after_all(opened_again, staff):
    confirm_finding(
        actor=staff["helper"], finding_id=full_id(1), proposals=[Proposal("city", "name", "王建军")], note="户口簿"
    )

    one = Correction.objects.get()
    assert (one.before_mask, one.after_mask, one.delivery) == ("王建君", "王建军", MARCH)


# --- what opened again is proven by its value ---


def reopened_and_handed_back(staff, lake):
    """Finding 1: does not hold, verified anew, approved and entered into the source; its rule passes all the while."""
    drawn(staff, share=100)
    decide_recheck(
        actor=staff["town"], recheck_id=Recheck.objects.get(finding_id=full_id(1)).pk, holds=False, note=SEEN
    )
    dispatch_findings(actor=staff["operator"], finding_ids=[full_id(1)])
    confirm_finding(
        actor=staff["helper"], finding_id=full_id(1), proposals=[Proposal("city", "name", "王建君")], note="户口簿"
    )
    for who, level in (("village", "village"), ("town", "town"), ("reviewer", "county")):
        approve_verification(actor=staff[who], finding_id=full_id(1), level=level)
    went_back(staff, Correction.objects.get())


def went_back(staff, *corrections):
    """One batch with these approved corrections, whose source's owner says that it is entered."""
    source = corrections[0].source
    batch = HandBack.objects.create(number=f"HT-{HandBack.objects.count()}", source=source, sha256="0" * 64)
    Correction.objects.filter(pk__in=[one.pk for one in corrections]).update(handback=batch)
    confirm_entered(actor=staff["operator"], handback_id=batch.pk)


def approved(staff, identity, source, field, value, *, person_id=1, state=CorrectionState.APPROVED, **facts):
    """A correction of a finding whose rule passes already, approved by the county."""
    Finding.objects.filter(pk=full_id(identity)).update(state=State.COUNTY_OK)
    one = Correction(
        division_code=HOME_VILLAGE, finding_id=full_id(identity), person_id=person_id, source=source, field=field,
        before=b"", state=state, proposed_by_id=staff["helper"].user_id, **facts,
    )  # fmt: skip
    one.after = seal(value, one.context("after"))
    one.save()
    return one


def row(name, **more):
    return {"name": name, "id_no": "x", "village_code": HOME_VILLAGE, "town_code": "610723103000"} | more


def swept(lake, people, newest):
    """A sweep on these newest deliveries by source, imported. people: person → records, in household 1."""
    known = {"city": "d1", "national": "d1"} | newest
    deliveries = [
        {"source": source, "title": source, "delivery": name, "as_of": "2020-02-19" if name == "d1" else name[:10], "held": False}
        for source, name in known.items()
    ]  # fmt: skip
    persons = [person(one, "王", records=records, household=1) for one, records in people.items()]
    import_sweep(
        actor=SETUP, folder=lake.sweep([], persons, [household(1, "王")], deliveries=deliveries), on_moves=follow_moves
    )


MARCH, APRIL = "2020-03-01-cccccccccccc", "2020-04-01-dddddddddddd"


def test_every_source_is_judged_by_its_own_first_newer_delivery(closed, staff):
    city, national = (approved(staff, 1, source, "name", "王建君") for source in ("city", "national"))
    went_back(staff, city)
    went_back(staff, national)
    right = closed.delivery("city", MARCH, [row("王建君")])
    swept(closed, {1: right}, {"city": MARCH})
    assert Finding.objects.get(pk=full_id(1)).state == State.WRITTEN_BACK

    later = closed.delivery("national", APRIL, [row("王建君")])
    swept(closed, {1: right + later}, {"city": MARCH, "national": APRIL})

    assert Finding.objects.get(pk=full_id(1)).state == State.PROVEN
    assert set(Correction.objects.values_list("state", flat=True)) == {CorrectionState.CONFIRMED}


def test_a_source_that_kept_the_old_value_shows_at_once_that_it_is_not_fixed(closed, staff):
    for source in ("city", "national"):
        went_back(staff, approved(staff, 1, source, "name", "王建君"))

    swept(closed, {1: closed.delivery("city", MARCH, [row("王建军")])}, {"city": MARCH})

    assert Finding.objects.get(pk=full_id(1)).state == State.NOT_FIXED


def test_a_delivery_between_two_hand_backs_judges_the_first_only(closed, staff):
    city, national = (approved(staff, 1, source, "name", "王建君") for source in ("city", "national"))
    went_back(staff, city)
    wrong = closed.delivery("national", MARCH, [row("王建军")])
    right = closed.delivery("city", MARCH, [row("王建君")])
    swept(closed, {1: right + wrong}, {"city": MARCH, "national": MARCH})
    went_back(staff, national)

    swept(closed, {1: right + wrong}, {"city": MARCH, "national": MARCH})
    assert Finding.objects.get(pk=full_id(1)).state == State.WRITTEN_BACK
    after = closed.delivery("national", APRIL, [row("王建君")])
    swept(closed, {1: right + after}, {"city": MARCH, "national": APRIL})

    assert Finding.objects.get(pk=full_id(1)).state == State.PROVEN


def test_what_is_joined_only_is_proven_with_the_line_that_went_back_for_it(closed, staff):
    lead = approved(staff, 1, "city", "name", "王建君")
    approved(staff, 2, "city", "name", "王建君", state=CorrectionState.JOINED, against=lead)
    went_back(staff, lead)

    swept(closed, {1: closed.delivery("city", MARCH, [row("王建君")])}, {"city": MARCH})

    assert set(Finding.objects.filter(pk__in=[full_id(1), full_id(2)]).values_list("state", flat=True)) == {
        State.PROVEN
    }


@pytest.mark.parametrize(("value", "state"), [("王建君", State.PROVEN), ("王建军", State.NOT_FIXED)])
def test_the_person_whose_row_was_corrected_proves_it_not_the_findings_subject(closed, staff, value, state):
    went_back(staff, approved(staff, 1, "city", "name", "王建君", person_id=4))
    subject, other = closed.delivery("city", MARCH, [row("王建军"), row(value)])

    swept(closed, {1: [subject], 4: [other]}, {"city": MARCH})

    assert Finding.objects.get(pk=full_id(1)).state == state


@pytest.mark.parametrize(("relation", "state"), [("子", State.PROVEN), ("妻", State.NOT_FIXED)])
@pytest.mark.parametrize("cell", ["C1", ""])
def test_a_households_value_is_looked_for_in_the_row_that_was_corrected(closed, staff, relation, state, cell):
    """Two members; the row of the second is to say that it is the head's child."""
    old = closed.delivery(
        "city", f"2020-02-18-{'b' * 12}", [row("王", relation_to_head="户主"), row("王二", relation_to_head="妻")]
    )
    swept(closed, {1: [old[0]], 2: [old[1]]}, {"city": f"2020-02-18-{'b' * 12}"})
    at = {"source": "city", "delivery": f"2020-02-18-{'b' * 12}", "file_no": 0, "row": 1}
    of_household = Finding.objects.get(pk=full_id(1))
    of_household.detail = seal(json.dumps({"records": [at]}), detail_context(of_household.pk))
    of_household.subject_person = None
    of_household.save(update_fields=["detail", "subject_person"])
    went_back(staff, approved(
        staff, 1, "city", "relation_to_head", "子", person_id=None, household_id=1, delivery=at["delivery"], file_no=0, cell=cell,
    ))  # fmt: skip
    new = closed.delivery("city", MARCH, [row("王二", relation_to_head=relation), row("王", relation_to_head="户主")])

    swept(closed, {1: [new[1]], 2: [new[0]]}, {"city": MARCH})

    assert Finding.objects.get(pk=full_id(1)).state == state


def test_a_delivery_that_was_not_taken_whole_proves_nothing(closed, staff):
    went_back(staff, approved(staff, 1, "city", "name", "王建君"))
    records = closed.delivery("city", MARCH, [row("王建君")])
    folder = settings.INSTALLATION.county.data / "deliveries" / "city" / MARCH
    (folder / "manifest.json").write_text(json.dumps({"counts": {"refused_files": 1}}), "utf-8")

    swept(closed, {1: records}, {"city": MARCH})

    assert Finding.objects.get(pk=full_id(1)).state == State.WRITTEN_BACK


@pytest.mark.parametrize(
    ("name", "state", "correction"),
    [
        ("王建君", State.PROVEN, CorrectionState.CONFIRMED),
        ("王建军", State.NOT_FIXED, CorrectionState.CONTRADICTED),
        (None, State.WRITTEN_BACK, CorrectionState.HANDED_BACK),
    ],
)
def test_the_newer_delivery_proves_it_by_carrying_the_approved_value(closed, staff, name, state, correction):
    reopened_and_handed_back(staff, closed)
    rows = [{"name": name, "id_no": "x", "village_code": HOME_VILLAGE, "town_code": "610723103000"}]
    records = closed.delivery("city", "2020-03-01-cccccccccccc", rows)
    deliveries = [
        {"source": "city", "title": "city", "delivery": "2020-03-01-cccccccccccc", "as_of": "2020-03-01", "held": False}
    ]
    folder = closed.sweep([], [person(1, "王建君", records=records)], [household(1, "王")], deliveries=deliveries)

    import_sweep(actor=SETUP, folder=folder, on_moves=follow_moves)

    assert Finding.objects.get(pk=full_id(1)).state == state
    assert Correction.objects.get().state == correction
    assert Task.objects.filter(ended_at=None).count() == 0


@pytest.mark.parametrize("change", [{"held": True}, {"delivery": "d1"}])
def test_a_delivery_that_is_held_or_not_newer_proves_nothing(closed, staff, change):
    reopened_and_handed_back(staff, closed)
    rows = [{"name": "王建君", "id_no": "x", "village_code": HOME_VILLAGE, "town_code": "610723103000"}]
    records = closed.delivery("city", "2020-03-01-cccccccccccc", rows)
    delivery = {
        "source": "city",
        "title": "city",
        "delivery": "2020-03-01-cccccccccccc",
        "as_of": "2020-03-01",
        "held": False,
    }
    folder = closed.sweep(
        [], [person(1, "王建君", records=records)], [household(1, "王")], deliveries=[delivery | change]
    )

    import_sweep(actor=SETUP, folder=folder, on_moves=follow_moves)

    assert Finding.objects.get(pk=full_id(1)).state == State.WRITTEN_BACK


# --- the rate ---


def test_the_rate_of_equal_weights_is_wilsons():
    """3 of 40: Wilson's interval at 95 %, computed by hand from the formula of the score test."""
    rate = rate_of([(True, 5.0)] * 3 + [(False, 5.0)] * 37)

    assert rate.share == pytest.approx(0.075)
    assert (rate.low, rate.high) == (pytest.approx(0.025839, abs=1e-5), pytest.approx(0.198643, abs=1e-5))


def test_none_found_is_not_none_there():
    rate = rate_of([(False, 1.0)] * 10)

    assert (rate.share, rate.low) == (0.0, 0.0)
    assert 0.25 < rate.high < 0.3


def test_a_finding_that_stands_for_more_weighs_more_and_the_interval_is_wider():
    even, uneven = rate_of([(True, 1.0)] + [(False, 1.0)] * 9), rate_of([(True, 11.0)] + [(False, 1.0)] * 9)

    assert uneven.share == pytest.approx(11 / 20)
    assert uneven.high - uneven.low > even.high - even.low


def test_without_a_result_there_is_no_rate():
    assert rate_of([]) is None


# --- pages ---


def client_of(role, area=COUNTY):
    client = Client()
    client.force_login(account(role, area), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_round_through_the_pages_every_figure_opening_its_rows(closed, staff):
    operator, town = client_of(Role.CENTRE_OPERATOR), client_of(Role.TOWN_DATA_LEAD, TOWN)
    answer = operator.post(reverse("recheck_draw"), {"first": "2020-02-19", "last": "2020-02-19", "share": "100"})
    one, two = Recheck.objects.filter(finding_id__in=[full_id(1), full_id(2)]).order_by("finding_id")

    town.post(reverse("recheck_decide", args=[one.pk]), {"verdict": "fails", "note": SEEN})
    town.post(reverse("recheck_decide", args=[two.pk]), {"verdict": "holds", "note": SEEN})
    figures = operator.get(answer.url).context["figures"]

    assert [one.value for one in figures] == [8, 6, 1, 1, "50.0%"]
    for figure, count in zip(figures, (8, 6, 1, 1, 2), strict=True):
        assert operator.get(figure.url).context["page"].paginator.count == count


def test_a_leader_sees_the_round_and_nobodys_name(closed, staff):
    made = drawn(staff, share=100)
    leader = client_of(Role.LEADER)

    page = leader.get(reverse("recheck_round", args=[made.pk])).content.decode()

    assert "王" not in page.split("<main")[1]
    assert leader.get(reverse("recheck", args=[Recheck.objects.first().pk])).status_code == 403


def test_the_countys_number_is_shown_to_the_county_only(closed, staff):
    made = drawn(staff, share=100)
    county, town = (
        client_of(role, area) for role, area in ((Role.CENTRE_OPERATOR, COUNTY), (Role.TOWN_DATA_LEAD, TOWN))
    )

    facts = [
        {str(one.label) for one in client.get(reverse("recheck_round", args=[made.pk])).context["facts"]}
        for client in (county, town)
    ]

    assert facts[0] - facts[1] == {"其中仍在销号状态"}


def test_a_bad_draw_is_told_on_the_form_with_what_was_typed(closed):
    answer = client_of(Role.CENTRE_OPERATOR).post(
        reverse("recheck_draw"), {"first": "2020-02-19", "last": "x", "share": "7"}
    )

    assert answer.status_code == 422
    assert 'value="7"' in answer.content.decode()


# --- reminders ---


def reminded(day):
    with scope((COUNTY,)):
        return remind_rechecks(actor=SETUP, today=day)


def test_open_rechecks_are_reminded_of_and_go_up_once_they_are_overdue(closed, staff):
    drawn(staff)
    until = Recheck.objects.values_list("due_on", flat=True).first()
    holders = set(Recheck.objects.values_list("assignee_id", flat=True))

    first, again = reminded(until), reminded(until)
    assert first["recheck_notices"] == len(holders)
    assert (again["recheck_notices"], first["rechecks_escalated"]) == (0, 0)
    assert set(Notice.objects.filter(kind="recheck:100").values_list("user_id", flat=True)) == holders
    assert reminded(until + timedelta(days=4))["rechecks_escalated"] > 0
    assert Notice.objects.filter(kind="recheck:overdue").exists()


def test_what_is_decided_is_not_reminded_of(closed, staff):
    drawn(staff)
    until = Recheck.objects.values_list("due_on", flat=True).first()
    Recheck.objects.update(result="held", decided_by=staff["operator"].user_id)

    assert set(reminded(until).values()) == {0}


def test_a_recheck_of_somebody_who_left_goes_to_another_who_did_not_verify_it(closed, staff):
    drawn(staff)
    left = Recheck.objects.filter(assignee__isnull=False).values_list("assignee_id", flat=True).first()
    count = Recheck.objects.filter(assignee_id=left).count()
    disable_user(actor=SETUP, user_id=left, reason="调离")

    assert reminded(DAY + timedelta(days=1))["rechecks_moved"] == count
    assert not Recheck.objects.filter(assignee_id=left).exists()
    assert Entry.objects.filter(verb="recheck.reassigned").count() == 1
    assert reminded(DAY + timedelta(days=1))["rechecks_moved"] == 0


# --- somebody leaves ---


def test_everything_in_a_leavers_hands_goes_on_in_one_step_but_not_to_the_verifier(closed, staff):
    drawn(staff, share=100)
    second = actor(Role.VILLAGE_TEAM, Area(HOME_VILLAGE))
    Finding.objects.filter(pk=full_id(2)).update(state=State.OPEN)
    dispatch_findings(actor=staff["operator"], finding_ids=[full_id(2)], assignee_id=staff["town"].user_id)
    Recheck.objects.filter(town="610723103000").update(assignee=staff["town"].user_id)
    Verification.objects.create(
        division_code=HOME_VILLAGE, finding_id=full_id(1), is_true=True, note="在", by_id=second.user_id
    )

    gave = hand_over(
        actor=staff["operator"], from_user_id=staff["town"].user_id, to_user_id=second.user_id, reason="调离"
    )

    assert gave == (1, 5)  # the sixth is open again and no longer looked at
    assert Task.objects.get(ended_at=None).assignee_id == second.user_id
    holders = dict(Recheck.objects.filter(town="610723103000").values_list("finding_id", "assignee_id"))
    assert holders.pop(full_id(1)) == staff["village"].user_id
    assert holders.pop(full_id(2)) == staff["town"].user_id
    assert set(holders.values()) == {second.user_id}
    assert Entry.objects.filter(verb__in=["task.reassigned", "recheck.reassigned"]).count() == 2


def test_who_verified_in_another_town_gets_no_recheck_handed_over(closed, staff):
    drawn(staff, share=100)
    second = actor(Role.VILLAGE_TEAM, Area(HOME_VILLAGE))
    Recheck.objects.filter(finding_id=full_id(1)).update(assignee=staff["town"].user_id)
    Verification.objects.create(
        division_code=FAR_VILLAGE, finding_id=full_id(1), is_true=True, note="在", by_id=second.user_id
    )

    with scope((TOWN,)):
        hand_over(actor=staff["town"], from_user_id=staff["town"].user_id, to_user_id=second.user_id, reason="调离")

    assert Recheck.objects.get(finding_id=full_id(1)).assignee_id == staff["village"].user_id


def test_another_town_hands_nothing_over(closed, staff):
    drawn(staff, share=100)
    holder = Recheck.objects.filter(town="610723103000").first().assignee_id

    with scope((OTHER_TOWN,)), pytest.raises(NotFound):
        hand_over(actor=staff["far"], from_user_id=holder, to_user_id=None, reason="调离")


def test_whoever_hands_over_second_is_told_who_did_it_first(closed, staff):
    drawn(staff, share=100)
    leaver = Recheck.objects.get(finding_id=full_id(1)).assignee_id
    client = client_of(Role.CENTRE_OPERATOR)
    hand_over(actor=staff["operator"], from_user_id=leaver, to_user_id=None, reason="调离")

    said = [
        client.get(reverse("reassign", args=[leaver])),
        client.post(reverse("reassign", args=[leaver]), {"to": "", "note": "调离"}),
    ]

    for one in said:
        assert one.status_code == 409
        assert "回头看改由他人" in one.content.decode()
        assert staff["operator"].name in one.content.decode()
    assert Entry.objects.filter(verb="recheck.reassigned").count() == 1


def test_another_town_is_not_told_that_anything_was_handed_over(closed, staff):
    drawn(staff, share=100)
    leaver = Recheck.objects.get(finding_id=full_id(1)).assignee_id
    Recheck.objects.filter(assignee_id=leaver).exclude(town="610723103000").delete()
    hand_over(actor=staff["operator"], from_user_id=leaver, to_user_id=None, reason="调离")

    with scope((OTHER_TOWN,)), pytest.raises(NotFound):
        hand_over(actor=staff["far"], from_user_id=leaver, to_user_id=None, reason="调离")


def test_the_page_shows_what_changes_hands_and_is_reached_from_a_recheck(closed, staff):
    drawn(staff, share=100)
    one = Recheck.objects.get(finding_id=full_id(1))
    client = client_of(Role.CENTRE_OPERATOR)

    assert reverse("reassign", args=[one.assignee_id]) in client.get(reverse("recheck", args=[one.pk])).content.decode()
    page = client.get(reverse("reassign", args=[one.assignee_id])).content.decode()
    assert f"0 项任务、{Recheck.objects.filter(assignee=one.assignee_id).count()} 项回头看" in page
    told = client.post(reverse("reassign", args=[one.assignee_id]), {"to": "", "note": "调离"}, follow=True)
    assert "已转交 0 项任务" in told.content.decode()
    assert not Recheck.objects.filter(assignee=one.assignee_id).exists()
