"""The lossless streaming reader for .xlsx, .xlsm and zip-based .et (design/intake.md §6)."""

from taizhang.intake.readers.xlsx.workbook import XlsxWorkbook

__all__ = ["XlsxWorkbook"]
