"""Readers: a file becomes sheets of raw cells (`taizhang.intake.raw`), whatever format it is in.

Runs inside the child process (`taizhang.intake.child`); nothing here is safe to run on a stranger's file outside it,
because two of the libraries used can be made to abort the process.
"""

from pathlib import Path

from taizhang.intake.preflight import FileRefused, Limits, preflight
from taizhang.intake.raw import FileEvent, RawWorkbook
from taizhang.intake.sniff import FileKind, sniff

BLOCK_ROWS = 2048  # what the slow readers hold of a sheet as Python objects: 8192 rows of 20 columns cost 20 MB


def open_workbook(
    path: Path, kind: FileKind | None = None, limits: Limits | None = None, *, block_rows: int = BLOCK_ROWS
) -> RawWorkbook:
    """The workbook in `path`, ready to be streamed.

    kind: as sniffed; None sniffs here, and an info event about a lying ending is then the workbook's first event.
    block_rows: no block of any sheet is longer.
    Raises FileRefused, here or while the blocks are read; whatever was read before it must be thrown away.
    """
    limits = limits or Limits()
    path = Path(path)
    hint: FileEvent | None = None
    if kind is None:
        sniffed = sniff(path)
        kind, hint = sniffed.kind, sniffed.event
    refusal = preflight(path, kind, limits)
    if refusal is not None:
        raise FileRefused(refusal)
    if kind not in FileKind.readable():
        facts: dict[str, str | int] = {"kind": kind.value}
        raise FileRefused(hint or FileEvent("SR-FILE-KIND", "error", facts=facts))
    workbook = _reader(path, kind, limits, block_rows)
    if hint is not None:
        workbook.events.insert(0, hint)
    return workbook


def _reader(path: Path, kind: FileKind, limits: Limits, block_rows: int) -> RawWorkbook:
    """Imports only the reader that is needed: a child lives for one file."""
    # ruff: noqa: PLC0415
    if kind is FileKind.XLSX:
        from taizhang.intake.readers.xlsx import XlsxWorkbook

        return XlsxWorkbook(path, limits, block_rows)
    if kind is FileKind.TEXT:
        from taizhang.intake.readers.delimited import DelimitedWorkbook

        return DelimitedWorkbook(path, limits, block_rows)
    if kind is FileKind.XLS:
        from taizhang.intake.readers.biff import BiffWorkbook

        return BiffWorkbook(path, limits, block_rows)
    if kind is FileKind.HTML:
        from taizhang.intake.readers.html import HtmlWorkbook

        return HtmlWorkbook(path, limits, block_rows)
    if kind is FileKind.XML2003:
        from taizhang.intake.readers.xml2003 import Xml2003Workbook

        return Xml2003Workbook(path, limits, block_rows)
    from taizhang.intake.readers.calamine import CalamineWorkbook

    return CalamineWorkbook(path, limits, block_rows)
