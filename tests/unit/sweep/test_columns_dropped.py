"""A ledger that keeps no copy of the head any more: findings about the copy end, uncorrected, and the county is told."""

import json
from functools import cache

import pytest
from ledgers import FIRST, SECOND, THIRD, Ledgers, changed, diagnosis_texts, everywhere, family

from taizhang.sweep.rules import load_packs

PERSON, SPOUSE = 0, 1
COPY = ("head_name", "head_id_no")
CODE = "PR-HEAD-NAME"


@cache
def rules():
    """The diagnoses and the rule about columns."""
    both = load_packs().rules
    texts = diagnosis_texts()
    return type(texts)(**{**vars(texts), "rules": texts.rules | {"SR-COLUMN-DROPPED": both["SR-COLUMN-DROPPED"]}})


def families(*, with_copy=True):
    """Three families of the village ledger; the first has a stale copy of its head. Without the copy: the columns are gone."""
    rows = [row for code in (1, 2, 3) for row in family(code)]
    rows = [changed([row], 0, head_name="钱永福")[0] if at < 4 else row for at, row in enumerate(rows)]
    return rows if with_copy else [{name: value for name, value in row.items() if name not in COPY} for row in rows]


def say_columns(ledgers, rows, *, held=False, whole=True):
    """Say in the newest manifest of the ledger which columns it has, as intake does."""
    path = max((ledgers.county.data / "deliveries" / "ledger").glob("*/manifest.json"))
    told = json.loads(path.read_text("utf-8"))
    columns = dict.fromkeys(sorted({key for row in rows for key in row}), "A")
    sheet = {"no": 0, "name": "成员", "columns": columns, "counts": {"kept": len(rows)}, "status": "mapped"}
    told |= {
        "files": [{"no": 0, "name": "ledger.xlsx", "status": "taken", "sheets": [sheet]}],
        "counts": {"waiting_sheets": 0 if whole else 1}, "held": {"held": held, "reasons": []},
    }  # fmt: skip
    path.write_text(json.dumps(told), "utf-8")


def delivered(ledgers, day, rows, **said):
    ledgers.deliver({"ledger": rows}, day)
    say_columns(ledgers, rows, **said)


@pytest.fixture
def stale(tmp_path):
    """A county whose village ledger has a stale copy, swept once."""
    ledgers = Ledgers(tmp_path)
    ledgers.deliver({source: rows for source, rows in everywhere(families()).items() if source != "ledger"})
    delivered(ledgers, FIRST, families())
    found = ledgers.sweep(rules=rules()).findings
    assert {one["rule"] for one in found if one["source"] == "ledger"} >= {CODE}
    return ledgers


def of_copy(swept):
    """(delta, observation) of the findings about the copy in the village ledger."""
    return {
        (one["delta"], one["observation"])
        for one in swept.findings
        if one["rule"] == CODE and one["source"] == "ledger"
    }


def test_findings_about_the_copy_end_when_its_columns_are_gone(stale):
    delivered(stale, SECOND, families(with_copy=False))

    swept = stale.sweep(rules=rules())

    assert of_copy(swept) == {("out_of_rule", "not_run")}
    (told,) = [one for one in swept.findings if one["rule"] == "SR-COLUMN-DROPPED"]
    assert "“户主证件号码、户主姓名”" in told["message_zh"]
    assert told["source"] == "ledger"


@pytest.mark.parametrize("said", [{"held": True}, {"whole": False}])
def test_nothing_ends_by_a_delivery_that_is_held_or_not_whole(stale, said):
    delivered(stale, SECOND, families(with_copy=False), **said)

    assert {delta for delta, _ in of_copy(stale.sweep(rules=rules()))} == {"persisting"}


def test_emptied_copies_prove_nothing(stale):
    emptied = [row | dict.fromkeys(COPY) for row in families()]
    delivered(stale, SECOND, emptied)

    swept = stale.sweep(rules=rules())

    assert {delta for delta, _ in of_copy(swept)} == {"persisting"}
    assert not [one for one in swept.findings if one["rule"] == "SR-COLUMN-DROPPED" and one["delta"] != "gone"]


def test_a_corrected_copy_closes_as_ever(stale):
    right = [row for code in (1, 2, 3) for row in family(code)]
    delivered(stale, SECOND, right)

    assert of_copy(stale.sweep(rules=rules())) == {("gone", "pass")}


def test_copies_that_come_back_wrong_are_found_again(stale):
    delivered(stale, SECOND, families(with_copy=False))
    stale.sweep(rules=rules())
    delivered(stale, THIRD, families())

    swept = stale.sweep(rules=rules())

    assert {delta for delta, _ in of_copy(swept)} == {"reopened"}
    (again,) = [one for one in swept.findings if one["rule"] == CODE and one["source"] == "ledger"]
    assert (again["cause"], again["reopened_count"]) == ("rule", 0)


def told_of_columns(swept):
    """The findings about dropped columns that stand after a sweep."""
    return [one for one in swept.findings if one["rule"] == "SR-COLUMN-DROPPED" and one["delta"] != "gone"]


def test_a_dropped_column_is_told_of_until_it_is_delivered_again(stale):
    for day in (SECOND, THIRD):
        delivered(stale, day, families(with_copy=False))
        (told,) = told_of_columns(stale.sweep(rules=rules()))
        assert "“户主证件号码、户主姓名”" in told["message_zh"]

    delivered(stale, THIRD.replace(day=THIRD.day + 1), families())

    assert not told_of_columns(stale.sweep(rules=rules()))


def test_columns_of_a_delivery_that_is_held_are_not_missed_in_the_next(tmp_path):
    ledgers = Ledgers(tmp_path)
    delivered(ledgers, FIRST, families(with_copy=False))
    delivered(ledgers, SECOND, families(), held=True)
    delivered(ledgers, THIRD, families(with_copy=False))

    assert not told_of_columns(ledgers.sweep(rules=rules()))


def test_a_message_calls_a_source_as_the_county_does(stale):
    delivered(stale, SECOND, families(with_copy=False))

    (told,) = told_of_columns(stale.sweep(rules=rules()))

    titles = {one.id: one.title for one in stale.county.sources}
    assert titles["ledger"] != "ledger"
    for language in ("zh", "hant", "en"):
        assert titles["ledger"] in told[f"message_{language}"]
