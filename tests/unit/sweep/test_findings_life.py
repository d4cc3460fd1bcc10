"""What becomes of a finding from delivery to delivery: it closes only where its own source was delivered anew and passes."""

import json
import re
from dataclasses import replace
from datetime import date

import pyarrow.parquet as pq
from ledgers import (
    FIRST,
    SECOND,
    SON,
    SOURCES,
    SPOUSE,
    THIRD,
    Ledgers,
    changed,
    everywhere,
    family,
    identity_rules,
    number,
    told,
)

from taizhang.intake.delivery.releasing import release_delivery
from taizhang.sweep.rules.model import Status

LONG_AGO = date(2020, 1, 10)
FAMILIES = range(4)
TAKEN = {
    "taken_at": "2020-02-25T08:00:00+08:00", "digest": "0" * 64, "rows": {"record": len(SOURCES)},
    "counts": {"read": 8, "skipped": {}, "quarantined": 0, "waiting_sheets": 0, "refused_files": 0},
}  # fmt: skip
"""What intake writes into a manifest besides what a sweep needs."""
FULL_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9Xx]")
TROUBLED, OTHER = 4 * 1 + SON, 4 * 2 + SPOUSE  # places of two troubled persons among the rows


def right():
    """Right rows of four families."""
    return [row for code in FAMILIES for row in family(code, m1="刘兰英", m2="王建军")]


def wrong(place=TROUBLED, **changes):
    """The rows with one name misheard, or with other changes of one row."""
    return changed(right(), place, **(changes or {"name": "王建君"}))


def county(folder, ledger, order=SOURCES):
    """A county of which the ledger says something else than the other sources."""
    return Ledgers(folder, order).deliver(dict.fromkeys(("national", "city", "app"), right()) | {"ledger": ledger})


def by_place(swept, name):
    """The finding about a person with this name in the ledger."""
    return next(one for one in swept.findings if one["name"] == name)


def test_mended_one_goes_unmended_one_persists_and_recurring_one_is_reopened(tmp_path):
    both = changed(wrong(), OTHER + 1, name="王建均")
    ledgers = county(tmp_path, both)
    first = ledgers.sweep()
    ledgers.deliver({"ledger": changed(right(), OTHER + 1, name="王建均")}, SECOND)
    second = ledgers.sweep()
    ledgers.deliver({"ledger": both}, THIRD)

    third = ledgers.sweep()

    mended = next(one for one in first.findings if one["village_name"] == "第1村")
    kept = next(one for one in first.findings if one["village_name"] == "第2村")
    assert first.deltas() == {mended["finding_id"]: "new", kept["finding_id"]: "new"}
    assert second.deltas() == {mended["finding_id"]: "gone", kept["finding_id"]: "persisting"}
    assert third.deltas() == {mended["finding_id"]: "reopened", kept["finding_id"]: "persisting"}
    assert {one["finding_id"]: one["reopened_count"] for one in third.findings}[mended["finding_id"]] == 1
    assert {one["first_seen"] for one in third.findings} == {first.folder.name}


def test_gone_one_is_told_once_and_not_again(tmp_path):
    ledgers = county(tmp_path, wrong())
    ledgers.sweep()
    ledgers.deliver({"ledger": right()}, SECOND)

    second, again = ledgers.sweep(), ledgers.sweep()

    assert [one["delta"] for one in second.findings] == ["gone"]
    assert [one["observation"] for one in second.findings] == ["pass"]
    assert again.findings == []


def test_sweeping_the_same_deliveries_again_changes_nothing(tmp_path):
    ledgers = county(tmp_path, wrong())
    first = ledgers.sweep()

    again = ledgers.sweep()

    assert told(again) == told(first)
    assert {one["delta"] for one in again.findings} == {"persisting"}


