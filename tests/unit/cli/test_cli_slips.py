"""Small slips of a person at the terminal end in words, not in a fault of the program."""

import errno
import os
import signal
import subprocess
import sys

import openpyxl
import pyarrow.parquet as pq
import pytest

from taizhang.cli import main
from taizhang.cli.main import cli
from taizhang.errors import reason


def test_references_are_written_into_a_folder_that_is_not_there_yet(typed, tmp_path):
    ran = typed("docs", tmp_path / "new" / "docs")

    assert ran.status == 0
    assert (tmp_path / "new" / "docs" / "commands.md").is_file()


def test_the_demo_leaves_a_folder_alone_that_holds_something_else(typed, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")

    ran = typed("demo", tmp_path)

    assert ran.status == 2
    assert "E-SAMPLE-FOLDER" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_missing_county_file_names_only_commands_that_exist(typed, tmp_path):
    ran = typed("sweep", tmp_path / "none.toml")

    assert ran.status == 2
    assert "taizhang init" not in ran.err


def test_a_finding_is_found_by_its_number_with_o_read_for_zero(typed, swept_county):
    numbers = pq.read_table(swept_county.sweep / "findings.parquet")["short_id"].to_pylist()
    number = next(one for one in numbers if "0" in one)

    ran = typed("show", swept_county.file, number.replace("0", "o").lower())

    assert ran.status == 0
    assert ran.out.startswith(number)


@pytest.mark.parametrize(
    ("typed_words", "said"),
    [
        (("swep",), "没有这个命令：swep。"),
        (("sweep", "--job", "2"), "没有这个选项：--job。"),
        (("sweep", "--jobs", "many"), "“many”不是整数。"),
        (("sweep", "--jobs", "100"), "100 不在范围 1<=x<=64 之内。"),
        (("sweep", "--as-of", "2024/6/30"), "“2024/6/30”不合日期格式"),
        (("sweep", "--engine", "oracle"), "“oracle”不在可选值之中"),
        (("rules", "explain"), "命令少写了一项：RULE。"),
        (("rules", "check", "nowhere.yaml"), "“nowhere.yaml”不存在。"),
        (("rules", "check", "."), "“.”是文件夹，不是文件。"),
        (("sweep", "a.toml", "b.toml"), "命令写得不对。"),
    ],
    ids=" ".join,
)
def test_a_command_typed_wrongly_is_told_in_chinese_with_its_usage(typed, typed_words, said):
    ran = typed(*typed_words)

    assert ran.status == 2
    assert said in ran.err
    assert "--help" in ran.err
    assert "E-COMMAND" in ran.err


def test_a_command_typed_wrongly_is_told_in_english_where_english_is_spoken(typed, monkeypatch):
    monkeypatch.setenv("TAIZHANG_LANG", "en")

    ran = typed("sweep", "--job", "2")

    assert ran.status == 2
    assert "No such option" in ran.err


def test_the_folder_of_a_county_stands_for_its_file(typed, swept_county):
    ran = typed("show", swept_county.folder, "ZZZZZZZZZZZ")

    assert "E-FINDING-NONE" in ran.err


def test_a_folder_without_a_county_file_names_the_file_it_lacks(typed, tmp_path):
    ran = typed("sweep", tmp_path)

    assert ran.status == 2
    assert f"{tmp_path / 'county.toml'}" in ran.err


def a_county(place, **keys):
    """A county file with one source in inbox/v; keys: as they stand in [county] or [[source]]."""
    county = {"code": "610723", "name": "洋县", "data": "data"} | {k: v for k, v in keys.items() if k == "data"}
    source = {"id": "ledger", "kind": "ledger", "title": "村台账", "folder": keys.get("folder", "inbox/v")}
    lines = [
        "[county]",
        *(f'{k} = "{v}"' for k, v in county.items()),
        "[[source]]",
        *(f'{k} = "{v}"' for k, v in source.items()),
    ]
    (place / "inbox" / "v").mkdir(parents=True)
    (place / "county.toml").write_text("\n".join(lines), "utf-8")
    return place


@pytest.mark.parametrize("keys", [{"folder": "."}, {"data": "inbox/v"}, {"data": "inbox/v/data"}], ids=str)
def test_the_data_of_a_county_never_lies_in_a_folder_it_reads(typed, tmp_path, keys):
    ran = typed("intake", a_county(tmp_path, **keys))

    assert ran.status == 2
    assert "county.data" in ran.err
    assert "村台账" in ran.err


def test_data_beside_the_folders_of_sources_is_fine(typed, tmp_path):
    ran = typed("intake", a_county(tmp_path, data="inbox"))

    assert "county.data" not in ran.err


def test_files_that_gave_nothing_are_named(typed, tmp_path):
    county = a_county(tmp_path)
    openpyxl.Workbook().save(county / "inbox" / "v" / "空.xlsx")
    (county / "inbox" / "v" / "名单.csv").write_text(
        "户主姓名,姓名,身份证号,与户主关系\n王一,王一,61232319600101001X,户主\n", "utf-8"
    )

    ran = typed("intake", county)

    assert "没有数据的文件：空.xlsx" in ran.out
    assert "名单.csv" not in ran.out


def card(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


NUMBER = "61232319600101001X"


@pytest.mark.parametrize(
    "rows",
    [
        (
            ("姓名", "王建国", "性别", "男"),
            ("身份证号", NUMBER, "民族", "汉族"),
            ("联系电话", "13800000000", "户主", "是"),
        ),
        (("姓名", "王建国"), ("身份证号", NUMBER), ("性别", "男"), ("与户主关系", "户主"), ("家庭住址", "一组")),
    ],
    ids=["two beside each other", "one under the other"],
)
def test_a_card_of_one_person_is_no_list_of_persons(typed, tmp_path, rows):
    county = a_county(tmp_path)
    card(*rows).save(county / "inbox" / "v" / "登记卡.xlsx")

    ran = typed("intake", county)

    assert ran.status == 3
    assert "E-SHEET-WAITS" in ran.err
    assert " 0 " in ran.out.splitlines()[1]


@pytest.mark.parametrize("members", [1, 3])
def test_a_short_list_is_no_card(typed, tmp_path, members):
    county = a_county(tmp_path)
    rows = [("姓名", "性别", "身份证号", "与户主关系"), *[("王建国", "男", NUMBER, "户主")] * members]
    card(*rows).save(county / "inbox" / "v" / "名单.xlsx")

    ran = typed("intake", county)

    assert "E-SHEET-WAITS" not in ran.err


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "磁盘已满。"), (errno.EROFS, "文件系统是只读的。"), (errno.EEXIST, "这里已有同名的文件，不是文件夹。"),
     (errno.ESTALE, "网络盘已断开。"), (errno.EDEADLK, os.strerror(errno.EDEADLK))],
)  # fmt: skip
def test_what_the_system_refuses_is_said_in_words(number, said):
    assert reason(OSError(number, os.strerror(number))) == said


