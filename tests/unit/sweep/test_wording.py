"""A probability in words claims neither certainty nor impossibility."""

import pytest

from taizhang.sweep.diagnose.wording import chance


@pytest.mark.parametrize(
    ("probability", "told"),
    [(1.0, "99%"), (0.9996, "99%"), (0.985, "98%"), (0.5, "50%"), (0.01, "1%"), (0.0099, "<1%"), (0.0, "<1%")],
)
def test_a_chance_is_never_certain(probability, told):
    assert chance(probability) == told
