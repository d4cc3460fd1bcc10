"""The directory alone refuses what costs too much; one below each limit passes."""

import dataclasses
import io
import zipfile

import openpyxl
import pytest
import sheetfiles
from msoffcrypto.format.ooxml import OOXMLFile

from taizhang.intake.archives import expand_archives, member_name
from taizhang.intake.messages import LIMIT_NAMES, describe
from taizhang.intake.preflight import GIB, MIB, FileRefused, Limits, over_limit, preflight
from taizhang.intake.sniff import FileKind, sniff

CONTENT = sheetfiles.zipped(sheetfiles.package_parts([sheetfiles.sheet_xml("")]))
MEMBERS = zipfile.ZipFile(io.BytesIO(CONTENT)).infolist()
INFLATED = sum(member.file_size for member in MEMBERS)
LARGEST = max(member.file_size for member in MEMBERS)


@pytest.mark.parametrize(
    ("limit", "exact"),
    [
        ("file_bytes", len(CONTENT)),
        ("members", len(MEMBERS)),
        ("inflated_bytes", INFLATED),
        ("member_bytes", LARGEST),
    ],
)
def test_a_limit_holds_to_the_last_unit(limit, exact):
    at = preflight(io.BytesIO(CONTENT), FileKind.XLSX, Limits(**{limit: exact}))
    below = preflight(io.BytesIO(CONTENT), FileKind.XLSX, Limits(**{limit: exact - 1}))

    assert at is None
    assert below.facts == {"limit": limit, "found": exact, "allowed": exact - 1}


def test_a_large_file_may_take_longer_and_more_memory_and_a_small_one_not():
    limits = Limits(cpu_seconds=10, wall_seconds=30, seconds_per_mib=4, memory_bytes=GIB)

    assert limits.of_file(0) == limits
    assert limits.of_file(50 * MIB) == dataclasses.replace(
        limits, cpu_seconds=210, wall_seconds=430, memory_bytes=GIB + 200 * MIB
    )


def test_the_export_of_a_county_of_a_million_keeps_the_limits():
    """As measured: one sheet of 1,000,092 rows and 41 columns in a file of 208 MB."""
    limits = Limits()

    assert limits.rows > 1_000_092
    assert limits.cells > 1_000_092 * 41
    assert limits.file_bytes > 207_795_731
    assert limits.member_bytes > 1_450_263_344
    assert limits.inflated_bytes > 1_551_952_704


def test_a_high_ratio_is_refused_and_below_the_floor_forgiven():
    content = sheetfiles.zipped({"[Content_Types].xml": " " * 400_000})

    refused = preflight(io.BytesIO(content), FileKind.XLSX, Limits(ratio_floor_bytes=100_000))
    forgiven = preflight(io.BytesIO(content), FileKind.XLSX, Limits(ratio_floor_bytes=400_000))

    assert refused.facts["limit"] == "ratio"
    assert forgiven is None


def test_an_encrypted_workbook_waits_for_an_unlocked_copy(tmp_path):
    plain, locked = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    openpyxl.Workbook().save(plain)
    with plain.open("rb") as source, locked.open("wb") as target:
        OOXMLFile(source).encrypt("密码", target)

    kind = sniff(locked).kind
    event = preflight(locked, kind)

    assert kind is FileKind.ENCRYPTED
    assert event.code == "SR-FILE-ENCRYPTED"


@pytest.mark.parametrize("limit", [field.name for field in dataclasses.fields(Limits)])
def test_every_limit_has_a_chinese_name_unless_it_only_moves_another(limit):
    event = over_limit(limit, 2, 1).event

    assert limit in {"ratio_floor_bytes", "seconds_per_mib"} or LIMIT_NAMES[limit][0] in describe(event).what


def test_a_zipped_folder_gives_its_files_with_readable_names(tmp_path):
    path = tmp_path / "各村.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("纸坊/一.xlsx", b"x")
        archive.writestr("__MACOSX/._一.xlsx", b"x")
        archive.writestr("纸坊/~$一.xlsx", b"x")
        archive.writestr("../../外.csv", b"c")

    members = expand_archives(path, tmp_path / "内")

    assert {member.name for member in members} >= {"纸坊/一.xlsx", "../../外.csv"}
    assert len(members) == 2
    assert all(member.path.parent == tmp_path / "内" for member in members)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_member_name_without_a_mark_is_read_as_its_sender_saw_it(encoding):
    info = zipfile.ZipInfo("x")
    info.filename = "龙亭镇/杨湾村.csv".encode(encoding).decode("cp437")

    assert member_name(info) == "龙亭镇/杨湾村.csv"


def test_a_zipped_folder_beyond_a_cap_is_refused(tmp_path):
    path = tmp_path / "各村.zip"
    path.write_bytes(sheetfiles.zipped({"a.csv": b"x" * 1000, "b.csv": b"x" * 1000}))

    with pytest.raises(FileRefused) as refused:
        expand_archives(path, tmp_path / "内", Limits(archive_files=1))

    assert refused.value.event.facts["limit"] == "archive_files"
