"""What ends a finding besides a plain pass: another finding that tells of it, a row taken out, what was never taken."""

import json

import pytest
from ledgers import (
    DAUGHTER,
    FIRST,
    HEAD,
    SECOND,
    SON,
    SOURCES,
    SPOUSE,
    THIRD,
    Ledgers,
    birth,
    changed,
    everywhere,
    family,
    identity_rules,
    number,
)

from taizhang.identity.names.columnar import name_id
from taizhang.identity.numbers import id_key
from taizhang.sweep.authority.answers import Answer, AuthorityAnswer, keep_answers

PERSON = 4 + SON
OTHERS = ("national", "city", "app")


def right():
    """Right rows of three families, each in a village of its own."""
    return [row for code in range(3) for row in family(code, m1="刘兰英", m2="王建军")]


def wrong_digit(family_code=1, member=SON):
    """A number with one wrong digit, whose check fails."""
    text = number(family_code, member)
    return text[:15] + str((int(text[15]) + 3) % 10) + text[16:]


def county(folder, ledger):
    """A county of which the ledger says something else than the other sources."""
    return Ledgers(folder).deliver(dict.fromkeys(OTHERS, right()) | {"ledger": ledger})


def ends(swept):
    """Rule → (delta, observation)."""
    return {one["rule"]: (one["delta"], one["observation"]) for one in swept.findings}


def named(swept, rule):
    """The only finding of a rule."""
    (found,) = (one for one in swept.findings if one["rule"] == rule)
    return found


def test_a_field_wrong_in_another_way_ends_the_old_finding_by_naming_the_new_one(tmp_path):
    ledgers = county(tmp_path, changed(right(), PERSON, name="王建君"))
    ledgers.sweep()
    ledgers.deliver({"ledger": changed(right(), PERSON, name="王国庆")}, SECOND)

    second, third = ledgers.sweep(), ledgers.sweep()

    old = named(second, "XS-NAME-HOMOPHONE")
    (new,) = (one for one in second.findings if one["delta"] == "new")
    assert (old["delta"], old["observation"], old["superseded_by"]) == ("superseded", "hit", new["finding_id"])
    assert (new["rule"], new["superseded_by"]) == ("XS-NAME-GIVEN", None)
    assert third.deltas() == {new["finding_id"]: "persisting"}


def test_a_superseded_finding_that_comes_back_has_not_relapsed(tmp_path):
    ledgers = county(tmp_path, changed(right(), PERSON, name="王建君"))
    first = ledgers.sweep().deltas()
    ledgers.deliver({"ledger": changed(right(), PERSON, name="王国庆")}, SECOND)
    ledgers.sweep()
    ledgers.deliver({"ledger": changed(right(), PERSON, name="王建君")}, THIRD)

    third = ledgers.sweep()

    assert ends(third) == {"XS-NAME-HOMOPHONE": ("reopened", "hit"), "XS-NAME-GIVEN": ("superseded", "hit")}
    back = named(third, "XS-NAME-HOMOPHONE")
    assert ([back["finding_id"]], back["reopened_count"]) == (list(first), 0)


def test_on_a_held_delivery_nothing_is_superseded(tmp_path):
    ledgers = county(tmp_path, changed(right(), PERSON, name="王建君"))
    ledgers.sweep()
    ledgers.deliver({"ledger": changed(right(), PERSON, name="王国庆")}, SECOND, held=True)

    assert ends(ledgers.sweep())["XS-NAME-HOMOPHONE"] == ("persisting", "held")


