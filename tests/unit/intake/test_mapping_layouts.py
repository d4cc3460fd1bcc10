"""Shipped layouts: recognised by their own headers, and saying what registry-model.md says."""

import pytest

from taizhang.intake.mapping import Status, block_of, layouts, map_sheet, read_head
from taizhang.intake.model import FIELDS, TABLES
from taizhang.intake.raw import SheetMeta


def rows_of(layout):
    paths = [text.split(" / ") for text in layout.columns]
    depth = max(map(len, paths))
    above = [[path[0] for path in paths]] if depth > 1 else []
    return (
        [["标题"]] * layout.title_rows
        + above
        + [[path[-1] if len(path) == depth else "" for path in paths]]
        + [["甲"] * 2]
    )


@pytest.mark.parametrize("layout", layouts().values(), ids=lambda layout: layout.id)
def test_a_layout_recognises_its_own_header_and_maps_every_field(layout):
    found = map_sheet(read_head([block_of(rows_of(layout))], SheetMeta(0, layout.title)))

    assert (found.layout, found.table, found.status) == (layout.id, layout.table, Status.MAPPED)
    assert set(found.by_field) == {name for name in layout.columns.values() if name is not None}


@pytest.mark.parametrize("layout", layouts().values(), ids=lambda layout: layout.id)
def test_a_layout_names_fields_of_its_table_only(layout):
    named = {name for name in (*layout.columns.values(), *layout.constants) if name is not None}

    assert named <= set(TABLES[layout.table].fields)


def test_the_person_export_of_2021_has_its_47_columns_in_order():
    columns = list(layouts()["national-person-2021"].columns.items())

    assert len(columns) == 47
    assert columns[11] == ("证件号码", "id_no")
    assert columns[37] == ("公益性岗位(月数)", "public_post_months")


def test_the_exited_list_of_2022_has_its_30_columns():
    assert len(layouts()["national-exited-2022"].columns) == 30


@pytest.mark.parametrize("extra", [[], ["新增的一列", "又一列"]])
def test_extra_columns_do_not_make_another_layout(extra):
    layout = layouts()["national-person-2021"]

    found = map_sheet(read_head([block_of([[*layout.columns, *extra], ["甲"] * 9])], SheetMeta(0, "Sheet1")))

    assert found.layout == "national-person-2021"
    assert [column.title for column in found.extra] == extra


def test_a_missing_column_is_told_and_the_rest_is_mapped():
    layout = layouts()["national-person-2021"]
    labels = [label for label in layout.columns if label != "健康状况"]

    found = map_sheet(read_head([block_of([labels, ["甲"] * 9])], SheetMeta(0, "Sheet1")))

    assert [event.facts["header"] for event in found.events if event.code == "SR-HEADER-MISSING"] == ["健康状况"]
    assert found.status is Status.MAPPED


def test_a_header_on_another_row_is_told():
    layout = layouts()["national-work-2023"]

    found = map_sheet(read_head([block_of([list(layout.columns), ["甲"] * 9])], SheetMeta(0, "Sheet1")))

    assert "SR-HEADER-ROW" in {event.code for event in found.events}


def test_metres_in_the_city_export_are_not_taken_for_kilometres():
    layout = layouts()["city-sample"]

    found = map_sheet(read_head([block_of([list(layout.columns), ["甲"] * 9])], SheetMeta(0, "人员信息")))

    assert found.by_field["road_distance_km"].unit == "米"
    assert FIELDS["road_distance_km"].unit == "公里"
