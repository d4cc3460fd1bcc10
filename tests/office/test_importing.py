"""A sweep comes into the office once, whole, with one entry; the next one changes what it changes and nothing else."""

import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow.parquet as pq
import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from officepeople import SETUP
from officesweeps import FAR_VILLAGE, HOME_VILLAGE, NEXT_VILLAGE, finding, full_id, household, number_of, person
from taizhang.office.access.areas import Area
from taizhang.office.access.scope import ScopeMissing, scope, scope_off
from taizhang.office.crypto.blind import blind
from taizhang.office.findings.errors import SweepOlder, SweepUnreadable
from taizhang.office.findings.models import Delta, Finding, SweepRun, is_said, newest_run
from taizhang.office.findings.services.importing import import_newest, import_sweep
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry
from taizhang.office.people.models import Household, Person, PersonKey

pytestmark = pytest.mark.django_db


def state_of(identity):
    """State of a finding, what the newest sweep says of it, and its remark."""
    with scope_off("test"):
        found = Finding.objects.get(pk=full_id(identity))
    return found.state, found.delta_in(newest_run()), found.remark


def seen_from(prefix):
    """How many findings somebody of a division sees."""
    with scope((Area(prefix),)):
        return Finding.objects.count()


def put_into(state, *identities):
    """Bring findings into a state, as casework would have."""
    with scope_off("test"):
        Finding.objects.filter(pk__in=[full_id(one) for one in identities]).update(state=state)


def import_apart(folder):
    """Import on a connection of its own, as a worker does."""
    try:
        return import_sweep(actor=SETUP, folder=folder)
    finally:
        connections.close_all()


def until_somebody_waits():
    """Return once another connection waits for a row that this one has changed."""
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while not cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            assert time.monotonic() < deadline, "nobody waited within a minute"
            time.sleep(0.01)


def moved_while_imported(folder, state, identity):
    """A person's move whose transaction is open while the sweep is imported."""
    at_once = connection.vendor == "postgresql"  # SQLite lets nobody else begin to write meanwhile
    with ThreadPoolExecutor(1) as apart:
        with transaction.atomic():
            put_into(state, identity)
            if at_once:
                done = apart.submit(import_apart, folder)
                until_somebody_waits()
        if not at_once:
            done = apart.submit(import_apart, folder)
        return done.result()


@pytest.mark.django_db(transaction=True)
def test_a_move_that_a_person_makes_while_a_sweep_is_imported_stays(lake):
    lake.imported([finding(1)])
    lake.imported([finding(1, delta="persisting")])
    put_into(State.DISPATCHED, 1)
    folder = lake.sweep([finding(1, delta="persisting", name="王健")])

    done = moved_while_imported(folder, State.CONFIRMED, 1)

    assert state_of(1) == (State.CONFIRMED, Delta.PERSISTING, "")
    assert (done.touched, done.moved) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_move_made_meanwhile_stays_where_the_finding_ended_in_a_sweep_never_imported(lake):
    lake.imported([finding(1), finding(2)])
    lake.imported([finding(1, delta="persisting"), finding(2, delta="persisting")])
    put_into(State.DISPATCHED, 2)
    lake.sweep([finding(1, delta="persisting"), finding(2, delta="gone", observation="pass")])
    folder = lake.sweep([finding(1, delta="persisting")])

    done = moved_while_imported(folder, State.REJECTED_HIT, 2)

    assert state_of(2) == (State.REJECTED_HIT, Delta.GONE, "")
    assert done.moved == 0


def test_a_sweep_is_taken_whole_with_one_entry(lake):
    done = lake.imported(
        [finding(1), finding(2, "李秀英", FAR_VILLAGE, subject=2)], [person(1, "王建军")], [household(1, "王建军")]
    )

    with scope_off("test"):
        assert (Finding.objects.count(), Person.objects.count(), Household.objects.count()) == (2, 1, 1)
    assert list(Entry.objects.filter(verb="sweep.imported").values_list("subject_id", flat=True)) == [done.run.name]


def test_the_same_sweep_again_changes_nothing(lake):
    folder = lake.sweep([finding(1)])
    import_sweep(actor=SETUP, folder=folder)

    again = import_sweep(actor=SETUP, folder=folder)

    assert (again.touched, SweepRun.objects.count(), Entry.objects.filter(verb="sweep.imported").count()) == (0, 1, 1)


def test_an_older_sweep_is_refused(lake):
    older = lake.sweep([finding(1)])
    lake.imported([finding(1)])

    with pytest.raises(SweepOlder):
        import_sweep(actor=SETUP, folder=older)


