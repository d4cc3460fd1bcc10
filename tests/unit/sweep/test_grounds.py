"""What a sweep stands on: the same while nothing changes, another with every change that findings can come from."""

import json
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
from ledgers import FIRST, SOURCES, Ledgers, diagnosis_texts, family

from taizhang.intake.delivery.releasing import Release
from taizhang.sweep import sweep
from taizhang.sweep.authority import Answer, AuthorityAnswer, keep_answers
from taizhang.sweep.grounds import unchanged_since

FRAME = "tag,label,from,to,rules\n七突出/1,示例一,2020-01,2020-12,HH-SIZE\n"
LATER = FIRST + timedelta(days=30)


@pytest.fixture
def ledgers(tmp_path):
    """A small county that was delivered; the newest delivery of one ledger is held."""
    made = Ledgers(tmp_path).deliver(dict.fromkeys(SOURCES, family(1)))
    made.deliver({SOURCES[0]: family(1)[:-1]}, LATER, held=True)
    (tmp_path / "frame.csv").write_text(FRAME, "utf-8")
    return made


@pytest.fixture
def county(ledgers):
    """The county with a frame of its own."""
    return replace(ledgers.county, frames=(ledgers.folder / "frame.csv",))


def test_nothing_was_swept_yet(county):
    assert unchanged_since(county) is None


def test_the_last_sweep_is_named_while_nothing_changes(county):
    sweep(county)
    last = sweep(county)

    assert unchanged_since(county) == last.folder.name


def _answered(ledgers, county):
    keep_answers(county.data, [AuthorityAnswer(1, 2, Answer.MATCH, date(2020, 2, 1), "b")])
    return county


def _filled_in(ledgers, county):
    county.frames[0].write_text(FRAME.replace("HH-SIZE", "HH-HEAD"), "utf-8")
    return county


def _released(ledgers, county):
    (delivery,) = (county.data / "deliveries" / SOURCES[0]).glob(f"{LATER}-*")
    path = county.data / "releases" / SOURCES[0] / f"{delivery.name}.json"
    path.parent.mkdir(parents=True)
    path.write_text(
        json.dumps(asdict(Release(SOURCES[0], delivery.name, "张三", "与村里核对过", "2020-03-21"))), "utf-8"
    )
    return county


CHANGES = {
    "a delivery": lambda ledgers, county: (ledgers.deliver({SOURCES[1]: family(2)}, LATER), county)[1],
    "an older delivery": lambda ledgers, county: (
        ledgers.deliver({SOURCES[1]: family(2)}, FIRST - timedelta(days=9)), county,
    )[1],
    "an answer": _answered,
    "a cell of a frame": _filled_in,
    "a release": _released,
    "a number of a rule": lambda ledgers, county: replace(county, parameters={"head_min_age": 18}),
    "the copying of a source": lambda ledgers, county: replace(
        county, sources=(replace(county.sources[0], derived_from=(SOURCES[1],)), *county.sources[1:])
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_sweep_stands_on_other_grounds_after(ledgers, county, change):
    sweep(county)

    assert unchanged_since(change(ledgers, county)) is None


def test_a_program_that_was_changed_counts(county, tmp_path, monkeypatch):
    program = tmp_path / "program"
    program.mkdir()
    (program / "rule.yaml").write_text("one", "utf-8")
    monkeypatch.setattr("taizhang.sweep.grounds.PROGRAM", [program])
    sweep(county)
    (program / "rule.pyc").write_text("no source", "utf-8")
    same = unchanged_since(county)

    (program / "rule.yaml").write_text("two", "utf-8")

    assert (same is None, unchanged_since(county)) == (False, None)


def test_a_sweep_of_an_earlier_day_or_by_rules_of_somebodys_own_is_no_sweep_of_today(county):
    sweep(county, as_of=FIRST)
    earlier = unchanged_since(county)
    last = sweep(county, rules=diagnosis_texts())

    assert (earlier, unchanged_since(county)) == (None, None)
    assert json.loads((last.folder / "sweep.json").read_text("utf-8"))["grounds"] is None
