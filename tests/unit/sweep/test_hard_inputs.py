"""Deliveries that would make a careless engine slow or wrong: bounded pairs, right verdicts. All persons are invented."""

import pytest

from taizhang.identity.numbers import check_digit
from taizhang.sweep.examples import diagnose_rows
from taizhang.sweep.link.candidates import MOST_CELLS

SOURCES = ("app", "city", "national")
GIVEN = "伟芳娜敏静丽强磊军洋艳勇杰娟涛超霞平刚桂"
IDENTITY = ("XS-ID-", "XS-NAME-", "PR-ID-", "PR-ROW", "PR-SWAP", "XS-SWAP", "PR-NAME", "PR-COPY")


def number(place):
    body = f"6107231{900 + place // 300:03d}{1 + place // 25 % 12:02d}{1 + place % 25:02d}{101 + place % 800:03d}"
    return body + check_digit(body)


def people(count, *, name=None):
    """Different persons, three to a household."""
    return [
        {
            "name": name or "王李张刘陈"[place % 5] + GIVEN[place % 20] + GIVEN[place // 20 % 20],
            "id_no": number(place),
            "household_no": f"61072300{place // 3:05d}",
            "village_code": "610723101201",
        }
        for place in range(count)
    ]


def told(rows, **options):
    """Codes of what is said about numbers and names."""
    return [one.code for one in diagnose_rows(rows, **options) if one.code.startswith(IDENTITY)]


def everywhere(persons, sources=SOURCES):
    return [{"source": source, **person} for source in sources for person in persons]


def test_a_thousand_persons_of_one_name_are_no_problem():
    assert told(everywhere(people(1000, name="王桂芳"))) == []


def test_one_number_on_every_row_is_one_verdict_on_that_number():
    persons = [person | {"id_no": number(0)} for person in people(10 * MOST_CELLS)]

    found = diagnose_rows(everywhere(persons))

    about = [one for one in found if one.code == "PR-ID-TWO-NAMES"]
    assert len(about) == 1
    assert len(about[0].records) == 3 * len(persons)


def test_a_shared_number_of_two_persons_is_still_told():
    persons = people(30)
    persons[3] = persons[3] | {"id_no": persons[0]["id_no"]}

    assert set(told(everywhere(persons))) == {"PR-ID-SHARED"}


def test_a_number_two_housemates_share_was_copied():
    persons = people(30)
    persons[1] = persons[1] | {"id_no": persons[0]["id_no"]}

    assert set(told(everywhere(persons))) == {"PR-COPY-FAMILY"}


@pytest.mark.parametrize("length", [1, 60])
def test_names_of_one_and_of_sixty_characters_are_compared(length):
    persons = people(30)
    rows = everywhere(persons)
    rows[5] = rows[5] | {"name": ("王伟芳" * 20)[:length]}

    found = [one for one in diagnose_rows(rows) if "name" in one.fields and one.wrong]

    assert [one.records[0] for one in found if one.code.startswith("XS-NAME-")] == [5]
    assert found[0].candidates[0].value == persons[5]["name"]


def test_a_source_that_holds_nothing_says_nothing():
    rows = everywhere(people(30), ("app", "city"))
    empty = {"source": "national", "name": None, "id_no": None}

    assert told([*rows, empty]) == told(rows) == []


def test_a_source_delivered_twice_is_reported_as_repeated_rows_only():
    persons = people(30)
    rows = [*everywhere(persons, ("city", "national")), *({"source": "city", **one} for one in persons)]

    found = [one for one in diagnose_rows(rows) if one.code.startswith(("PR-", "XS-ID", "XS-NAME"))]

    assert {one.code for one in found} == {"PR-DUP-ROW"}
    assert len(found) == len(persons)


def test_a_ledger_with_every_name_shifted_by_one_row_is_that_ledgers_mistake():
    persons = people(60)
    names = [person["name"] for person in persons]
    shifted = [person | {"name": names[place - 1]} for place, person in enumerate(persons)]
    rows = [*everywhere(persons, ("app", "city")), *({"source": "national", **one} for one in shifted)]

    found = [one for one in diagnose_rows(rows) if one.code.startswith(IDENTITY) and one.wrong]

    assert found
    assert {one.source for one in found} == {"national"}
    assert {one.culprit for one in found} <= {"national", None}


def test_a_stranger_with_somebodys_number_is_complained_about_and_the_holders_rows_are_not():
    persons = people(30)
    stranger = {"source": "city", "name": "欧阳致远", "id_no": persons[4]["id_no"], "village_code": "610723101299"}
    rows = [*everywhere(persons), stranger]

    found = [one for one in diagnose_rows(rows) if one.code == "PR-ID-TWO-NAMES"]

    assert [(one.records, one.culprit) for one in found] == [((len(rows) - 1,), "city")]
    assert {value.value for value in found[0].observed} == {"欧阳致远", persons[4]["name"]}


def test_ledgers_may_be_many():
    """Sets of ledgers are told by what occurs: of forty there are a million millions."""
    towns = [f"town{number:02d}" for number in range(40)]
    persons = people(30)
    rows = everywhere(persons, towns)
    rows[3] = rows[3] | {"name": "王伟军"}
    rows = [*rows, *({"source": "town00"} | person | {"id_no": persons[0]["id_no"]} for person in people(31)[30:])]

    found = [one for one in diagnose_rows(rows) if one.code.startswith(IDENTITY)]

    assert {(one.code, one.culprit) for one in found if 3 in one.records} == {("XS-NAME-DISJOINT", "town00")}
    assert {one.source for one in found} == {"town00"}
