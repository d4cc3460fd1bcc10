"""What a file is, judged by its bytes; its ending only gives a hint when it lies.

Report tools write HTML and XML 2003 and call it .xls, officers rename .xlsx to .xls, WPS writes BIFF as .et
(design/intake.md §3). Nothing is parsed here beyond the first kilobytes and the names in a container's directory.
"""

import os
import re
import struct
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import olefile

from taizhang.intake.raw import FileEvent

HEAD_BYTES = 8192


class FileKind(StrEnum):
    """The true format of a file."""

    XLSX = "xlsx"  # .xlsx, .xlsm and zip-based .et
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"  # BIFF: .xls and .et
    ENCRYPTED = "encrypted"  # an OOXML package behind a password
    HTML = "html"
    XML2003 = "xml2003"
    TEXT = "text"  # separated by comma, tab, semicolon or bar
    ARCHIVE = "archive"  # a zipped folder
    FOREIGN_ARCHIVE = "foreign_archive"  # rar, 7z, gzip, tar: to be unpacked by the sender
    DOCUMENT = "document"  # Word, WPS text, PDF, slides
    IMAGE = "image"
    EMPTY = "empty"
    UNKNOWN = "unknown"

    @classmethod
    def zipped(cls) -> frozenset["FileKind"]:
        """Kinds that are zip containers."""
        return frozenset({cls.XLSX, cls.XLSB, cls.ODS, cls.ARCHIVE})

    @classmethod
    def readable(cls) -> frozenset["FileKind"]:
        """Kinds a reader exists for."""
        return frozenset({cls.XLSX, cls.XLSB, cls.ODS, cls.XLS, cls.HTML, cls.XML2003, cls.TEXT})


