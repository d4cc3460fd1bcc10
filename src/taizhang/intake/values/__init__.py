"""From what a cell says to what a table holds: text, numbers, dates, labels, phones; every change has a code."""

from taizhang.intake.values.changes import NOT_TAKEN, Change, Reading, as_set
from taizhang.intake.values.columns import ARROW_TYPES, ColumnContext, ReadColumn, read_column

__all__ = ["ARROW_TYPES", "NOT_TAKEN", "Change", "ColumnContext", "ReadColumn", "Reading", "as_set", "read_column"]
