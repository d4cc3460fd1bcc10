"""Locked workbooks, old ones with macros, files that go or change while they are copied, files one may not read, Ctrl-C late."""

import ctypes
import io
import random
import signal
import struct
import subprocess
import sys
import textwrap
import time

import msoffcrypto.format.ooxml
import openpyxl
import pytest
import xlwt
from xlwt.CompoundDoc import XlsDoc

from countyruns import LIMIT_SECONDS, Ran, command, findings, half_written, latest, run
from smallcounty import HEADER, county_file, deliver, digits_swapped, rows
from taizhang.intake.county import load_county
from taizhang.intake.delivery import deliveries_of

DAY = "2020-01-01"
OTHERS = ("city", "national")
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
BOF_BYTES = 20  # of BIFF8: four of the record's head, sixteen of its body
FILEPASS, OBPROJ = 0x002F, 0x00D3  # [MS-XLS] 2.4.117, 2.4.185


@pytest.fixture
def county(tmp_path):
    """A county file, with right deliveries of two of its three sources."""
    path = county_file(tmp_path)
    for source in OTHERS:
        deliver(tmp_path, source, DAY, rows())
    return path


def sent(county, name, content, source="ledger"):
    path = county.parent / "inbox" / source / DAY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def locked_xlsx():
    """A workbook with a password to open it, as Excel writes it since 2010 (ECMA-376 agile encryption)."""
    plain, locked = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    for line in (HEADER, *(tuple(one.values()) for one in rows(range(4)))):
        book.active.append(line)
    book.save(plain)
    plain.seek(0)
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("密码123", locked)
    return locked.getvalue()


def old_book(*records, garbled=False):
    """An .xls with records of the workbook put in after its beginning; garbled: all that follows is unreadable."""
    book = xlwt.Workbook()
    page = book.add_sheet("成员")
    for at, line in enumerate((HEADER, *(one.values() for one in rows(range(4))))):
        for column, text in enumerate(line):
            page.write(at, column, text)
    stream = book.get_biff_data()
    put_in = b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in records)
    right = _moved(stream, len(put_in))[BOF_BYTES:]
    rest = random.Random(7).randbytes(len(right)) if garbled else right
    whole = io.BytesIO()
    XlsDoc().save(whole, stream[:BOF_BYTES] + put_in + rest)
    return whole.getvalue()


def _moved(stream, by):
    """The stream with the places of its sheets (BOUNDSHEET) moved."""
    moved, at = bytearray(stream), 0
    while at < len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == 0x0085:
            struct.pack_into("<L", moved, at + 4, struct.unpack_from("<L", stream, at + 4)[0] + by)
        at += 4 + size
    return bytes(moved)


LOCKED = {
    "加密.xlsx": locked_xlsx(),
    "加密.xls": old_book((FILEPASS, struct.pack("<HHH", 1, 1, 1) + random.Random(3).randbytes(48)), garbled=True),
}


@pytest.mark.parametrize("name", LOCKED)
def test_a_locked_workbook_is_refused_by_name_and_its_neighbours_are_taken(county, name):
    sent(county, name, LOCKED[name])
    deliver(county.parent, "ledger", DAY, rows(range(8)))

    ran = run("intake", county, "--jobs", 1)

    assert ran.status == 3
    assert ran.is_clean
    for said in ("文件已加密", "SR-FILE-ENCRYPTED", name, "取消打开密码"):
        assert said in "".join(ran.err.split())
    assert taken(county) == dict.fromkeys(OTHERS, 40) | {"ledger": 8}


def test_an_old_workbook_with_macros_is_read_and_its_macros_are_not(county):
    sent(county, "带宏.xls", old_book((OBPROJ, b"")))

    ran = run("intake", county, "--jobs", 1)

    assert ran.status == 0, ran.said
    assert taken(county) == dict.fromkeys(OTHERS, 40) | {"ledger": 4}


def taken(county):
    """Rows of what the lake holds, by source."""
    loaded = load_county(county)
    return {source.id: ref.rows for source in loaded.sources for ref in deliveries_of(loaded.data, source.id)}


BEFORE_IT_IS_OPENED = "lake.tempfile.mkstemp"
AFTER_IT_WAS_READ = "lake.os.fsync"


