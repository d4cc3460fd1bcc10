"""Columns that the sheet of a row does not have, though another sheet of its source does.

Every village keeps its ledger in a workbook of its own. One that has no column for health has not left the health of its
people blank: nobody asked them. A rule is asked of a source by the columns its sheets have together; of a row, by these.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from taizhang.intake.model import TABLES
from taizhang.intake.values import as_set
from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.tables import RECORD_BASE

_PLACES = ("file_no", "sheet_no")


@dataclass(frozen=True)
class _Sheet:
    """number: of its delivery. columns: the fields it has, or that came as rows of households from the same source."""

    number: int
    file_no: int
    sheet_no: int
    columns: frozenset[str]


def uneven_columns(deliveries: Sequence[SourceDelivery]) -> frozenset[str]:
    """The fields that some sheets of persons of a source have and others of the same source have not."""
    return frozenset().union(*(_known(sheets) - _common(sheets) for sheets in map(_sheets, deliveries)))


def make_absent_columns(engine: Engine, deliveries: Sequence[SourceDelivery]) -> None:
    """Create `absent_record(record_id, absent_columns)`: per row the set of fields its sheet has not and another of its source has.

    A row whose sheet has everything is left out; where all sheets of every source are alike there are no rows.
    """
    lacking = [
        (one.number, one.file_no, one.sheet_no, as_set(tuple(sorted(_known(sheets) - one.columns))))
        for sheets in map(_sheets, deliveries)
        for one in sheets
        if _known(sheets) - one.columns
    ]
    names = ("number", *_PLACES, "absent_columns")
    kinds = (pa.int64(), pa.int64(), pa.int64(), pa.string())
    columns = list(zip(*lacking, strict=True)) if lacking else [()] * len(names)
    engine.register(
        "absent_sheet", pa.table({n: pa.array(c, k) for n, c, k in zip(names, columns, kinds, strict=True)})
    )
    parts = ["SELECT CAST(NULL AS BIGINT) AS record_id, CAST(NULL AS VARCHAR) AS absent_columns WHERE FALSE"]
    parts += [
        f"SELECT {number * RECORD_BASE} + r.record_no AS record_id, s.absent_columns FROM record_{number} AS r"
        f" JOIN absent_sheet AS s ON s.number = {number} AND s.file_no = r.file_no AND s.sheet_no = r.sheet_no"
        for number in sorted({row[0] for row in lacking})
    ]
    engine.execute(f"CREATE OR REPLACE TABLE absent_record AS {' UNION ALL '.join(parts)}")


def _known(sheets: Sequence[_Sheet]) -> frozenset[str]:
    return frozenset().union(*(sheet.columns for sheet in sheets))


def _common(sheets: Sequence[_Sheet]) -> frozenset[str]:
    return frozenset.intersection(*(sheet.columns for sheet in sheets)) if sheets else frozenset()


def _sheets(delivery: SourceDelivery) -> list[_Sheet]:
    """The sheets of persons of a delivery that gave rows."""
    told = [
        (file["no"], sheet)
        for file in delivery.manifest.get("files", ())
        for sheet in file.get("sheets", ())
        if sheet.get("status") == "mapped" and sheet["counts"].get("kept")
    ]
    of_households = frozenset().union(*(sheet["columns"] for _, sheet in told if sheet.get("table") == "household"))
    fields = TABLES["record"].fields
    return [
        _Sheet(
            delivery.number,
            file_no,
            sheet["no"],
            of_households.union(sheet["columns"], sheet.get("told", ())).intersection(fields),
        )
        for file_no, sheet in told
        if sheet.get("table") == "record"
    ]
