"""A ledger taken out of the county file: what it alone is about ends without proof, what another ledger has stays."""

import json
from dataclasses import replace

import pytest
from ledgers import SECOND, SON, SOURCES, SPOUSE, Ledgers, changed, everywhere, family, name

STAYING = tuple(source for source in SOURCES if source != "ledger")
TROUBLED = 4 * 1 + SON


def right():
    """The right rows of four families."""
    return [row for code in range(4) for row in family(code, m2="王建军")]


def misheard():
    """The rows with one name that the others spell otherwise."""
    return changed(right(), TROUBLED, name="王建君")


def county(folder, **ledgers):
    """A county in which some sources deliver other rows than all say."""
    return Ledgers(folder).deliver(everywhere(right()) | ledgers)


def without(ledgers, *sources):
    """The county after these sources were taken out of its file."""
    return replace(ledgers, order=tuple(one for one in SOURCES if one not in sources))


def ends(swept):
    """(rule, source) → (delta, observation)."""
    return {(one["rule"], one["source"]): (one["delta"], one["observation"]) for one in swept.findings}


def test_findings_of_a_ledger_taken_out_end_and_are_counted_once(tmp_path):
    ledgers = county(tmp_path, ledger=misheard())
    (before,) = ledgers.sweep().findings
    left = without(ledgers, "ledger")

    second, third = left.sweep(), left.sweep()

    (ended,) = second.findings
    assert ended["finding_id"] == before["finding_id"]
    assert (ended["delta"], ended["observation"], ended["cause"]) == ("source_left", "not_run", "source")
    counts = json.loads((second.folder / "sweep.json").read_text("utf-8"))["counts"]
    assert (counts["source_left"], counts["gone"], counts["open"]) == (1, 0, 0)
    assert third.findings == []


def test_a_ledger_written_back_opens_its_findings_again_with_their_history(tmp_path):
    ledgers = county(tmp_path, ledger=misheard())
    first = ledgers.sweep()
    without(ledgers, "ledger").sweep()

    (again,) = ledgers.sweep().findings

    assert again["finding_id"] == first.findings[0]["finding_id"]
    assert (again["delta"], again["reopened_count"], again["cause"]) == ("reopened", 0, "source")
    assert again["first_seen"] == first.folder.name


def test_a_ledger_written_back_mended_opens_nothing(tmp_path):
    ledgers = county(tmp_path, ledger=misheard())
    ledgers.sweep()
    without(ledgers, "ledger").sweep()
    ledgers.deliver({"ledger": right()}, SECOND)

    assert ledgers.sweep().findings == []


def test_a_finding_of_a_ledger_that_stays_is_judged_though_a_witness_left(tmp_path):
    ledgers = county(tmp_path, ledger=misheard())
    (before,) = ledgers.sweep().findings
    left = without(ledgers, "app")

    (kept,) = left.sweep().findings
    left.deliver({"ledger": right()}, SECOND)
    (gone,) = left.sweep().findings

    assert (kept["finding_id"], kept["delta"]) == (before["finding_id"], "persisting")
    assert (gone["finding_id"], gone["delta"]) == (before["finding_id"], "gone")


def test_a_finding_of_a_ledger_that_stays_waits_when_all_its_witnesses_left(tmp_path):
    ledgers = county(tmp_path, ledger=misheard())
    ledgers.sweep()

    alone = without(ledgers, *STAYING).sweep()

    assert ends(alone) == {("XS-NAME-HOMOPHONE", "ledger"): ("persisting", "unknown")}


@pytest.mark.parametrize("leaving", ["national", "ledger"])
def test_where_nobody_says_which_of_two_ledgers_is_wrong_it_stays_while_one_of_them_does(tmp_path, leaving):
    two = Ledgers(tmp_path, ("national", "ledger")).deliver({"national": right(), "ledger": misheard()})
    (before,) = two.sweep().findings
    assert before["culprit"] is None
    assert {row["source"] for row in before["records"]} == {"national", "ledger"}

    (kept,) = replace(two, order=tuple({"national", "ledger"} - {leaving})).sweep().findings

    assert (kept["finding_id"], kept["delta"]) == (before["finding_id"], "persisting")


def test_somebody_missing_is_missed_no_more_when_the_only_ledger_that_has_him_left(tmp_path):
    child = changed(family(1, village=1), SPOUSE, id_no=family(9)[SPOUSE]["id_no"], name=name(9, SPOUSE), person_no="1")
    more = [*right(), child[SPOUSE]]
    two = Ledgers(tmp_path, ("national", "ledger")).deliver({"national": right(), "ledger": more})
    missing = [one for one in two.sweep().findings if one["rule"] == "XS-MISSING"]
    assert [one["source"] for one in missing] == ["national"]

    alone = replace(two, order=("national",)).sweep()

    assert ends(alone)["XS-MISSING", "national"] == ("source_left", "not_run")


def test_a_source_that_has_not_delivered_by_that_day_has_not_left(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(
        {source: rows for source, rows in everywhere(right()).items() if source in STAYING}
    )
    ledgers.deliver({"ledger": misheard()}, SECOND)
    ledgers.sweep()

    earlier = ledgers.sweep(as_of=SECOND.replace(day=SECOND.day - 1))

    assert ends(earlier) == {("XS-NAME-HOMOPHONE", "ledger"): ("persisting", "absent")}
