"""What changes between two deliveries of one source without a task, and head's person numbers nobody bears: real deliveries."""

from ledgers import (
    DAUGHTER,
    FIRST,
    HEAD,
    SECOND,
    SON,
    THIRD,
    Ledgers,
    birth,
    changed,
    everywhere,
    family,
    identity_rules,
    number,
)

from taizhang.identity.numbers import mask_number

RULES = identity_rules()
CHANGED, HEAD_NO = "PR-STATIC-CHANGED", "PR-HEAD-PERSON-NO"


def delivered(folder, *, first=None, second=None):
    """A county whose ledger delivered twice, by default the right rows; the first delivery was swept."""
    ledgers = Ledgers(folder).deliver(everywhere(family(1)) | ({"ledger": first} if first else {}))
    ledgers.sweep(rules=RULES)
    return ledgers.deliver({"ledger": second or family(1)}, SECOND)


def told(swept, code):
    return [one for one in swept.open if one["rule"] == code]


def all_alike(rows):
    """All sources write the same, so that no source contradicts another."""
    return {source: [dict(row) for row in rows] for source in ("national", "city", "ledger", "app")}


UNASKED = {1: {"name": "何新名"}, 2: {"id_no": number(2, SON, order=777)}, 3: {"sex": "女"}}
HARMLESS = [
    ({"id_no": None}, {}),
    ({"id_no": "123"}, {}),
    ({"name": None}, {}),
    ({"birth_date": None}, {}),
    ({}, {"id_no": number(14, SON)[:6] + number(14, SON)[8:17]}),
    ({}, {"education": "高中"}),
    ({}, {"sex": None}),
]


def test_only_a_change_nobody_asked_for_is_told_with_before_and_after(tmp_path):
    """Filling a blank, mending a number, the old form of a number and other fields are no change of identity."""
    before = [row for code in UNASKED for row in family(code)]
    after = [row for code, change in UNASKED.items() for row in changed(family(code), SON, **change)]
    for code, (was, became) in enumerate(HARMLESS, start=10):
        before += changed(family(code), SON, **was)
        after += changed(family(code), SON, **became)
    ledgers = Ledgers(tmp_path).deliver(all_alike(before))
    ledgers.sweep(rules=RULES)
    ledgers.deliver(all_alike(after), SECOND)

    found = told(ledgers.sweep(rules=RULES), CHANGED)

    texts = {one["village_name"]: one["message_zh"] for one in found if one["source"] == "ledger"}
    assert sorted(texts) == ["第1村", "第2村", "第3村"]
    assert len(found) == 4 * len(texts)
    assert f"{family(1)[SON]['name']}，" in texts["第1村"]
    assert "何新名，" in texts["第1村"]
    assert mask_number(number(2, SON, order=777)) in texts["第2村"]
    assert number(2, SON) not in texts["第2村"]
    assert "，女，" in texts["第3村"]


def test_a_change_that_contradicts_the_others_is_listed_under_its_cause_and_nowhere_else(tmp_path):
    ledgers = delivered(tmp_path, second=changed(family(1), SON, name="何大河"))

    swept = ledgers.sweep(rules=RULES)

    assert told(swept, CHANGED) == []
    (cause,) = [one for one in swept.open if one["rule"].startswith("XS-NAME")]
    assert CHANGED in cause["kinds"]


def test_a_correction_that_a_finding_asked_for_is_no_finding_also_when_swept_again(tmp_path):
    ledgers = delivered(tmp_path, first=changed(family(1), SON, name="何大河"))

    first, again = ledgers.sweep(rules=RULES), ledgers.sweep(rules=RULES)

    assert [told(first, CHANGED), told(again, CHANGED)] == [[], []]


def test_where_the_earlier_delivery_was_never_swept_nobody_knows_what_was_asked(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(everywhere(family(1)))
    ledgers.deliver(all_alike(changed(family(1), SON, name="何新名")), SECOND)

    assert told(ledgers.sweep(rules=RULES), CHANGED) == []


def test_a_change_goes_when_it_is_taken_back(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(everywhere(family(1)))
    ledgers.sweep(rules=RULES)
    ledgers.deliver(all_alike(changed(family(1), SON, birth_date=birth(1, SON).replace(year=1979))), SECOND)
    opened = told(ledgers.sweep(rules=RULES), CHANGED)
    ledgers.deliver(everywhere(family(1)), THIRD)

    last = ledgers.sweep(rules=RULES)

    assert len(opened) == 4
    assert {last.deltas()[one["finding_id"]] for one in opened} == {"gone"}


def test_a_person_number_in_two_rows_is_compared_with_nothing(tmp_path):
    rows = changed(family(1), DAUGHTER, person_no=family(1)[SON]["person_no"])
    ledgers = Ledgers(tmp_path).deliver(everywhere(rows))
    ledgers.sweep(rules=RULES)
    ledgers.deliver(all_alike(changed(rows, SON, name="何新名")), SECOND)

    assert told(ledgers.sweep(rules=RULES), CHANGED) == []


def with_head_number(rows, text):
    return [row | {"head_person_no": text} for row in rows]


def test_a_head_s_person_number_that_no_present_member_bears_is_told_once_a_household(tmp_path):
    rows = with_head_number(family(1), "61072310300019") + with_head_number(family(2), family(2)[HEAD]["person_no"])

    (found,) = told(Ledgers(tmp_path).deliver({"ledger": rows}).sweep(rules=RULES), HEAD_NO)

    assert (found["subject_type"], found["village_name"], found["source"]) == ("household", "第1村", "ledger")
    assert found["message_zh"] == f"龙亭镇第1村{family(1)[HEAD]['name']}户：户主个人编号不是本户在册成员的编号。"


def test_a_dead_head_s_person_number_is_told_until_it_is_replaced(tmp_path):
    rows = with_head_number(changed(family(1), HEAD, person_status="死亡"), family(1)[HEAD]["person_no"])
    ledgers = Ledgers(tmp_path).deliver({"ledger": rows}, FIRST)
    (found,) = told(ledgers.sweep(rules=RULES), HEAD_NO)
    ledgers.deliver({"ledger": with_head_number(rows, family(1)[1]["person_no"])}, SECOND)

    assert ledgers.sweep(rules=RULES).deltas()[found["finding_id"]] == "gone"
