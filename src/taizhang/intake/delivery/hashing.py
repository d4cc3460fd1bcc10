"""Stable fingerprints of rows and JSON of leftover cells, a column at a time."""

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b

import pyarrow as pa
import pyarrow.compute as pc

_BETWEEN = "\x1f"


def row_hashes(columns: Sequence[tuple[str, pa.Array]], rows: int) -> pa.Int64Array:
    """First 8 bytes of BLAKE2b over "field=value" of every value a row has, in the order of `columns`.

    Columns a file does not have and cells that are empty do not count, so a file that gains an empty column keeps the
    hashes of its rows.
    """
    parts = [pc.binary_join_element_wise(name, pc.cast(column, pa.string()), "=") for name, column in columns]
    if not parts:
        return pa.nulls(rows, pa.int64())
    joined = _joined(parts, _BETWEEN)
    digests = [blake2b(text.encode(), digest_size=8).digest() for text in joined.to_pylist()]
    return pa.array([int.from_bytes(digest, "big", signed=True) for digest in digests], pa.int64())


def json_objects(columns: Mapping[str, pa.StringArray], rows: int) -> pa.StringArray:
    """Per row a JSON object of the values it has by the names of their columns; null where it has none."""
    parts = []
    for name, column in columns.items():
        if column.null_count < len(column):
            encoded = pc.dictionary_encode(column)
            texts = [json.dumps(text, ensure_ascii=False) for text in encoded.dictionary.to_pylist()]
            values = pc.take(pa.array(texts, pa.string()), encoded.indices)
            parts.append(pc.binary_join_element_wise(json.dumps(name, ensure_ascii=False), values, ":"))
    if not parts:
        return pa.nulls(rows, pa.string())
    joined = _joined(parts, ",")
    joined = pc.if_else(pc.equal(joined, ""), None, joined)
    return pc.binary_join_element_wise(pc.binary_join_element_wise("{", joined, ""), "}", "")


def _joined(parts: Sequence[pa.StringArray], between: str) -> pa.StringArray:
    """The values of each row, one after the other; "" where there is none.

    Arrow leaves rows out in which every value is null (pyarrow 26, null_handling="skip"): a first, empty value that is
    never null keeps them, and goes away again with its separator.
    """
    joined = pc.binary_join_element_wise("", *parts, between, null_handling="skip")
    return pc.utf8_slice_codeunits(joined, len(between))