def test_nothing_goes_on_a_held_delivery(tmp_path):
    ledgers = county(tmp_path, wrong())
    (before,) = ledgers.sweep().findings
    ledgers.deliver({"ledger": right()}, SECOND, held=True)

    (finding,) = ledgers.sweep().findings

    assert finding["finding_id"] == before["finding_id"]
    assert (finding["delta"], finding["observation"]) == ("persisting", "held")


def test_nothing_goes_because_the_person_is_absent(tmp_path):
    ledgers = county(tmp_path, wrong())
    (before,) = ledgers.sweep().findings
    ledgers.deliver({"ledger": [row for at, row in enumerate(right()) if at != TROUBLED]}, SECOND)

    second = {one["finding_id"]: one for one in ledgers.sweep().findings}

    assert second[before["finding_id"]]["delta"] == "persisting"
    assert second[before["finding_id"]]["observation"] == "absent"
    assert sorted(one["rule"] for one in second.values()) == ["XS-MISSING", "XS-NAME-HOMOPHONE"]


def test_nothing_goes_because_the_others_adopted_the_value(tmp_path):
    ledgers = county(tmp_path, wrong())
    (before,) = ledgers.sweep().findings
    ledgers.deliver(dict.fromkeys(("national", "city", "app"), wrong()), SECOND)

    (finding,) = [one for one in ledgers.sweep().findings if one["rule"] == before["rule"]]

    assert finding["finding_id"] == before["finding_id"]
    assert finding["delta"] == "persisting"


def test_nothing_about_a_row_goes_because_its_value_was_emptied(tmp_path):
    alone = with_wrong_number()
    ledgers = Ledgers(tmp_path).deliver(dict.fromkeys(SOURCES, alone))
    before = {
        one["finding_id"] for one in ledgers.sweep(rules=identity_rules()).findings if one["rule"] == "ID-CHECKSUM"
    }
    ledgers.deliver(dict.fromkeys(SOURCES, changed(alone, TROUBLED, id_no=None)), SECOND)

    second = ledgers.sweep(rules=identity_rules()).deltas()

    assert len(before) == len(SOURCES)
    assert {second[one] for one in before} == {"persisting"}


def test_emptied_number_closes_no_diagnosis_and_a_corrected_one_does(tmp_path):
    text = number(1, SON)
    ledgers = county(tmp_path, wrong(id_no=text[:15] + str((int(text[15]) + 3) % 10) + text[16:]))
    (before,) = ledgers.sweep().findings
    ledgers.deliver({"ledger": wrong(id_no=None)}, SECOND)
    emptied = ledgers.sweep().findings
    ledgers.deliver({"ledger": right()}, THIRD)

    (corrected,) = ledgers.sweep().findings

    assert before["rule"] == "XS-ID-SUBST"
    assert [(one["delta"], one["observation"]) for one in emptied] == [("persisting", "unknown")]
    assert (corrected["finding_id"], corrected["delta"], corrected["observation"]) == (
        before["finding_id"],
        "gone",
        "pass",
    )


def test_nothing_goes_on_a_delivery_that_was_not_taken_whole(tmp_path):
    ledgers = county(tmp_path, wrong())
    ledgers.sweep()
    ledgers.deliver({"ledger": right()}, SECOND)
    (path,) = (ledgers.county.data / "deliveries" / "ledger").glob(f"{SECOND}*/manifest.json")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"counts": {"waiting_sheets": 1}}), "utf-8")

    (finding,) = ledgers.sweep().findings

    assert (finding["delta"], finding["observation"]) == ("persisting", "unknown")


def test_nothing_goes_because_nobody_is_left_to_compare_with(tmp_path):
    ledgers = county(tmp_path, wrong())
    (before,) = ledgers.sweep().findings
    without = [row for at, row in enumerate(right()) if at != TROUBLED]
    ledgers.deliver(dict.fromkeys(("national", "city", "app"), without) | {"ledger": wrong(name="王建均")}, SECOND)

    kept = {one["finding_id"]: one for one in ledgers.sweep().findings}[before["finding_id"]]

    assert (kept["delta"], kept["observation"]) == ("persisting", "unknown")


