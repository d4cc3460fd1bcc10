"""Laws of the sweep: what it finds depends on what the ledgers say, not on rows, order or how often it is asked."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "unit" / "sweep"))  # the builder of small counties lives there

from ledgers import DAUGHTER, FIRST, SECOND, SON, SOURCES, SPOUSE, THIRD, Ledgers, changed, family, number, told

FAMILIES = 4
HOME = tempfile.TemporaryDirectory(prefix="sweep-laws-")  # of all examples; gone when the process ends
few = settings(
    max_examples=3,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # no shrinking: every try is several sweeps
    suppress_health_check=[HealthCheck.too_slow],
)


def _name(rows, at):
    return changed(rows, at, name=rows[at]["name"][0] + "君")


def _digit(rows, at):
    text = rows[at]["id_no"]
    return changed(rows, at, id_no=text[:15] + str((int(text[15]) + 3) % 10) + text[16:])


def _truncated(rows, at):
    return changed(rows, at, id_no=rows[at]["id_no"][:15] + "000")


def _sex(rows, at):
    return changed(rows, at, sex="女" if rows[at]["sex"] == "男" else "男")


def _left_out(rows, at):
    return [row for place, row in enumerate(rows) if place != at]


REPAIRABLE = st.sampled_from([_name, _digit, _truncated, _sex])
DAMAGE = st.sampled_from([_name, _digit, _truncated, _sex, _left_out])
MEMBER = st.sampled_from([SPOUSE, SON, DAUGHTER])
SOURCE = st.sampled_from(SOURCES)


def right():
    """Right rows of a few families."""
    return [row for code in range(FAMILIES) for row in family(code, m2="王建军")]


@st.composite
def troubled(draw, damage=DAMAGE):
    """Rows by source with one damage each in two different families."""
    ledgers = {source: right() for source in SOURCES}
    for code in (2, 0):  # from behind, so that a row left out moves no place that is still to come
        source = draw(SOURCE)
        ledgers[source] = draw(damage)(ledgers[source], 4 * code + draw(MEMBER))
    return ledgers


def lake(order=SOURCES):
    """A county in a folder of its own."""
    return Ledgers(Path(tempfile.mkdtemp(dir=HOME.name)), order)


@few
@given(troubled(), st.randoms(use_true_random=False), st.permutations(SOURCES))
def test_findings_do_not_depend_on_the_order_of_rows_and_sources(ledgers, random, order):
    shuffled = {source: random.sample(rows, len(rows)) for source, rows in ledgers.items()}

    plain, mixed = lake().deliver(ledgers).sweep(), lake(tuple(order)).deliver(shuffled).sweep()

    assert len(plain.findings) >= 1
    assert told(mixed) == told(plain)


@few
@given(troubled())
def test_sweeping_twice_finds_the_same_and_nothing_new(ledgers):
    county = lake().deliver(ledgers)

    first, second = county.sweep(), county.sweep()

    assert told(second) == told(first)
    assert {one["delta"] for one in first.findings} == {"new"}
    assert {one["delta"] for one in second.findings} == {"persisting"}


def repaired(ledgers, findings):
    """The ledgers after the first candidate of every finding was written into the rows that the finding shows."""
    mended = {source: [dict(row) for row in rows] for source, rows in ledgers.items()}
    for finding in findings:
        for record in finding["records"]:
            row = mended[record["source"]][record["row"] - 2]
            row[finding["candidates"][0]["field"]] = finding["candidates"][0]["value"]
    return mended


@few
@given(troubled(REPAIRABLE))
def test_the_suggested_repair_of_the_named_ledger_removes_the_finding(ledgers):
    county = lake().deliver(ledgers, FIRST)
    before = county.sweep()

    after = county.deliver(repaired(ledgers, before.findings), SECOND).sweep()

    assert len(before.findings) == 2
    assert {one["culprit"] for one in before.findings} <= set(SOURCES)
    assert {one["delta"] for one in after.findings} == {"gone"}


@few
@given(troubled(REPAIRABLE), SOURCE, MEMBER)
def test_a_row_left_out_and_put_back_restores_the_findings(ledgers, source, member):
    county = lake().deliver(ledgers, FIRST)
    before = county.sweep()
    without = ledgers | {source: _left_out(ledgers[source], 4 + member)}
    county.deliver({source: without[source]}, SECOND)
    between = county.sweep()

    after = county.deliver({source: ledgers[source]}, THIRD).sweep()

    assert [one["rule"] for one in between.open if one["finding_id"] not in before.deltas()] == ["XS-MISSING"]
    assert told(after) == told(before)


@few
@given(troubled(), st.randoms(use_true_random=False))
def test_a_file_sorted_anew_keeps_every_finding_and_makes_none(ledgers, random):
    county = lake().deliver(ledgers, FIRST)
    before = county.sweep()
    shuffled = {source: random.sample(rows, len(rows)) for source, rows in ledgers.items()}

    after = county.deliver(shuffled, SECOND).sweep()

    assert told(after) == told(before)
    assert {one["delta"] for one in after.findings} == {"persisting"}


def _inserted(rows, at):
    return [*rows[:at], *family(FAMILIES + 1), *rows[at:]]


def _mended(rows, at):
    """The row as it is right; only where it is still there."""
    true = {row["person_no"]: row for row in right()}
    return [dict(true.get(row["person_no"], row)) if place == at else row for place, row in enumerate(rows)]


def _moved(rows, at):
    return [*rows[:at], *rows[at + 1 :], rows[at]]


CHANGES = st.lists(
    st.tuples(
        SOURCE, st.sampled_from([_name, _digit, _truncated, _left_out, _inserted, _mended, _moved]), st.integers(0, 14)
    ),
    min_size=2,
    max_size=4,
)


HISTORY = "PR-STATIC-CHANGED"
"""The one diagnosis that is about what an earlier delivery said."""


def by_person(swept):
    """What is found, without the register's ids, which tell when a person was first seen, and without history."""
    ids = {"finding_id", "short_id", "subject", "scope_key", "person_id", "household_id", "involved"}
    return sorted(
        repr(
            [
                (key, [kind for kind in value if kind != HISTORY] if key == "kinds" else value)
                for key, value in sorted(one.items())
                if key not in ids
            ]
        )
        for one in told(swept).values()
        if one["rule"] != HISTORY
    )


@few
@given(troubled(), CHANGES)
def test_after_any_changes_the_findings_are_those_of_a_county_that_never_knew_the_old_rows(ledgers, changes):
    county = lake().deliver(ledgers, FIRST)
    county.sweep()
    latest = dict(ledgers)
    for source, change, at in changes:
        latest[source] = change(latest[source], at % len(latest[source]))  # rows left out before are no more

    swept = county.deliver({source: latest[source] for source, _, _ in changes}, SECOND).sweep()

    fresh = lake().deliver(ledgers, FIRST).deliver({source: latest[source] for source, _, _ in changes}, SECOND).sweep()
    hit = {one["finding_id"] for one in swept.findings if one["observation"] == "hit"}
    assert by_person(_only(swept, hit)) == by_person(fresh)


def _only(swept, identities):
    """Without findings that persist because their subject is in no delivery any more: a fresh county never had them."""
    return replace(swept, findings=[one for one in swept.findings if one["finding_id"] in identities])


def test_the_rows_of_the_laws_are_right():
    assert lake().deliver(dict.fromkeys(SOURCES, right())).sweep().findings == []
    assert number(0, SON) == right()[SON]["id_no"]
