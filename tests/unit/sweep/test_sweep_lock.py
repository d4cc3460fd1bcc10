"""One run at a time on a lake: the library refuses the second, and a run does not wait for itself."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from ledgers import SOURCES, Ledgers, diagnosis_texts, family

from taizhang.intake.delivery import Lake, LakeBusyError
from taizhang.progress import Silent
from taizhang.report.write import write_reports
from taizhang.sweep import sweep

HOLDER = """
import sys
from pathlib import Path
from taizhang.intake.delivery import Lake
with Lake(Path(sys.argv[1])).held():
    print("held", flush=True)
    sys.stdin.read()
"""
SWEEPER = """
import sys
from pathlib import Path
sys.path.append(sys.argv[2])
from ledgers import Ledgers
from taizhang.intake.delivery import LakeBusyError
sys.stdin.readline()
try:
    print(Ledgers(Path(sys.argv[1])).sweep().folder.name)
except LakeBusyError as error:
    print(error.code)
"""


@pytest.fixture
def ledgers(tmp_path):
    """A small county that was delivered and not swept."""
    return Ledgers(tmp_path).deliver(dict.fromkeys(SOURCES, family(1)))


@pytest.fixture
def held_elsewhere(ledgers):
    """Another process that holds the lake of `ledgers` until its input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(ledgers.county.data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process


def test_a_sweep_beside_another_run_is_refused_and_leaves_nothing(ledgers, held_elsewhere):
    with pytest.raises(LakeBusyError) as caught:
        ledgers.sweep()

    assert str(held_elsewhere.pid) in caught.value.why
    assert not (ledgers.county.data / "sweeps").exists()
    assert not (ledgers.county.data / "register").exists()


def test_reports_beside_another_run_are_refused(ledgers, tmp_path, held_elsewhere):
    with pytest.raises(LakeBusyError):
        write_reports(ledgers.county, tmp_path, progress=Silent())

    assert held_elsewhere.poll() is None


def test_the_lake_is_free_again_when_the_other_is_done(ledgers, held_elsewhere):
    held_elsewhere.communicate()

    assert ledgers.sweep().findings == []


def test_of_sweeps_started_at_once_every_one_is_whole_or_refused(ledgers):
    words = [sys.executable, "-c", SWEEPER, str(ledgers.folder), str(Path(__file__).parent)]
    started = [subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]

    said = [process.communicate("go\n")[0].strip() for process in started]

    swept = sorted(one for one in said if one != "E-LAKE-BUSY")
    folders = ledgers.county.data / "sweeps"
    assert len(swept) >= 1
    assert swept == [f"2020-02-19-{number + 1}" for number in range(len(swept))]
    assert sorted(path.parent.name for path in folders.glob("*/sweep.json")) == swept
    assert sorted(path.name for path in folders.iterdir()) == swept


def test_a_thread_beside_another_is_refused_too(ledgers):
    said = []

    def try_it():
        try:
            sweep(ledgers.county, rules=diagnosis_texts())
        except LakeBusyError as error:
            said.append(error.code)

    with Lake(ledgers.county.data).held():
        other = threading.Thread(target=try_it)
        other.start()
        other.join()

    assert said == ["E-LAKE-BUSY"]


def test_a_command_that_holds_the_lake_sweeps_within(ledgers):
    with Lake(ledgers.county.data).held():
        swept = ledgers.sweep()

    assert (swept.folder / "sweep.json").is_file()
    assert ledgers.sweep().findings == []
