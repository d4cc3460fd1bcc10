"""A file is what its bytes say; a lying ending gives a hint."""

import io
import sys
from pathlib import Path

import pytest
import sheetfiles

from taizhang.intake.sniff import FileKind, sniff

sys.path.append(str(Path(__file__).parents[2] / "faults"))
import hostilefiles

BY_NAME = {case.name: case.content for case in hostilefiles.all_cases()}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("good-plain.xlsx", FileKind.XLSX),
        ("good-no-content-types.xlsx", FileKind.XLSX),
        ("xlsb-junk.xlsb", FileKind.XLSB),
        ("ods-junk.ods", FileKind.ODS),
        ("biff.xls", FileKind.XLS),
        ("biff.et", FileKind.XLS),
        ("html.xls", FileKind.HTML),
        ("html-gbk.xls", FileKind.HTML),
        ("xml2003.xls", FileKind.XML2003),
        ("xml2003-utf16.xls", FileKind.XML2003),
        ("gbk.csv", FileKind.TEXT),
        ("utf16-no-mark.csv", FileKind.TEXT),
        ("tabs-utf16.xls", FileKind.TEXT),
        ("pdf.xlsx", FileKind.DOCUMENT),
        ("docx.xlsx", FileKind.DOCUMENT),
        ("odt.ods", FileKind.DOCUMENT),
        ("png.xls", FileKind.IMAGE),
        ("rar.xlsx", FileKind.FOREIGN_ARCHIVE),
        ("empty.xlsx", FileKind.EMPTY),
        ("zeros.xlsx", FileKind.EMPTY),
        ("other-xml.xml", FileKind.UNKNOWN),
    ],
)
def test_the_bytes_tell_the_kind(name, kind):
    sniffed = sniff(io.BytesIO(BY_NAME[name]), name)

    assert sniffed.kind is kind


@pytest.mark.parametrize("name", ["xlsx-named.xls", "biff-named.xlsx", "html.xls", "tabs.xls", "xlsx-named.csv"])
def test_a_lying_ending_is_an_info(name):
    event = sniff(io.BytesIO(BY_NAME[name]), name).event

    assert event is not None
    assert (event.code, event.severity) == ("SR-FILE-KIND", "info")


@pytest.mark.parametrize("name", ["good-plain.xlsx", "biff.xls", "biff.et", "utf8.csv", "semicolons.txt"])
def test_an_honest_ending_says_nothing(name):
    assert sniff(io.BytesIO(BY_NAME[name]), name).event is None


def test_a_zip_of_tables_is_an_archive():
    content = sheetfiles.zipped({"甲/一.xlsx": b"x", "二.csv": b"a,b"})

    assert sniff(io.BytesIO(content), "各村.zip").kind is FileKind.ARCHIVE


def test_the_stream_is_left_at_its_beginning():
    stream = io.BytesIO(BY_NAME["good-plain.xlsx"])

    sniff(stream, "一.xlsx")

    assert stream.tell() == 0