def test_a_folder_that_is_no_sweep_is_refused(tmp_path):
    with pytest.raises(SweepUnreadable):
        import_sweep(actor=SETUP, folder=tmp_path)


def test_new_becomes_persisting_and_a_pass_proves(lake):
    lake.imported([finding(1), finding(2)])

    lake.imported([finding(1, delta="persisting"), finding(2, delta="gone", observation="pass")])

    assert state_of(1) == (State.OPEN, Delta.PERSISTING, "")
    assert state_of(2) == (State.PROVEN, Delta.GONE, "fixed_without_task")


def said_by_the_newest_sweep():
    """Finding by each word that the list can be narrowed by, and the same by what stands beside each."""
    with scope_off("test"):
        narrowed = {word: set(Finding.objects.filter(is_said(word)).values_list("pk", flat=True)) for word in Delta}
        beside = {word: set() for word in Delta}
        for one in Finding.objects.all():
            beside[one.delta_in(newest_run())].add(one.pk)
    assert narrowed == beside
    return {word.value: found for word, found in narrowed.items() if found}


def test_a_sweep_writes_only_what_changed_though_all_it_leaves_was_new_before(lake):
    lake.imported([finding(1), finding(2), finding(3, delta="reopened", reopened_count=1)])
    assert said_by_the_newest_sweep() == {"new": {full_id(1), full_id(2)}, "reopened": {full_id(3)}}

    rest = [finding(1, delta="persisting"), finding(3, delta="persisting", reopened_count=1)]
    folder = lake.sweep([*rest, finding(2, delta="gone", observation="pass"), finding(4)])
    with CaptureQueriesContext(connection) as queries:
        import_sweep(actor=SETUP, folder=folder)

    assert said_by_the_newest_sweep() == {
        "new": {full_id(4)},
        "persisting": {full_id(1), full_id(3)},
        "gone": {full_id(2)},
    }
    written = [
        one["sql"]
        for one in queries
        if one["sql"].startswith(("INSERT", "UPDATE")) and "findings_finding" in one["sql"]
    ]
    assert not any(full_id(one) in sql for sql in written for one in (1, 3))
    assert not any(sql.startswith("UPDATE") for sql in written)


def test_what_was_written_back_and_comes_again_was_not_fixed(lake):
    lake.imported([finding(1), finding(2)])
    put_into(State.WRITTEN_BACK, 1, 2)

    lake.imported([finding(1, delta="persisting"), finding(2, delta="gone", observation="pass")])

    assert (state_of(1)[0], state_of(2)[0]) == (State.NOT_FIXED, State.PROVEN)


def test_what_was_written_back_waits_while_its_source_did_not_deliver(lake):
    same = [{"source": "city", "title": "city", "delivery": "d1", "as_of": "2020-02-01", "held": False}]
    lake.imported([finding(1)], deliveries=same)
    put_into(State.WRITTEN_BACK, 1)

    lake.imported([finding(1, delta="persisting")], deliveries=same)

    assert state_of(1)[0] == State.WRITTEN_BACK


def test_an_exemption_lapses_only_when_the_values_change(lake):
    lake.imported([finding(1), finding(2)])
    put_into(State.EXEMPTED, 1, 2)

    lake.imported([finding(1, delta="persisting"), finding(2, delta="persisting", value_digest="v2")])

    assert (state_of(1)[0], state_of(2)[0]) == (State.EXEMPTED, State.OPEN)


@pytest.mark.parametrize("observation", ["held", "absent", "unknown", "not_run"])
def test_nothing_closes_without_a_pass(lake, observation):
    lake.imported([finding(1)])

    lake.imported([finding(1, delta="persisting", observation=observation)])

    assert state_of(1)[0] == State.OPEN


def test_a_closed_finding_that_comes_back_is_reopened(lake):
    lake.imported([finding(1)])
    put_into(State.CLOSED_OUT, 1)
    lake.imported([finding(1, delta="gone", observation="pass")])

    lake.imported([finding(1, delta="reopened", reopened_count=1)])

    assert state_of(1) == (State.REOPENED, Delta.REOPENED, "")


def test_a_finding_that_went_in_a_sweep_never_imported_goes_too(lake):
    lake.imported([finding(number) for number in range(1, 7)])
    ended = [
        finding(2, delta="gone", observation="pass"),
        finding(3, delta="out_of_rule", observation="not_run"),
        finding(4, delta="superseded", observation="hit", superseded_by=full_id(1)),
        finding(6, delta="source_left", observation="not_run"),
    ]
    lake.sweep([finding(1, delta="persisting"), *ended])

    lake.imported([finding(1, delta="persisting")])

    assert state_of(2)[:2] == (State.PROVEN, Delta.GONE)
    assert state_of(3)[:2] == (State.OUT_OF_RULE, Delta.OUT_OF_RULE)
    assert state_of(4)[:2] == (State.MERGED, Delta.SUPERSEDED)
    assert state_of(5)[0] == State.OPEN
    assert state_of(6)[:2] == (State.OUT_OF_RULE, Delta.SOURCE_LEFT)
    with scope((Area("610723"),)):
        assert Finding.objects.get(pk=full_id(4)).superseded_by == full_id(1)


