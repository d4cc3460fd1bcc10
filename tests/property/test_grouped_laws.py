"""The values of a column in groups, against the plain way to say them."""

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from taizhang.sweep.findings.grouped import Grouped

TEXTS = st.sampled_from(["", "a", "刘兰英", "𠮷", "ﬀ", "鿿", "b"]) | st.none()


@given(st.lists(st.tuples(st.integers(0, 4), TEXTS)), st.integers(1, 3))
def test_the_values_of_groups_are_those_of_a_loop(rows, parts):
    rows = sorted(rows, key=lambda row: row[0])
    step = max(len(rows) // parts, 1)
    chunks = [pa.array([text for _, text in rows[n : n + step]], pa.string()) for n in range(0, len(rows), step)]

    made = Grouped.of(pa.chunked_array(chunks, pa.string()), np.array([one for one, _ in rows], np.int64), 5)

    said = [[text for one, text in rows if one == group and text is not None] for group in range(5)]
    assert made.lists().to_pylist() == [sorted(set(texts), key=str.encode) or None for texts in said]
    assert made.least().to_pylist() == [min(texts, key=str.encode, default=None) for texts in said]
    assert made.commonest().to_pylist() == [
        Counter(texts).most_common(1)[0][0] if texts else None for texts in said
    ]  # of equals, Counter too gives the one met first
