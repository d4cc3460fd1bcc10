"""The benchmark's own modules stand in bench/, which is no package of the product."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "bench"))


@pytest.fixture(scope="session")
def lake(tmp_path_factory):
    from identity.generate import make_lake
    from identity.mixtures import MIXTURES

    folder = tmp_path_factory.mktemp("bench") / "lake"
    return make_lake(folder, persons=3000, seed=5, mixture=MIXTURES["copied"], workers=1)