def test_a_sweep_is_compared_with_one_whose_file_did_not_know_what_supersedes(lake):
    earlier = lake.imported([finding(1), finding(2)])
    path = lake.made[-1] / "findings.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["superseded_by"]), path)

    lake.imported([finding(1, delta="persisting", name="王健"), finding(2, delta="persisting")])

    with scope((Area("610723"),)):
        assert {one.name: one.changed_in_id == earlier.run.pk for one in Finding.objects.all()} == {
            "王健": False,
            "王建军": True,
        }


def test_waiting_sweeps_come_in_order(lake):
    lake.imported([finding(1)])
    lake.sweep([finding(1, delta="gone", observation="pass")])
    lake.sweep([finding(1, delta="reopened", reopened_count=1)])

    done = import_newest(actor=SETUP)

    assert [one.run.name for one in done] == [folder.name for folder in lake.made[1:]]
    assert state_of(1)[0] == State.REOPENED


def test_casework_hears_of_every_move_in_the_same_transaction(lake):
    heard = []
    import_sweep(actor=SETUP, folder=lake.sweep([finding(1), finding(2)]), on_moves=heard.extend)
    assert sorted(one.finding[0] for one in heard) == ["1", "2"]
    heard.clear()

    folder = lake.sweep([finding(1, delta="persisting"), finding(2, delta="gone", observation="pass")])
    import_sweep(actor=SETUP, folder=folder, on_moves=heard.extend)

    assert [(one.finding[0], one.before, one.after) for one in heard] == [("2", State.OPEN, State.PROVEN)]


def test_a_finding_without_a_place_is_the_countys(lake):
    lake.imported([finding(1, town_code=None, village_code=None)])

    with scope((Area("610723103"),)):
        assert not Finding.objects.exists()
    with scope((Area("610723"),)):
        assert Finding.objects.get().division_code == "610723000000"


def test_a_finding_of_another_county_is_seen_where_one_of_its_persons_is_and_ours_still_are(lake):
    abroad = finding(2, subject=2, involved=[1]) | {"village_code": "610724100201", "town_code": "610724100000"}
    lake.imported(
        [finding(1), abroad],
        [person(1, "王建军"), person(2, "李秀英")],
        [household(1, "王建军"), household(2, "李秀英")],
    )

    assert [seen_from(one) for one in ("610723", HOME_VILLAGE, FAR_VILLAGE, "610724")] == [2, 2, 0, 1]


def test_a_finding_about_persons_of_two_towns_is_seen_from_both_and_nowhere_else(lake):
    persons = [person(1, "王建军"), person(2, "王建君", FAR_VILLAGE, household=2)]
    lake.imported([finding(1, involved=[2])], persons, [household(1, "王建军"), household(2, "王建君", FAR_VILLAGE)])

    assert [seen_from(one) for one in (HOME_VILLAGE, FAR_VILLAGE, NEXT_VILLAGE, "610724")] == [1, 1, 0, 0]


def test_findings_and_persons_need_a_scope():
    with pytest.raises(ScopeMissing):
        Finding.objects.count()
    with pytest.raises(ScopeMissing):
        Person.objects.exists()


def test_the_index_follows_a_persons_changes(lake):
    lake.imported([], [person(1, "单建军", others=("单建君",)), person(2, "李秀英")])
    lake.imported([], [person(1, "单建国", others=("单春梅",))])

    with scope_off("test"):
        one, two = Person.objects.order_by("pk")
        sounds = set(PersonKey.objects.filter(person=one, kind="sound").values_list("value", flat=True))
    assert (one.name, one.is_current, two.is_current) == ("单建国", True, False)
    assert one.number_index == blind("number", number_of(1))
    assert any("chun" in sound for sound in sounds)
    assert not any("jun" in sound for sound in sounds)


def test_no_full_number_stands_in_the_office_tables(lake):
    lake.imported([finding(1)], [person(1, "王建军")])

    with scope_off("test"):
        rows = [*Finding.objects.values_list(), *Person.objects.values_list(), *PersonKey.objects.values_list()]
        texts = str([[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in rows])
    assert number_of(1) not in texts + str(list(Entry.objects.values_list()))
