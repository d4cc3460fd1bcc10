"""Runs that are killed, interrupted, doubled, out of disk or without rights: nothing half-written, and the next run is right."""

import ctypes
import resource
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

import pytest

from countyruns import LIMIT_SECONDS, Ran, command, findings, half_written, latest, run
from smallcounty import SOURCES, county_file, deliver, digits_swapped, rows
from taizhang.intake.delivery.lake import Lake

WRONG = {f"p{person}": {"证件号码": digits_swapped(person)} for person in (5, 14, 22)}
STEP = 0.005  # seconds between two looks at the lake
VILLAGES = 6  # files of the ledger, so that reading takes long enough to be met
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24


def make(folder):
    """A county of three sources, the ledger in several files; gives its county file."""
    path = county_file(folder)
    for source in SOURCES[:2]:
        deliver(folder, source, "2020-01-01", rows())
    for village in range(VILLAGES):
        lines = rows(range(village, 40, VILLAGES), **WRONG)
        deliver(
            folder, "ledger", "2020-01-01", [line | {"健康状况": "健康"} for line in lines], file=f"{village}组.csv"
        )
    return path


def there(data, pattern):
    """Whether something lies there now; a folder that goes away during the look does not count."""
    try:
        return any(data.glob(pattern))
    except FileNotFoundError:
        return False


def wait_until(seen, process):
    """Wait until `seen()` is true or the process is over; gives whether it was seen in time."""
    until = time.monotonic() + LIMIT_SECONDS
    while not seen() and process.poll() is None and time.monotonic() < until:
        time.sleep(STEP)
    return process.poll() is None


def struck(path, seen, sign):
    """Start a sweep, send it a signal when `seen()`; gives what it said and whether the signal met it at work."""
    process = subprocess.Popen(
        command("sweep", path, "--jobs", 1),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    was_met = wait_until(seen, process)
    process.send_signal(sign)
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    return Ran(process.returncode, out, err), was_met


@dataclass(frozen=True)
class Stroke:
    """One interrupted run. left: what was half-written afterwards; children: processes of its session still alive."""

    ran: Ran
    was_met: bool
    left: tuple
    working: tuple


def after(path, seen, sign):
    data = path.parent / "data"
    ran, was_met = struck(path, seen, sign)
    working = (*data.glob("tmp/*"), *data.glob("sweeps/.*"))
    return Stroke(ran, was_met, tuple(half_written(data)), working)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The findings of a run that nobody disturbed."""
    path = make(tmp_path_factory.mktemp("calm"))
    ran = run("sweep", path, "--jobs", 1)
    assert ran.status == 0, ran.said
    return findings(latest(path.parent))


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory):
    """One lake on which run after run was killed or interrupted, each a little later in its work; then a whole run."""
    path = make(tmp_path_factory.mktemp("storm"))
    data = path.parent / "data"
    begun = time.monotonic()
    moments = {
        "killed at the start": (lambda: time.monotonic() > begun + 0.3, signal.SIGKILL),
        "killed receiving": (lambda: there(data, "tmp/*/*"), signal.SIGKILL),
        "interrupted reading": (lambda: there(data, "parsed/*"), signal.SIGINT),
        "killed committing": (lambda: there(data, "deliveries/*/*"), signal.SIGKILL),
        "interrupted sweeping": (lambda: there(data, "sweeps/.2*"), signal.SIGINT),
        "killed writing findings": (lambda: there(data, "sweeps/.2*/findings.parquet"), signal.SIGKILL),
        "killed reporting": (lambda: there(data, "sweeps/2*/sweep.json"), signal.SIGKILL),
    }
    strokes = {name: after(path, *moment) for name, moment in moments.items()}
    return path, strokes, run("sweep", path, "--jobs", 1)


def test_every_stroke_met_a_run_at_work(disturbed):
    _, strokes, _ = disturbed

    assert {name for name, stroke in strokes.items() if not stroke.was_met} == set()


def test_nothing_half_written_is_visible_after_any_of_them(disturbed):
    _, strokes, _ = disturbed

    assert {name: stroke.left for name, stroke in strokes.items() if stroke.left} == {}


@pytest.mark.parametrize("name", ["interrupted reading", "interrupted sweeping"])
def test_an_interrupted_run_cleans_up_and_says_so(disturbed, name):
    stroke = disturbed[1][name]

    assert stroke.ran.status == 130
    assert "已中断" in stroke.ran.err
    assert stroke.ran.is_clean
    assert stroke.working == ()


def test_the_next_run_succeeds_and_finds_what_an_undisturbed_run_finds(disturbed, undisturbed):
    path, _, last = disturbed

    found = findings(latest(path.parent))
    assert last.status == 0
    assert len(undisturbed) >= len(WRONG)
    assert {key: row["rule"] for key, row in found.items()} == {key: row["rule"] for key, row in undisturbed.items()}
    assert {row["first_seen"] for row in found.values()} <= {
        folder.name for folder in (path.parent / "data" / "sweeps").iterdir()
    }


def test_the_next_run_leaves_no_trace_of_the_killed_ones(disturbed):
    path, _, _ = disturbed

    assert half_written(path.parent / "data") == []
    assert list((path.parent / "data").glob("tmp/*")) == []
    assert list((path.parent / "data").glob("sweeps/*/.part-*")) == []


def test_no_child_outlives_a_killed_run(tmp_path):
    path = make(tmp_path)

    with subprocess.Popen(
        command("intake", path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        wait_until(lambda: _children(process.pid), process)
        children = _children(process.pid)
        process.kill()

    assert children != []
    assert _die_out(children)


def _children(parent):
    """The processes started by one."""
    return _ps("--ppid", parent)


def _ps(*selected):
    """Those of the selected processes that still run (a zombie does not)."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=", *map(str, selected)], capture_output=True, text=True, check=False
    )
    found = (line.split() for line in listed.stdout.splitlines())
    return [int(number) for number, state in found if not state.startswith("Z")]


