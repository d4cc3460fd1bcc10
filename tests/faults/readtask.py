"""What the child does in the fault tests: read a file to its end and say what was found."""

import python_calamine

from taizhang.intake.raw import CellKind
from taizhang.intake.readers import open_workbook


def read_all(path):
    """Texts and counts of a workbook."""
    texts = []
    rows = 0
    workbook = open_workbook(path)
    for sheet in workbook.sheets():
        for block in sheet.blocks():
            rows += len(block.row_numbers)
            for column in block.columns.values():
                assert len(column.text) == len(column.kind) == len(block.row_numbers)
                assert (
                    (column.kind == CellKind.EMPTY) | (column.kind == CellKind.UNKNOWN)
                ).sum() == column.text.null_count
                texts += [text for text in column.text.to_pylist()[:100] if text is not None]
    return {"rows": rows, "texts": texts[:5000], "events": [event.code for event in workbook.events]}


def read_by_calamine(path):
    """The library alone, as nobody may call it outside a child."""
    return len(python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python())
