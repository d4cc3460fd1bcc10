"""Cells with something in them that intake could not take: which rule speaks of them, and of which cell."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from taizhang.intake.delivery.schemas import EVENTS
from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.findings.places import Place
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.record_rows import record_table
from taizhang.sweep.tables import RECORD_BASE, make_record_raw
from taizhang.sweep.unread import make_unread

DAY = date(2020, 2, 19)


def unread(folder, events, *, number=1):
    """What `unread_record` says of two rows, 2 and 3, of a delivery with these events (row, field, codes)."""
    pq.write_table(record_table({"name": ["甲", "乙"]}, as_of=DAY), folder / "record.parquet")
    filled = [
        {"file_no": 0, "sheet_no": 0, "row_no": row, "field": field, "codes": codes} for row, field, codes in events
    ]
    pq.write_table(pa.Table.from_pylist(filled, schema=EVENTS), folder / "events.parquet")
    delivery = SourceDelivery(number, "city", "city", (), folder, folder.name, DAY)
    with DuckDbEngine([folder]) as engine:
        make_record_raw(engine, [delivery])
        make_unread(engine, [delivery])
        rows = engine.fetch("SELECT record_id, unread, unread_why FROM unread_record ORDER BY record_id").to_pylist()
    return [(row["record_id"] - number * RECORD_BASE, row["unread"], row["unread_why"]) for row in rows]


def test_a_label_in_no_list_is_told_at_its_record_and_column(tmp_path):
    assert unread(tmp_path, [(3, "education", "|CODE_UNKNOWN|")]) == [(1, "|education|", "|CODE_UNKNOWN|")]


def test_several_cells_of_a_row_are_one_set_each(tmp_path):
    events = [(2, "sex", "|CODE_UNKNOWN|"), (2, "birth_date", "|DATE_UNREADABLE|"), (2, "education", "|CODE_UNKNOWN|")]

    assert unread(tmp_path, events) == [(0, "|birth_date|education|sex|", "|CODE_UNKNOWN|DATE_UNREADABLE|")]


@pytest.mark.parametrize("codes", ["|FILLDOWN|", "|NORMALISED|STRIP|", "|EMPTY_DASH|"])
def test_a_value_that_was_taken_is_not_unread(tmp_path, codes):
    assert unread(tmp_path, [(2, "education", codes)]) == []


@pytest.mark.parametrize(("field", "told"), [("sex", 1), ("education", 0)])
def test_the_word_unknown_is_an_answer_except_for_the_sex(tmp_path, field, told):
    assert len(unread(tmp_path, [(2, field, "|EMPTY_UNKNOWN|")])) == told


def test_an_event_of_a_row_that_is_no_record_is_left_out(tmp_path):
    assert unread(tmp_path, [(9, "education", "|CODE_UNKNOWN|")]) == []


@pytest.mark.parametrize(
    ("unread_set", "shown"),
    [
        ("|speaks_mandarin|", ("speaks_mandarin",)),
        (None, ("has_dibao", "speaks_mandarin")),
        ("|address|", ("has_dibao", "speaks_mandarin")),
    ],
)
def test_a_finding_names_only_the_cells_that_could_not_be_read(unread_set, shown):
    place = Place(1, "city", "d", 0, 0, 2, *(None,) * 10, unread_set)

    assert place.unread_of(("has_dibao", "speaks_mandarin")) == shown
