"""Areas, and queries that fail without a scope."""

import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from taizhang.office.access.areas import EVERYWHERE, Area, area_of_division, covered, holds, merged, outside, within
from taizhang.office.access.scope import ScopeMissing, current_areas, scope, scope_off
from taizhang.office.people.models import Household

CODES = st.from_regex(r"[0-9]{12}", fullmatch=True)
PREFIXES = st.sampled_from([2, 4, 6, 9, 12]).flatmap(lambda n: st.from_regex(rf"[0-9]{{{n}}}", fullmatch=True))


@given(CODES, PREFIXES)
def test_the_range_of_an_area_is_its_prefix(code, prefix):
    low, high = Area(prefix).bounds

    assert (low <= code < high) == code.startswith(prefix)


@given(st.lists(PREFIXES.map(Area), max_size=5), CODES)
def test_merging_areas_loses_and_adds_nothing(areas, code):
    assert any(area.covers(code) for area in merged(areas)) == any(area.covers(code) for area in areas)


@given(st.lists(PREFIXES.map(Area), max_size=5).map(tuple), PREFIXES.map(Area))
def test_areas_hold_an_area_only_with_every_code_of_it(areas, area):
    if holds(areas, area):
        assert covered(area.bounds[0], areas)
        assert covered(area.prefix.ljust(12, "9"), areas)
    assert holds((*areas, area), area)
    assert holds(EVERYWHERE, area)


def test_a_town_does_not_hold_the_county_that_is_written_with_its_zeros():
    assert not holds((Area("610723000"),), Area("610723"))


@pytest.mark.parametrize("prefix", ["", "6", "610723103001000", "61072", "６１０７２３", "61072a"])
def test_other_prefixes_are_refused(prefix):
    with pytest.raises(ValueError, match="prefix"):
        Area(prefix)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("610723000000", "610723"),
        ("610723103000", "610723103"),
        ("610723103001", "610723103001"),
        ("610000000000", "61"),
    ],
)
def test_a_code_names_the_area_of_its_level(code, prefix):
    assert area_of_division(code) == Area(prefix)


def test_no_areas_means_no_rows_and_everywhere_no_condition():
    assert within("division_code", ()) == models.Q(pk__in=[])
    assert within("division_code", EVERYWHERE) == models.Q()


@pytest.mark.parametrize("areas", [None, "610723", ["610723"]])
def test_a_scope_that_is_no_tuple_of_areas_is_refused(areas):
    with pytest.raises(TypeError), scope(areas):
        pass


def test_without_a_scope_there_are_no_areas():
    with pytest.raises(ScopeMissing):
        current_areas()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "prefixes",
    [
        (),
        ("61",),
        ("610723",),
        ("610723001", "610723003"),
        ("610723", "610723001"),
        ("99",),
        ("00", "99"),
        ("610723103201",),
    ],
)
def test_every_code_lies_either_within_or_outside(prefixes):
    codes = ["000000000000", "610722999999", "610723000000", "610723001000", "610723002000", "610723003999", "610723103201",
             "610723103202", "610724000000", "989999999999", "999999999999"]  # fmt: skip
    areas = tuple(Area(one) for one in prefixes)
    with scope_off("test"):
        Household.objects.bulk_create(Household(id=n, division_code=code) for n, code in enumerate(codes))
        inside = set(Household.objects.filter(within("division_code", areas)).values_list("division_code", flat=True))
        others = set(Household.objects.filter(outside("division_code", areas)).values_list("division_code", flat=True))

    assert inside == {code for code in codes if covered(code, areas)}
    assert others == set(codes) - inside