def test_a_hit_that_becomes_the_symptom_of_a_diagnosis_is_superseded_by_it(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(dict.fromkeys(SOURCES, changed(right(), PERSON, id_no=wrong_digit())))
    ledgers.sweep(rules=identity_rules())
    ledgers.deliver(dict.fromkeys(OTHERS, right()), SECOND)

    second = ledgers.sweep(rules=identity_rules())

    (new,) = (one for one in second.findings if one["delta"] == "new")
    old = {one["source"]: one for one in second.findings if one["rule"] == "ID-CHECKSUM"}
    assert (new["rule"], new["source"]) == ("XS-ID-SUBST", "ledger")
    assert {source: one["delta"] for source, one in old.items()} == dict.fromkeys(OTHERS, "gone") | {
        "ledger": "superseded"
    }
    assert old["ledger"]["superseded_by"] == new["finding_id"]


def test_a_wrong_number_that_all_adopt_is_not_proven_right(tmp_path):
    ledgers = county(tmp_path, changed(right(), PERSON, id_no=wrong_digit()))
    ledgers.sweep(rules=identity_rules())
    ledgers.deliver(dict.fromkeys(SOURCES, changed(right(), PERSON, id_no=wrong_digit())), SECOND)

    second = ledgers.sweep(rules=identity_rules())

    old = named(second, "XS-ID-SUBST")
    successor = next(one for one in second.findings if one["finding_id"] == old["superseded_by"])
    assert (old["delta"], successor["rule"], successor["source"]) == ("superseded", "ID-CHECKSUM", "ledger")


def test_two_fields_of_which_one_was_emptied_stay_open(tmp_path):
    rows = right()
    swapped = changed(changed(rows, 4 + HEAD, id_no=number(1, SON)), PERSON, id_no=number(1, HEAD))
    ledgers = county(tmp_path, swapped)
    (before,) = ledgers.sweep().findings
    ledgers.deliver({"ledger": changed(changed(rows, 4 + HEAD, id_no=None), PERSON, id_no=wrong_digit())}, SECOND)

    after = next(one for one in ledgers.sweep().findings if one["finding_id"] == before["finding_id"])

    assert (after["delta"], after["observation"]) == ("persisting", "unknown")


def extra():
    """Right rows, and one more in the second family."""
    stranger = right()[4 + DAUGHTER] | {
        "name": "曾多余", "id_no": number(1, DAUGHTER, order=902), "birth_date": birth(1, DAUGHTER), "person_no": "990001",
    }  # fmt: skip
    return [*right(), stranger]


def test_a_row_too_many_ends_when_it_is_taken_out(tmp_path):
    ledgers = county(tmp_path, extra())
    assert ends(ledgers.sweep()) == {"XS-EXTRA": ("new", "hit")}
    ledgers.deliver({"ledger": right()}, SECOND)

    assert ends(ledgers.sweep()) == {"XS-EXTRA": ("gone", "pass")}


def test_a_row_too_many_ends_when_it_is_told_gone(tmp_path):
    ledgers = county(tmp_path, extra())
    ledgers.sweep()
    ledgers.deliver({"ledger": [*right(), extra()[-1] | {"person_status": "死亡"}]}, SECOND)

    assert ends(ledgers.sweep()) == {"XS-EXTRA": ("gone", "pass")}


def test_a_row_too_many_stays_while_nothing_is_told_of_its_village(tmp_path):
    ledgers = county(tmp_path, extra())
    ledgers.sweep()
    ledgers.deliver({"ledger": [*right()[:4], *right()[8:]]}, SECOND)

    assert ends(ledgers.sweep())["XS-EXTRA"] == ("persisting", "absent")


def test_a_missing_row_is_owed_no_more_when_the_others_tell_the_person_gone(tmp_path):
    rows = right()
    ledgers = county(tmp_path, [row for at, row in enumerate(rows) if at != PERSON])
    assert ends(ledgers.sweep()) == {"XS-MISSING": ("new", "hit")}
    dead = changed(rows, PERSON, person_status="死亡")
    ledgers.deliver(dict.fromkeys(OTHERS, dead), SECOND)
    waiting = ends(ledgers.sweep())
    ledgers.deliver({"ledger": [row for at, row in enumerate(rows) if at != PERSON]}, THIRD)

    assert waiting == {"XS-MISSING": ("persisting", "pass")}
    assert ends(ledgers.sweep()) == {"XS-MISSING": ("gone", "pass")}


def copies(members=range(4), **changes):
    """Right rows; the second family's copies of the head with changes, and none on the members left out."""
    empty = {"head_name": None, "head_id_no": None}
    return [
        row | (changes if at - 4 in members else empty) if at // 4 == 1 else dict(row) for at, row in enumerate(right())
    ]


@pytest.mark.parametrize(
    ("before", "after", "ended"),
    [
        (copies(head_name="欧阳旧主"), copies(), ("gone", "pass")),
        (copies(head_name="欧阳旧主"), copies([HEAD]), ("persisting", "unknown")),
        (copies(head_name="欧阳旧主"), copies([]), ("persisting", "unknown")),
        (copies(head_name="欧阳旧主"), changed(copies(), 4 + HEAD, name=None), ("persisting", "unknown")),
        (copies([HEAD, SPOUSE], head_name="欧阳旧主"), copies([HEAD, SPOUSE]), ("gone", "pass")),
        (copies([HEAD, SPOUSE], head_name="欧阳旧主"), copies([HEAD]), ("persisting", "unknown")),
        (copies([HEAD, SPOUSE], head_name="欧阳旧主"), copies([]), ("persisting", "unknown")),
        (copies(head_id_no=number(1, SPOUSE)), copies(), ("gone", "pass")),
        (copies(head_id_no=number(1, SPOUSE)), copies(head_id_no=None), ("persisting", "unknown")),
        (copies(head_id_no=number(1, SPOUSE)), copies(head_id_no="无"), ("persisting", "unknown")),
    ],
    ids=["mended", "members emptied", "all emptied", "head's name emptied", "mended, others always empty",
         "emptied, others always empty", "all emptied again", "number mended", "number emptied", "number no number"],
)  # fmt: skip
def test_copies_of_the_head_pass_by_agreeing_and_not_by_being_emptied(tmp_path, before, after, ended):
    ledgers = county(tmp_path, before)
    (finding,) = ledgers.sweep().findings
    ledgers.deliver({"ledger": after}, SECOND)

    seen = next(one for one in ledgers.sweep().findings if one["finding_id"] == finding["finding_id"])

    assert seen["rule"].startswith("PR-HEAD-")
    assert (seen["delta"], seen["observation"]) == ended


def test_a_copy_still_wrong_in_one_of_two_fields_is_told_by_the_finding_about_that_one(tmp_path):
    ledgers = county(tmp_path, copies(head_name="欧阳旧主", head_id_no=number(1, SPOUSE)))
    assert ends(ledgers.sweep()) == {"PR-HEAD-BOTH": ("new", "hit")}
    ledgers.deliver({"ledger": copies(head_name="欧阳旧主")}, SECOND)

    second = ledgers.sweep()

    assert ends(second) == {"PR-HEAD-BOTH": ("superseded", "hit"), "PR-HEAD-NAME": ("new", "hit")}
    assert named(second, "PR-HEAD-BOTH")["superseded_by"] == named(second, "PR-HEAD-NAME")["finding_id"]


def answered(ledgers, answer, row):
    """The authority has answered about a row's number and name."""
    said = AuthorityAnswer(id_key(row["id_no"]), name_id(row["name"]), answer, FIRST, "AU-TEST")
    keep_answers(ledgers.county.data, [said])


@pytest.mark.parametrize("answer", [Answer.MISMATCH, Answer.NOT_FOUND, Answer.DUPLICATE, Answer.DECEASED])
def test_what_the_authority_denied_is_not_proven_by_an_emptied_number_or_name(tmp_path, answer):
    ledgers = Ledgers(tmp_path).deliver(everywhere(right()))
    answered(ledgers, answer, right()[PERSON])
    first = ends(ledgers.sweep())
    ledgers.deliver({"ledger": changed(right(), PERSON, id_no=None)}, SECOND)
    emptied = {one["source"]: one["observation"] for one in ledgers.sweep().findings if one["rule"] == answer}

    assert first == {answer: ("new", "hit")}
    assert emptied == dict.fromkeys(OTHERS, "hit") | {"ledger": "unknown"}


def test_a_mismatch_is_not_proven_by_an_emptied_name(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(everywhere(right()))
    answered(ledgers, Answer.MISMATCH, right()[PERSON])
    ledgers.sweep()
    ledgers.deliver({"ledger": changed(right(), PERSON, name=None)}, SECOND)

    told = {one["source"]: (one["delta"], one["observation"]) for one in ledgers.sweep().findings}

    assert told["ledger"] == ("persisting", "unknown")


def test_what_the_authority_denied_and_a_diagnosis_explains_now_is_told_by_the_diagnosis(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(everywhere(changed(right(), PERSON, name="王建君")))
    answered(ledgers, Answer.MISMATCH, right()[PERSON] | {"name": "王建君"})
    ledgers.sweep()
    ledgers.deliver(dict.fromkeys(OTHERS, right()), SECOND)

    second = ledgers.sweep()

    diagnosis = named(second, "XS-NAME-HOMOPHONE")
    (denied,) = (one for one in second.findings if one["rule"] == Answer.MISMATCH and one["source"] == "ledger")
    assert (denied["delta"], denied["superseded_by"]) == ("superseded", diagnosis["finding_id"])


def not_whole(ledgers, files):
    """Say in the manifest of the newest delivery of the ledger that it is not whole; files: as there."""
    path = max((ledgers.county.data / "deliveries" / "ledger").glob("*/manifest.json"))
    told = json.loads(path.read_text("utf-8"))
    told |= {"counts": {"waiting_sheets": 1}, "files": files}
    path.write_text(json.dumps(told), "utf-8")


def in_files(rows):
    """The rows of each family in a file of its own."""
    return [row | {"file_no": at // 4} for at, row in enumerate(rows)]


def listed(**status):
    """Three files for a manifest; file_1="waiting" has a sheet that waits, "refused" was refused."""
    said = {no: status.get(f"file_{no}", "taken") for no in range(3)}
    return [
        {"no": no, "name": f"第{no}村.xlsx", "status": "refused" if one == "refused" else "taken",
         "sheets": [{"no": 0, "name": "成员", "columns": {}, "status": "waiting" if one == "waiting" else "taken"}]}
        for no, one in said.items()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "ended"),
    [
        (listed(file_2="waiting"), "gone"),
        (listed(file_2="refused"), "gone"),
        (listed(file_1="waiting"), "persisting"),
        (listed(file_1="refused"), "persisting"),
        ([*listed(), {"no": 3, "name": "新来.xlsx", "status": "refused", "sheets": []}], "persisting"),
    ],
    ids=["another waits", "another refused", "its own waits", "its own refused", "one of nowhere known"],
)
def test_what_was_not_taken_keeps_open_what_it_may_concern(tmp_path, files, ended):
    ledgers = county(tmp_path, in_files(changed(right(), PERSON, name="王建君")))
    not_whole(ledgers, listed())
    ledgers.sweep()
    ledgers.deliver({"ledger": in_files(right())}, SECOND)
    not_whole(ledgers, files)

    assert {one["delta"] for one in ledgers.sweep().findings} == {ended}


def test_a_second_row_may_stand_in_any_file_that_was_not_taken(tmp_path):
    twice = [*in_files(right()), right()[PERSON] | {"file_no": 1, "row_no": 40}]
    ledgers = county(tmp_path, twice)
    first = ledgers.sweep()
    ledgers.deliver({"ledger": in_files(right())}, SECOND)
    not_whole(ledgers, listed(file_2="waiting"))

    assert ends(first) == {"PR-DUP-ROW": ("new", "hit")}
    assert {one["delta"] for one in ledgers.sweep().findings} == {"persisting"}