def test_a_file_where_the_data_should_be_is_told(typed, tmp_path):
    county = a_county(tmp_path)
    (county / "data").write_text("mine")

    ran = typed("intake", county)

    assert ran.status == 2
    assert "这里已有同名的文件，不是文件夹。" in ran.err
    assert (county / "data").read_text() == "mine"


AS_AT_A_TERMINAL = (
    "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); sys.argv = ['taizhang', 'rules', 'list'];"
    "runpy.run_module('taizhang', run_name='__main__')"
)
"""What runs in the background may have been told to ignore interrupts; at a terminal nothing is."""


FREED = """
import time, weakref
from taizhang.__main__ import keep_interrupts
keep_interrupts()

class Needed:
    pass

def interrupted(_):
    raise KeyboardInterrupt

needed = Needed()
watched = weakref.ref(needed, interrupted)
try:
    del needed
    time.sleep(30)
except KeyboardInterrupt:
    print("came again")
"""


def test_an_interrupt_while_python_frees_what_nobody_needs_is_not_lost():
    ran = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=False, timeout=25)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "came again\n", "")


def test_an_interrupt_that_a_query_was_stopped_by_is_no_fault(monkeypatch, capsys):
    def stopped(**_):
        raise RuntimeError("Query interrupted") from KeyboardInterrupt()

    monkeypatch.setattr(cli, "main", stopped)
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 130
    assert "已中断" in capsys.readouterr().err


def test_an_interrupt_while_the_program_loads_ends_it_quietly(tmp_path):
    stuck = tmp_path / "duckdb.py"  # a part that the program loads, which takes its time
    stuck.write_text("import time\nprint('loading', flush=True)\ntime.sleep(60)\n")
    settings = os.environ | {"PYTHONPATH": str(tmp_path)}
    words = [sys.executable, "-c", AS_AT_A_TERMINAL]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings) as going:
        assert going.stdout.readline() == "loading\n"
        going.send_signal(signal.SIGINT)
        _, said = going.communicate()

    assert going.returncode == 130
    assert "已中断" in said
    assert "Traceback" not in said
