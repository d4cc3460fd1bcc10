"""`taizhang intake` and `sweep` where the county has an office: what lies in the folders goes to it, nothing counts behind its back."""

import os
import pty
import sqlite3
import sys

import pytest

import smallcounty
from countyruns import command, run

DAY = "2020-02-10"
ALONE = {name: text for name, text in os.environ.items() if not name.startswith("TAIZHANG_")}


@pytest.fixture
def county(tmp_path):
    """A county with an office and one file in the city's folder."""
    smallcounty.county_file(tmp_path, ("city",))
    assert run("office", "init", tmp_path / "county.toml", env=ALONE).status == 0
    smallcounty.deliver(tmp_path, "city", DAY, smallcounty.rows())
    return tmp_path


def submissions(county):
    with sqlite3.connect(county / "data" / "office" / "office.sqlite3") as database:
        return database.execute("SELECT source, origin, state FROM sources_submission").fetchall()


def test_nobody_else_of_the_machine_reads_what_the_office_keeps(county):
    kept = [*(county / "data" / "office").rglob("*"), *(county / "keys").rglob("*")]

    assert any(path.name == "office.sqlite3" for path in kept)
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_what_lies_in_the_folders_goes_to_the_office_and_counts_only_there(county):
    first = run("intake", county / "county.toml", env=ALONE)
    again = run("intake", county / "county.toml", env=ALONE)

    assert (first.status, again.status) == (0, 0)
    assert first.is_clean
    assert "1 批报送" in first.out
    assert "0 批报送" in again.out
    assert submissions(county) == [("city", "folder", "received")]
    assert not list((county / "data").glob("deliveries/*/*"))


def test_a_day_that_cannot_be_chosen_is_refused_and_nothing_is_sent(county):
    ran = run("intake", county / "county.toml", "--as-of", DAY, env=ALONE)

    assert ran.status == 2
    assert "不能按日期挑选" in ran.err
    assert submissions(county) == []


def test_a_sweep_is_of_what_the_office_accepted(county):
    ran = run("sweep", county / "county.toml", env=ALONE)

    assert "只排查已接收的" in ran.out
    assert "E-SWEEP-EMPTY" in ran.err
    assert not list((county / "data").glob("deliveries/*/*"))


@pytest.mark.parametrize("elsewhere", ["", "postgresql://nobody@127.0.0.1:9/none"])
def test_an_office_whose_database_is_elsewhere_is_said_and_nothing_is_made(county, elsewhere):
    (county / "data" / "office" / "office.sqlite3").unlink()

    ran = run("intake", county / "county.toml", env=ALONE | ({"TAIZHANG_DATABASE": elsewhere} if elsewhere else {}))

    assert ran.status == 2
    assert ran.is_clean
    assert "E-OFFICE-DATABASE" in ran.err
    assert not (county / "data" / "office" / "office.sqlite3").exists()


def at_a_terminal(*arguments, answers):
    """Run a command at a terminal of its own, typing an answer whenever it asks; gives its status and what it said."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, command(*arguments), ALONE)  # noqa: S606 - our own interpreter and module
    said, waiting = b"", list(answers)
    while part := _read(terminal):
        said += part
        if waiting and said.endswith("：".encode()):
            os.write(terminal, f"{waiting.pop(0)}\n".encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.decode()


def _read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # the command has ended
        return b""


def accounts(county):
    with sqlite3.connect(county / "data" / "office" / "office.sqlite3") as database:
        return [name for (name,) in database.execute("SELECT username FROM accounts_user ORDER BY username")]


def test_an_account_needs_its_password_typed_twice_alike(county):
    words = ("office", "account", county / "county.toml", "wangfang", "--name", "王芳", "--role", "centre_operator")
    before = accounts(county)

    slip, told = at_a_terminal(*words, answers=["stone-bridge-village-2020", "stone-bridge-village-2021"])
    after_slip = accounts(county)
    alike, _ = at_a_terminal(*words, answers=["stone-bridge-village-2020", "stone-bridge-village-2020"])

    assert slip == 2
    assert "两次输入的密码不一样" in told
    assert "stone-bridge" not in told
    assert after_slip == before
    assert alike == 0
    assert accounts(county) == sorted([*before, "wangfang"])
