"""What both paths of the sheet reader share: the workbook's tables, the running counts, the things noticed."""

from collections import Counter
from dataclasses import dataclass, field

from taizhang.intake.preflight import Limits, over_limit
from taizhang.intake.raw import FileEvent, SheetMeta
from taizhang.intake.readers.blocks import cell_name
from taizhang.intake.readers.xlsx.strings import SharedStrings
from taizhang.intake.readers.xlsx.styles import Styles

LAST_ROW = 1_048_576
LAST_COLUMN = 16_383  # XFD, 0-based


@dataclass(slots=True)
class SheetState:
    """A sheet being read. `row` is the last row number met, `cells` the cells visited in the whole workbook."""

    meta: SheetMeta
    strings: SharedStrings
    styles: Styles
    limits: Limits
    row: int = 0
    cells: int = 0
    noticed: Counter[str] = field(default_factory=Counter)
    first_at: dict[str, str] = field(default_factory=dict)

    def notice(self, code: str, row: int, column: int, count: int = 1) -> None:
        """Count something odd about a cell; the first place is kept."""
        self.noticed[code] += count
        self.first_at.setdefault(code, cell_name(row, column))

    def visit(self, count: int) -> None:
        """Count cells against the limit."""
        self.cells += count
        if self.cells > self.limits.cells:
            raise over_limit("cells", self.cells, self.limits.cells, sheet=self.meta.name)

    def events(self) -> list[FileEvent]:
        """One event per code, with its count and first cell."""
        return [
            FileEvent(code, "warn", self.meta.name, self.first_at[code], {"count": count})
            for code, count in sorted(self.noticed.items())
        ]