def test_what_passed_on_a_held_delivery_goes_when_it_is_held_no_more(tmp_path):
    ledgers = county(tmp_path, wrong())
    ledgers.sweep()
    ledgers.deliver({"ledger": right()}, SECOND, held=True)
    held = ledgers.sweep().deltas()
    for path in sorted((ledgers.county.data / "deliveries" / "ledger").glob("*/manifest.json")):
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | TAKEN), "utf-8")
    before = path.read_bytes()  # of the second, which is held
    release_delivery(ledgers.county.data, "ledger", None, by="张办事员", why="已与村里核对，人数属实")

    after = ledgers.sweep().deltas()

    assert path.read_bytes() == before

    assert set(held.values()) == {"persisting"}
    assert after == dict.fromkeys(held, "gone")


def test_findings_of_a_retired_rule_end_without_proof_and_come_back_with_it(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(dict.fromkeys(SOURCES, with_wrong_number()))
    rules = identity_rules()
    before = ledgers.sweep(rules=rules).findings
    retired = replace(rules.rules["ID-CHECKSUM"], status=Status.RETIRED)

    ended = ledgers.sweep(rules=replace(rules, rules=rules.rules | {"ID-CHECKSUM": retired}))
    back = ledgers.sweep(rules=rules).findings

    told_of = [(one["delta"], one["observation"]) for one in ended.findings if one["rule"] == "ID-CHECKSUM"]
    assert told_of == [("out_of_rule", "not_run")] * len(SOURCES)
    assert [one["finding_id"] for one in back] == [one["finding_id"] for one in before]
    assert {(one["delta"], one["reopened_count"]) for one in back if one["rule"] == "ID-CHECKSUM"} == {("reopened", 0)}


def with_wrong_number():
    """A number the check of which fails, in every source alike."""
    text = number(1, SON)
    return changed(right(), TROUBLED, id_no=text[:15] + str((int(text[15]) + 3) % 10) + text[16:])


def test_identity_of_a_finding_is_the_same_with_another_wrong_value(tmp_path):
    ledgers = county(tmp_path, wrong())
    (before,) = ledgers.sweep().findings
    ledgers.deliver({"ledger": wrong(name="王建均")}, SECOND)

    (finding,) = ledgers.sweep().findings

    assert finding["finding_id"] == before["finding_id"]
    assert finding["delta"] == "persisting"
    assert finding["value_digest"] != before["value_digest"]


def delivered_otherwise(rows):
    """The same people: a number corrected, households and persons renumbered, in another order, sheet and place."""
    corrected = changed(rows, OTHER, id_no=number(2, SPOUSE))
    moved = [
        row | {"household_no": f"9{row['household_no'][1:]}", "person_no": f"8{row['person_no'][1:]}", "sheet_no": 1, "row_no": at + 40}
        for at, row in enumerate(corrected)
    ]  # fmt: skip
    return moved[::-1]


def test_persons_and_findings_keep_their_identities_over_deliveries(tmp_path):
    text = number(2, SPOUSE)
    rows = changed(wrong(), OTHER, id_no=text[:14] + text[15] + text[14] + text[16:])
    ledgers = county(tmp_path, rows)
    before = {one["rule"]: one["finding_id"] for one in ledgers.sweep().findings}
    known = ledgers.persons()
    ledgers.deliver({"ledger": delivered_otherwise(rows)}, SECOND)

    after = ledgers.sweep().deltas()

    assert after == {before["XS-NAME-HOMOPHONE"]: "persisting", before["XS-ID-TRANSPOSE"]: "gone"}
    assert {key: ledgers.persons()[key] for key in known} == known
    assert {len(ids) for ids in ledgers.persons().values()} == {1}


def test_number_corrected_in_all_ledgers_keeps_the_person(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(dict.fromkeys(SOURCES, with_wrong_number()))
    ledgers.sweep()
    before = {ident for ids in ledgers.persons().values() for ident in ids}
    ledgers.deliver(dict.fromkeys(SOURCES, right()), SECOND)

    ledgers.sweep()

    assert {ident for ids in ledgers.persons().values() for ident in ids} == before


def test_new_person_gets_a_number_that_nobody_had(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(dict.fromkeys(SOURCES, right()))
    ledgers.sweep()
    before = {ident for ids in ledgers.persons().values() for ident in ids}
    ledgers.deliver({key: [*right()[:-4], *family(9)] for key in SOURCES}, SECOND)

    ledgers.sweep()

    assert len({ident for ids in ledgers.persons().values() for ident in ids} - before) == 4


def test_earlier_date_gives_the_earlier_state(tmp_path):
    ledgers = county(tmp_path, wrong()).deliver({"ledger": right()}, SECOND)

    early, late = ledgers.sweep(FIRST), ledgers.sweep(SECOND)

    assert [one["delta"] for one in early.findings] == ["new"]
    assert [one["delta"] for one in late.findings] == ["gone"]


def lines(swept):
    """The lines of findings.jsonl and its text."""
    text = (swept.folder / "findings.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()], text


def test_lines_for_others_are_masked(tmp_path):
    text = number(1, SON)
    swept = county(tmp_path, wrong(id_no=text[:15] + "000", name="王建君")).sweep(rules=identity_rules())

    told_lines, whole = lines(swept)

    assert len(told_lines) == len(swept.findings) >= 2
    assert not FULL_NUMBER.search(whole)
    assert [one["finding_id"] for one in told_lines] == sorted(one["finding_id"] for one in told_lines)


def test_lines_are_whole_where_a_reason_was_given_and_the_reason_is_kept(tmp_path):
    text = number(1, SON)
    swept = county(tmp_path, wrong(id_no=text[:15] + "000")).sweep(reveal="核对原件")

    _, whole = lines(swept)

    assert text in whole
    assert json.loads((swept.folder / "sweep.json").read_text("utf-8"))["reveal_reason"] == "核对原件"


def test_source_far_behind_is_told_stale_and_not_compared_by_presence(tmp_path):
    ledgers = Ledgers(tmp_path).deliver({"ledger": right()[:-1]}, LONG_AGO)
    ledgers.deliver({"national": right(), "city": right()})
    fresh = Ledgers(tmp_path / "fresh").deliver({"ledger": right()[:-1], "national": right(), "city": right()})

    codes = [one["rule"] for one in ledgers.sweep().findings]

    assert codes == ["XS-STALE"]
    assert [one["rule"] for one in fresh.sweep().findings] == ["XS-MISSING"]


def lone_households(rows, *members):
    """The rows with some persons put into households where nobody else lives."""
    return [
        row | {"household_no": f"61072310309{at:02d}"} if at in members else dict(row) for at, row in enumerate(rows)
    ]


def household_ids(swept):
    """Household number → id."""
    told = pq.read_table(swept.folder / "households.parquet").to_pylist()
    return {number: one["household_id"] for one in told for number in one["numbers"]}


def test_a_household_whose_people_stand_elsewhere_too_keeps_its_id_and_gives_it_to_no_other(tmp_path):
    rows = [row for code in range(3) for row in family(code, village=1)]
    ledgers = Ledgers(tmp_path).deliver(everywhere(rows) | {"ledger": lone_households(rows, 2, 7, 10)})
    first = household_ids(ledgers.sweep())
    ledgers.deliver({"ledger": lone_households(rows, 7)}, SECOND)
    second = household_ids(ledgers.sweep())
    ledgers.deliver({"ledger": lone_households(rows, 5, 7)}, THIRD)

    third = household_ids(ledgers.sweep())

    assert len(set(first.values())) == 6
    assert second == {number: first[number] for number in second}
    assert third["6107231030907"] == first["6107231030907"]
    assert third["6107231030905"] not in first.values()