def run_while(deed, moment, *words):
    """Run a command; when the ledger's file is copied, `deed` is done to it at a moment of the copying."""
    program = f"""
        import sys
        from pathlib import Path
        from taizhang.cli import main
        from taizhang.intake.delivery import lake, receiving
        keep, step = lake.keep_copy, {moment}

        def keep_copy(source, folder):
            def stepped(*words, **named):
                {moment} = step
                if source.parent.parent.name == "ledger":
                    {deed}
                return step(*words, **named)
            {moment} = stepped
            return keep(source, folder)

        receiving.keep_copy = keep_copy
        sys.argv = ["taizhang", *sys.argv[1:]]
        main()
    """
    words = [sys.executable, "-c", textwrap.dedent(program), *map(str, words)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("deed", "moment", "why"),
    [
        ("source.unlink()", BEFORE_IT_IS_OPENED, "可能刚被移走"),
        ("source.write_bytes(source.read_bytes()[:200])", AFTER_IT_WAS_READ, "正被别的程序占用"),
        ("source.write_bytes(source.read_bytes() + b'x')", AFTER_IT_WAS_READ, "正被别的程序占用"),
    ],
    ids=["removed", "cut short", "grown"],
)
def test_a_file_that_goes_or_changes_while_it_is_copied_leaves_its_source_incomplete(county, deed, moment, why):
    path = deliver(county.parent, "ledger", DAY, rows(range(8)))

    disturbed = run_while(deed, moment, "intake", county, "--jobs", 1)

    assert disturbed.status == 3
    assert disturbed.is_clean
    said = "".join(disturbed.err.split())
    assert all(word in said for word in ("E-COUNTY-FOLDER", "".join(str(path).split()), why, "办法"))
    assert taken(county) == dict.fromkeys(OTHERS, 40)
    assert half_written(county.parent / "data") == []


def test_what_changed_meanwhile_is_taken_whole_the_next_time(county):
    deliver(county.parent, "ledger", DAY, rows(range(8)))
    run_while("source.touch()", AFTER_IT_WAS_READ, "intake", county, "--jobs", 1)

    again = run("intake", county, "--jobs", 1)

    assert again.status == 0, again.said
    assert taken(county) == dict.fromkeys(OTHERS, 40) | {"ledger": 8}


def _as_an_ordinary_user():
    """A superuser would read anyway; as an ordinary user this changes nothing."""
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def test_a_file_that_may_not_be_read_is_told_with_its_place_and_the_other_sources_go_on(county):
    path = deliver(county.parent, "ledger", DAY, rows(range(8)))
    path.chmod(0)

    ran = run("intake", county, "--jobs", 1, preexec_fn=_as_an_ordinary_user)

    path.chmod(0o600)
    assert ran.status == 3
    assert ran.is_clean
    said = "".join(ran.err.split())
    assert all(word in said for word in ("E-COUNTY-FOLDER", "".join(str(path).split()), "没有权限", "办法"))
    assert taken(county) == dict.fromkeys(OTHERS, 40)


def test_an_interrupt_while_the_report_is_written_leaves_a_whole_sweep_and_no_half_report(county):
    wrong = {f"p{person}": {"证件号码": digits_swapped(person)} for person in (5, 14, 22)}
    deliver(county.parent, "ledger", DAY, rows(**wrong))
    sweeps = county.parent / "data" / "sweeps"
    process = subprocess.Popen(
        command("sweep", county, "--jobs", 1), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + LIMIT_SECONDS
    while not list(sweeps.glob("2*/sweep.json")) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LIMIT_SECONDS)

    ran = Ran(process.returncode, out, err)
    assert ran.status == 130, "the interrupt came too late: the report was already there"
    assert "已中断" in ran.err
    assert ran.is_clean
    assert half_written(county.parent / "data") == []
    assert list(sweeps.glob("*/.*")) == []
    assert not (latest(county.parent) / "report.html").exists()
    told = findings(latest(county.parent))

    again = run("sweep", county, "--jobs", 1)

    assert again.status == 0, again.said
    assert (latest(county.parent) / "report.html").is_file()
    assert findings(latest(county.parent)).keys() == told.keys()
