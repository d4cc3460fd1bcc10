"""A sweep that is killed around the moment in which it becomes whole: the register never knows what the lake does not."""

import signal
import subprocess
import sys

import pytest

import smallcounty
from countyruns import findings, latest
from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.sweep import sweep

PERSON = 14


@pytest.fixture
def county(tmp_path):
    """Two ledgers that differ about one number, taken in and not yet swept."""
    path = smallcounty.county_file(tmp_path)
    smallcounty.deliver(tmp_path, "national", "2020-01-10", smallcounty.rows())
    wrong = {f"p{PERSON}": {"证件号码": smallcounty.digits_swapped(PERSON)}}
    smallcounty.deliver(tmp_path, "city", "2020-01-10", smallcounty.rows(**wrong))
    county = load_county(path)
    take_in(county, jobs=1)
    return county


STRUCK = """
import os, signal, sys
from pathlib import Path
from taizhang.intake.county import load_county
from taizhang.sweep import sweep

rename, done = Path.rename, sys.argv[2] == "after"

def strike(self, target):
    if self.parent.name == "sweeps":
        rename(self, target) if done else None
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)

Path.rename = strike
sweep(load_county(Path(sys.argv[1])))
"""


def killed_at_rename(county, moment):
    """Sweep in a process that is killed (-9) when its folder gets its name: just before, or just after."""
    done = subprocess.run([sys.executable, "-c", STRUCK, str(county.file), moment], check=False)
    assert done.returncode == -signal.SIGKILL


def deltas(county):
    return {row["delta"] for row in findings(latest(county.data.parent)).values()}


def test_a_sweep_killed_before_it_is_whole_has_never_been(county):
    killed_at_rename(county, "before")
    assert list((county.data / "sweeps").glob("[0-9]*")) == []

    swept = sweep(county)

    assert deltas(county) == {"new"}
    assert {row["first_seen"] for row in findings(swept.folder).values()} == {swept.sweep_id}
    assert list((county.data / "sweeps").glob(".*")) == []


def test_what_a_sweep_killed_just_after_left_undone_is_done_by_the_next(county):
    killed_at_rename(county, "after")
    first = latest(county.data.parent)
    assert not (county.data / "register" / "finding.parquet").exists()

    swept = sweep(county)

    assert deltas(county) == {"persisting"}
    assert {row["first_seen"] for row in findings(swept.folder).values()} == {first.name}
    assert {row["person_id"] for row in findings(swept.folder).values()} == {
        row["person_id"] for row in findings(first).values()
    }
    assert list((county.data / "sweeps").glob("*/register")) == []


def test_a_killed_sweep_of_another_day_leaves_nothing_behind(county):
    killed_at_rename(county, "before")
    assert len(list((county.data / "sweeps").glob(".[0-9]*"))) == 1
    smallcounty.deliver(county.data.parent, "city", "2020-02-10", smallcounty.rows())
    take_in(county, jobs=1)

    sweep(county)

    assert list((county.data / "sweeps").glob(".*")) == []
