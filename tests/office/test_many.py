"""Many rows at once: what is written is what the framework would have written, on whichever database the suite runs."""

import datetime as dt

import pytest
from django.db import IntegrityError

from taizhang.office.access.scope import scope_off
from taizhang.office.many import insert_many, upsert_many
from taizhang.office.people.models import Household, Person, PersonKey

pytestmark = pytest.mark.django_db
PLACE = "610723103201"
HOUSEHOLD = (
    "id",
    "division_code",
    "number",
    "head_name",
    "town_name",
    "village_name",
    "members",
    "sources",
    "numbers",
    "is_current",
)
PERSON = (
    "id", "division_code", "household_id", "name", "name_fold", "name_sound", "masked_number", "sealed_core18", "number_index",
    "phone_index", "masked_phone", "birth", "sex", "relation", "sources", "is_current",
)  # fmt: skip


def household(number, sources=("city",)):
    """A row of HOUSEHOLD."""
    return (number, PLACE, str(number), "王'建\"军\t\\N\n", "龙亭镇", "", 3, list(sources), [], True)


def person(number, birth, sealed):
    """A row of PERSON."""
    return (number, PLACE, None, "王建军", "", "", "", sealed, "", "", "", birth, "", "", 2, True)


def test_values_of_every_kind_come_back_as_they_went():
    with scope_off("test"):
        upsert_many(Household, HOUSEHOLD, [household(1, ["city", "第二"]), household(2, [])])
        upsert_many(Person, PERSON, [person(1, dt.date(1980, 2, 29), b"\x00\xff\\x41"), person(2, None, None)])
        first, second = Household.objects.order_by("pk")
        one, other = Person.objects.order_by("pk")

    assert (first.head_name, first.sources, first.numbers, first.is_current) == (
        "王'建\"军\t\\N\n",
        ["city", "第二"],
        [],
        True,
    )
    assert second.sources == []
    assert (one.birth, bytes(one.sealed_core18), one.household_id) == (dt.date(1980, 2, 29), b"\x00\xff\\x41", None)
    assert (other.birth, other.sealed_core18) == (None, None)


def test_a_row_is_written_over_the_one_under_its_key_and_no_other():
    with scope_off("test"):
        upsert_many(Household, HOUSEHOLD, [household(1), household(2)])
        upsert_many(Household, HOUSEHOLD, [household(2, ["ledger"]), household(3)])

        assert list(Household.objects.order_by("pk").values_list("pk", "sources")) == [
            (1, ["city"]), (2, ["ledger"]), (3, ["city"]),
        ]  # fmt: skip


def test_a_key_that_is_not_named_is_the_databases_to_give():
    with scope_off("test"):
        upsert_many(Person, PERSON, [person(1, None, None)])
        rows = [(1, PLACE, "fold", "王建军"), (1, PLACE, "sound", "wang jian jun")]
        insert_many(PersonKey, ("person_id", "division_code", "kind", "value"), rows)
        PersonKey.objects.create(person_id=1, division_code=PLACE, kind="fold", value="further")

        assert PersonKey.objects.count() == 3


def test_constraints_hold():
    with scope_off("test"), pytest.raises(IntegrityError):
        insert_many(Household, HOUSEHOLD, [household(1), household(1)])


def test_of_nothing_the_database_is_not_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        upsert_many(Household, HOUSEHOLD, [])
        insert_many(Household, HOUSEHOLD, [])
