"""Every odd, broken or hostile file is read rightly or refused with a reason, in a child, and the pool lives on."""

import hostilefiles
import pytest
import readtask

from taizhang.intake.child import ChildPool, Refused
from taizhang.intake.messages import describe
from taizhang.intake.preflight import Limits

CASES = hostilefiles.all_cases()


@pytest.fixture(scope="module")
def pool():
    with ChildPool(1, Limits(wall_seconds=30), preload=("readtask",)) as opened:
        yield opened


def result_of(pool, case, folder):
    path = folder / case.name
    path.write_bytes(case.content)
    (result,) = pool.map(readtask.read_all, [(path, {})])
    return result


@pytest.mark.parametrize("case", [case for case in CASES if case.outcome == hostilefiles.READ], ids=str)
def test_an_odd_file_is_read(case, pool, tmp_path):
    result = result_of(pool, case, tmp_path)

    assert not isinstance(result, Refused), result
    assert set(case.texts) <= set(result["texts"])


@pytest.mark.parametrize("case", [case for case in CASES if case.outcome.startswith("SR-")], ids=str)
def test_a_bad_file_is_refused_with_its_reason(case, pool, tmp_path):
    result = result_of(pool, case, tmp_path)

    assert isinstance(result, Refused), result
    assert result.events[0].code == case.outcome
    assert case.limit in str(result.events[0].facts.get("limit", ""))
    assert describe(result.events[0]).hint


@pytest.mark.parametrize("case", [case for case in CASES if case.outcome == hostilefiles.ANY], ids=str)
def test_a_damaged_file_is_read_or_refused_and_never_a_fault(case, pool, tmp_path):
    result = result_of(pool, case, tmp_path)

    assert isinstance(result, (Refused, dict))
    assert not isinstance(result, Refused) or result.events[0].code != "SR-READER-FAULT", result


def test_the_library_that_aborts_its_process_costs_one_event_and_no_other_file(pool, tmp_path):
    far, plain = tmp_path / "far.xlsx", tmp_path / "plain.xlsx"
    far.write_bytes(next(case.content for case in CASES if case.name == "good-far-cell.xlsx"))
    plain.write_bytes(hostilefiles.good())

    refused, after = pool.map(readtask.read_by_calamine, [(far, {}), (plain, {})])

    assert isinstance(refused, Refused)
    assert (refused.events[0].code, refused.events[0].facts["limit"]) == ("SR-FILE-LIMIT", "memory_bytes")
    assert after == 2


def test_the_corpus_has_the_size_it_claims():
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)