def _die_out(processes, seconds=10):
    until = time.monotonic() + seconds
    while _ps("-p", ",".join(map(str, processes))) and time.monotonic() < until:
        time.sleep(0.05)
    return not _ps("-p", ",".join(map(str, processes)))


def test_an_intake_beside_another_refuses_and_nothing_is_corrupt(tmp_path):
    path = make(tmp_path)
    data = tmp_path / "data"

    with Lake(data).locked():  # as an intake at work holds it, here for as long as the other needs
        second = run("intake", path)
    third = run("intake", path)

    assert second.status == 2
    assert "E-LAKE-BUSY" in second.err
    assert "办法" in second.err
    assert second.is_clean
    assert third.status == 0
    assert half_written(data) == []
    assert sorted(folder.parent.name for folder in data.glob("deliveries/*/*")) == sorted(SOURCES)


def _files_no_bigger_than(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("command_name", ["intake", "sweep"])
def test_a_disk_that_takes_no_more_ends_with_a_clear_message(taken_in, tmp_path, command_name):
    path = shutil.copytree(taken_in, tmp_path / "full") / "county.toml"
    more = deliver(path.parent, "national", "2020-01-08", rows())
    words = {"intake": ("intake", path), "sweep": ("sweep", path, "--no-intake", "--no-returned")}[command_name]

    ran = run(*words, preexec_fn=_files_no_bigger_than(more.stat().st_size // 2))

    assert ran.status == 2
    assert all(word in ran.err for word in ("位置", "原因", "办法"))
    assert str(tmp_path) in ran.err
    assert ran.is_clean
    assert half_written(path.parent / "data") == []
    assert list((path.parent / "data").glob("sweeps/.2*")) == []


def _without_superuser_rights():
    """A superuser would write anyway; as an ordinary user this changes nothing."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.mark.parametrize("command_name", ["intake", "sweep"])
def test_a_lake_that_may_not_be_written_ends_with_a_clear_message(taken_in, tmp_path, command_name):
    path = shutil.copytree(taken_in, tmp_path / "locked") / "county.toml"
    data = path.parent / "data"
    deliver(path.parent, "national", "2020-01-08", rows())
    words = {"intake": ("intake", path), "sweep": ("sweep", path, "--no-intake", "--no-returned")}[command_name]
    before = sorted(data.rglob("*"))
    for folder in (data, data / "deliveries", data / ".lock"):
        folder.chmod(0o500)

    ran = run(*words, preexec_fn=_without_superuser_rights)

    data.chmod(0o700)
    assert ran.status == 2
    assert all(word in ran.err for word in ("位置", "原因", "办法"))
    assert ran.is_clean
    assert sorted(data.rglob("*")) == before


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    """A county whose deliveries are in the lake and were not swept yet."""
    path = make(tmp_path_factory.mktemp("taken"))
    assert run("intake", path, "--jobs", 1).status == 0
    return path.parent
