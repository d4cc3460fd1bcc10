"""One small county for all tests of the folder: making it is the slow part."""

import pytest

from taizhang.sample import make_county


@pytest.fixture(scope="session")
def small_county(tmp_path_factory):
    """2,000 persons, three deliveries, twice the usual error rate so that most kinds occur."""
    return make_county(tmp_path_factory.mktemp("county"), persons=2000, seed=7, error_rate=0.06)
