"""Importing this module loads every table that reading a file needs, so that children forked later find them loaded.

Without it each child spends longer on the dictionaries than on a village's sheet.
"""

from taizhang.identity.names import parse_names
from taizhang.identity.numbers import parse_ids
from taizhang.intake.delivery import file_reading
from taizhang.intake.mapping import block_of, layouts, map_sheet, read_head
from taizhang.intake.model import FIELDS, code_lists
from taizhang.intake.raw import SheetMeta

TASK = file_reading.read_file


def _warm() -> None:
    """Map a sheet that has every field there is, so that no label is met for the first time in a child."""
    header = [*(field.zh for field in FIELDS.values()), "身份征号码"]  # the last one mistyped
    blocks = [block_of([header, ["-"] * len(header)])]
    for source_kind in ("national", "city", "ledger", "app"):
        map_sheet(read_head(blocks, SheetMeta(0, "预热")), source_kind=source_kind)
    layouts()
    for codes in code_lists().values():
        codes.canonical("", "national")
    cells = blocks[0].columns[0].text
    parse_names(cells)
    parse_ids(cells)


_warm()