ENDINGS: dict[FileKind, frozenset[str]] = {
    FileKind.XLSX: frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".et"}),
    FileKind.XLSB: frozenset({".xlsb"}),
    FileKind.ODS: frozenset({".ods"}),
    FileKind.XLS: frozenset({".xls", ".xlt", ".et"}),
    FileKind.HTML: frozenset({".html", ".htm"}),
    FileKind.XML2003: frozenset({".xml"}),
    FileKind.TEXT: frozenset({".csv", ".tsv", ".txt"}),
    FileKind.ARCHIVE: frozenset({".zip"}),
    FileKind.ENCRYPTED: frozenset({".xlsx", ".xlsm", ".xlsb", ".xls"}),
}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The kind, the mark that proved it (`reason`, an English word or two), and an event where a person must know."""

    kind: FileKind
    reason: str
    event: FileEvent | None = None


_SIGNATURES: tuple[tuple[bytes, FileKind, str], ...] = (
    (b"%PDF-", FileKind.DOCUMENT, "pdf"),
    (b"{\\rtf", FileKind.DOCUMENT, "rtf"),
    (b"\x89PNG\r\n\x1a\n", FileKind.IMAGE, "png"),
    (b"\xff\xd8\xff", FileKind.IMAGE, "jpeg"),
    (b"GIF8", FileKind.IMAGE, "gif"),
    (b"II*\x00", FileKind.IMAGE, "tiff"),
    (b"MM\x00*", FileKind.IMAGE, "tiff"),
    (b"Rar!\x1a\x07", FileKind.FOREIGN_ARCHIVE, "rar"),
    (b"7z\xbc\xaf\x27\x1c", FileKind.FOREIGN_ARCHIVE, "7z"),
    (b"\x1f\x8b", FileKind.FOREIGN_ARCHIVE, "gzip"),
    (b"BZh", FileKind.FOREIGN_ARCHIVE, "bzip2"),
    (b"\xfd7zXZ\x00", FileKind.FOREIGN_ARCHIVE, "xz"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BARE_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_HTML = re.compile(r"<(?:!doctype\s+html|html|table|meta|head|body|style|div)\b", re.IGNORECASE)
_SPREADSHEET_ML = "urn:schemas-microsoft-com:office:spreadsheet"
_WORKBOOK_TYPES = (
    b"spreadsheetml.sheet.main+xml",
    b"ms-excel.sheet.macroEnabled.main+xml",
    b"spreadsheetml.template.main",
)


def sniff(source: Path | BinaryIO, name: str | None = None) -> Sniffed:
    """The kind of the file in `source`; `name` is the name it was sent under (default: the path's).

    The event is `SR-FILE-KIND`: info when the ending lies, error when no reader exists for the kind. Never raises for
    what a file holds; OSError when it cannot be opened.
    """
    if isinstance(source, Path):
        with source.open("rb") as stream:
            kind, reason = _kind(stream)
        name = source.name if name is None else name
    else:
        kind, reason = _kind(source)
    return Sniffed(kind, reason, _event(kind, reason, name or ""))


def _event(kind: FileKind, reason: str, name: str) -> FileEvent | None:
    ending = Path(name).suffix.lower()
    facts: dict[str, str | int] = {"kind": kind.value, "found": reason, "ending": ending}
    if kind not in FileKind.readable() | {FileKind.ARCHIVE, FileKind.ENCRYPTED}:
        return FileEvent("SR-FILE-KIND", "error", facts=facts)
    if ending and ending not in ENDINGS[kind]:
        return FileEvent("SR-FILE-KIND", "info", facts=facts)
    return None


def _kind(stream: BinaryIO) -> tuple[FileKind, str]:
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    try:
        return _judge(stream, head)
    finally:
        stream.seek(0)


def _judge(stream: BinaryIO, head: bytes) -> tuple[FileKind, str]:
    if not head.strip(b"\x00 \t\r\n"):
        return FileKind.EMPTY, "no content"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(stream)
    if head.startswith(_OLE):
        return _ole_kind(stream)
    for signature, kind, reason in _SIGNATURES:
        if head.startswith(signature):
            return kind, reason
    if head[257:262] == b"ustar":
        return FileKind.FOREIGN_ARCHIVE, "tar"
    if head.startswith(_BARE_BIFF) and len(head) > 8 and head[3] == 0:
        return FileKind.XLS, "bare BIFF stream"
    return _text_kind(head)


def _zip_kind(stream: BinaryIO) -> tuple[FileKind, str]:
    """Look at the directory; a zip too damaged to list is taken for a workbook, whose reader then says what is wrong."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 70_000))
    tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22 or struct.unpack_from("<L", tail, end + 12)[0] > 64 << 20:
        return FileKind.XLSX, "damaged zip"
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
            return _package_kind(archive, parts)
    except Exception:  # noqa: BLE001 - zipfile lets any error of a damaged archive through
        return FileKind.XLSX, "damaged zip"


def _package_kind(archive: zipfile.ZipFile, parts: dict[str, str]) -> tuple[FileKind, str]:
    if "xl/workbook.bin" in parts:
        return FileKind.XLSB, "xl/workbook.bin"
    if "mimetype" in parts:
        with archive.open(parts["mimetype"]) as member:
            mimetype = member.read(200).decode("ascii", "replace")
        if mimetype.startswith("application/vnd.oasis.opendocument"):
            sheet = "spreadsheet" in mimetype
            return (FileKind.ODS, "mimetype") if sheet else (FileKind.DOCUMENT, "opendocument")
    if "[content_types].xml" in parts:
        with archive.open(parts["[content_types].xml"]) as member:
            types = member.read(1 << 20)
        if any(mark in types for mark in _WORKBOOK_TYPES) or "xl/workbook.xml" in parts:
            return FileKind.XLSX, "spreadsheet package"
        return FileKind.DOCUMENT, "office package without a workbook"
    if "xl/workbook.xml" in parts:
        return FileKind.XLSX, "xl/workbook.xml"
    return FileKind.ARCHIVE, "zip"


def _ole_kind(stream: BinaryIO) -> tuple[FileKind, str]:
    stream.seek(0)
    try:
        with olefile.OleFileIO(stream) as container:
            names = {entry[-1] for entry in container.listdir(streams=True, storages=False)}
    except Exception:  # noqa: BLE001 - olefile lets any error of a damaged container through
        return FileKind.XLS, "damaged OLE container"
    if "EncryptedPackage" in names:
        return FileKind.ENCRYPTED, "EncryptedPackage"
    lower = {name.lower() for name in names}
    if lower & {"workbook", "book"}:
        return FileKind.XLS, "BIFF of WPS" if names & {"ETExtData", "ETCellImageData"} else "BIFF"
    if "worddocument" in lower or "powerpoint document" in lower:
        return FileKind.DOCUMENT, "OLE document"
    return FileKind.UNKNOWN, "OLE container without a workbook"


def _text_kind(head: bytes) -> tuple[FileKind, str]:
    text = _loose_text(head)
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("<?xml", "<")):
        if _SPREADSHEET_ML in text or 'progid="Excel.Sheet"' in text:
            return FileKind.XML2003, "Excel.Sheet"
        if _HTML.search(text):
            return FileKind.HTML, "html"
        if start.startswith("<?xml"):
            return FileKind.UNKNOWN, "xml"
    if any(ord(character) < 32 and character not in "\t\r\n\f\x1a" for character in text):
        return FileKind.UNKNOWN, "binary"
    return FileKind.TEXT, "text"


def _loose_text(head: bytes) -> str:
    """The head as text good enough to look for marks; the true encoding is found by `readers/encoding.py`."""
    if head.startswith(b"\xff\xfe"):
        return head.decode("utf-16-le", "replace")
    if head.startswith(b"\xfe\xff"):
        return head.decode("utf-16-be", "replace")
    even, odd = head[0::2], head[1::2]
    if odd.count(0) * 4 > len(odd) and even.count(0) * 4 <= len(even):
        return head.decode("utf-16-le", "replace")
    if even.count(0) * 4 > len(even) and odd.count(0) * 4 <= len(odd):
        return head.decode("utf-16-be", "replace")
    return head.decode("latin-1")
