"""Real workers killed at random moments of readings, sweeps, imports and hand-backs: nothing is lost, nothing is done twice."""

import os

import pytest

from officekills import KINDS, database_beside, play

pytestmark = pytest.mark.slow
KILLS, SEED = 9, 20261126


@pytest.fixture(scope="module")
def struck(tmp_path_factory):
    """What came of rounds whose workers were killed, on the database of this run."""
    folder = tmp_path_factory.mktemp("storm")
    server = os.environ.get("TAIZHANG_DATABASE", "")
    with database_beside(server, f"kills_{os.getpid()}") as database:
        return play(folder, kills=KILLS, rounds=2, seed=SEED, database=database)


def test_workers_were_killed_at_work(struck):
    assert sum(struck.strokes.values()) >= KILLS
    assert {stage.split()[0] for stage in struck.strokes} == set(KINDS)


def test_nothing_is_lost_broken_or_left_lying_about(struck):
    assert struck.faults == []


def test_the_same_comes_of_it_as_of_undisturbed_work(struck, tmp_path):
    calm = play(tmp_path / "calm", kills=0, rounds=struck.rounds)

    assert calm.table["findings"]
    assert struck.table == calm.table
