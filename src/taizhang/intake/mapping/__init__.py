"""From a sheet as it was typed to columns with canonical names.

    head = read_head(blocks, meta)                 # the first rows, and the blocks for samples
    sheet = map_sheet(head, source_kind="ledger", memory=LayoutMemory(data / "layouts"))
    rows = RowClassifier(sheet).kinds(block)       # which rows are records

A row classified OTHER_HEADER begins a second segment: `read_head(blocks, meta, from_row=number)`, `map_sheet` again.
"""

from taizhang.intake.mapping.candidates import Why
from taizhang.intake.mapping.columns import MappedColumn, column_letter
from taizhang.intake.mapping.dictionary import dictionary
from taizhang.intake.mapping.head import HeadRow, SheetHead, block_of, read_head
from taizhang.intake.mapping.layouts import Layout, layouts
from taizhang.intake.mapping.memory import (
    LayoutMemory,
    MappingFile,
    MappingFileError,
    is_fingerprint,
    parse_mapping,
    write_mapping,
)
from taizhang.intake.mapping.rows import RowClassifier, RowKind
from taizhang.intake.mapping.sheet import HEADER_EXTRA, MappedSheet, Question, Status, map_sheet
from taizhang.intake.mapping.showing import masked, shown_sheet
from taizhang.intake.mapping.triage import SheetClass
from taizhang.intake.model import code_lists


def preload() -> None:
    """Read all packaged data now: for the process that child processes are forked from."""
    dictionary()
    layouts()
    code_lists()


__all__ = [
    "HEADER_EXTRA",
    "HeadRow",
    "Layout",
    "LayoutMemory",
    "MappedColumn",
    "MappedSheet",
    "MappingFile",
    "MappingFileError",
    "Question",
    "RowClassifier",
    "RowKind",
    "SheetClass",
    "SheetHead",
    "Status",
    "Why",
    "block_of",
    "column_letter",
    "is_fingerprint",
    "layouts",
    "map_sheet",
    "masked",
    "parse_mapping",
    "preload",
    "read_head",
    "shown_sheet",
    "write_mapping",
]
