"""What linking asks of every record, out of its columns: integers, and the source's own households numbered.

A pure function of the record table, the same for every engine. Texts stay only of numbers that are not valid, and of
households that are called by words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

NO_NUMBER, CITIZEN, DISABILITY, OTHER_IDENTITY, OTHER_NUMBER = range(5)
"""Kinds of number in `kind`; the three in the middle name a person by a checkable core of 18 characters."""

TEMPORARY = "TEMP-"
"""Prefix of household numbers that intake made up for rows of a source that gives none."""

MOST_MEMBERS = 30
"""Rows of one source that may be one household: a number on more of them fills its column (SR-HOUSEHOLD-FILLED says so)."""

FACT = pa.schema([
    ("record_no", pa.int64()), ("ident", pa.int64()), ("bad_key", pa.int64()), ("kind", pa.int8()),
    ("name_id", pa.int64()), ("birth_date", pa.date32()), ("id_birth", pa.date32()), ("sex", pa.int8()),
    ("village", pa.int64()), ("sheet", pa.int64()), ("person_no", pa.int64()), ("relation", pa.int8()),
    ("present", pa.int8()), ("house_no", pa.int32()), ("head_name_id", pa.int64()), ("head_key", pa.int64()),
    ("bad_text", pa.string()),
])  # fmt: skip
"""A row a record that is not struck out. ident: the number's key where it is valid, else null; bad_key, bad_text: of what is
not valid and still has the shape of a number; name_id: 0 where there is no name; sheet: of rows that name no village;
house_no: of the source's own household; head_name_id, head_key: the copy of the head that the row carries."""

OWN_HOUSEHOLD = pa.schema([("house_no", pa.int32()), ("house", pa.int64()), ("words", pa.string())])
"""A row a household of the source. house_no: its place, from 1, in the order of values; house: its number as written, at
least 0; else negative: what its head's number or its run of rows in a sheet makes of it, or WORDED for `words`."""
WITHOUT_HOUSE = FACT.remove(FACT.get_field_index("house_no"))

HEADED, WORDED = 10**17, -(10**16)
"""In `house`: what a head's number is moved by, away from runs of rows (above -10^16), and a number that is no number."""
_FILE, _SHEET = 10**11, 10**7
"""What a file and a sheet of it count for in the number of a run of rows."""
SHEETS = 100_000
"""More than there are sheets in a file."""
_NOWHERE = np.iinfo(np.int64).min

_KINDS = {
    "citizen": CITIZEN, "citizen_15": CITIZEN, "disability": DISABILITY, "student": OTHER_IDENTITY,
    "hmt_permit": OTHER_IDENTITY, "foreign_2023": OTHER_IDENTITY, "placeholder": NO_NUMBER, "empty": NO_NUMBER,
    "scientific": NO_NUMBER,
}  # fmt: skip
_PLACEHOLDER = "|NM-PLACEHOLDER|"
_LARGEST = np.iinfo(np.int64).max
_PLAIN_DIGITS = 18
"""Digits of which every number is below 2^63."""
_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,100}\s*", re.ASCII)

ASKED = (
    "record_no", "file_no", "sheet_no", "struck", "id_no", "id_kind", "id_ok", "id_key", "core18", "id_birth", "name_id",
    "name_defects", "head_name", "head_name_id", "head_id_key", "is_present", "household_run", "village_code", "sex",
    "birth_date", "household_no", "person_no", "relation_to_head",
)  # fmt: skip
"""The columns of a record table that are looked at."""
FEW_TEXTS = ("id_kind", "name_defects", "sex", "village_code", "relation_to_head", "head_name")
"""Those of them with few different texts, best read as dictionaries."""

Ints = NDArray[np.int64]


@dataclass
class HouseholdNumbering:
    """The source's own households, gathered from all its rows that are not struck out, part by part and in order."""

    _houses: list[Ints] = field(default_factory=list)
    _words: list[pa.Array] = field(default_factory=list)

    def add(self, rows: pa.Table) -> None:
        """Take in the next rows."""
        house, words = _houses_of(rows)
        self._houses.append(house)
        self._words.append(words)

    def numbered(self) -> tuple[pa.Int32Array, pa.Table]:
        """Of every row the number of its household (null: none), and the households (`OWN_HOUSEHOLD`).

        What stands on more than MOST_MEMBERS rows is no household.
        """
        house = np.concatenate([np.zeros(0, np.int64), *self._houses])
        words = pa.chunked_array(self._words, pa.string()).combine_chunks().dictionary_encode()
        order = pc.sort_indices(words.dictionary).to_numpy()
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        house[house == WORDED] = WORDED - rank[words.indices.to_numpy()]
        starts = np.flatnonzero(np.r_[True, house[1:] != house[:-1]]) if len(house) else np.zeros(0, np.int64)
        lengths = np.diff(np.r_[starts, len(house)])
        values, place = np.unique(house[starts], return_inverse=True)
        counts = np.bincount(place, weights=lengths, minlength=len(values))
        told = np.flatnonzero((values != _NOWHERE) & (counts <= MOST_MEMBERS))
        called = values[told]
        worded = (called <= WORDED) & (called > -HEADED)
        told = told[np.lexsort((np.abs(called), np.select([called >= 0, called <= -HEADED, ~worded], [0, 1, 2], 3)))]
        number = np.zeros(len(values), np.int32)
        number[told] = np.arange(1, len(told) + 1)
        called = values[told]
        worded = (called <= WORDED) & (called > -HEADED)
        texts = words.dictionary.take(pa.array(order[(WORDED - called[worded])]))
        households = {
            "house_no": number[told],
            "house": np.where(worded, WORDED, called),
            "words": pc.replace_with_mask(pa.array([""] * len(told), pa.string()), pa.array(worded), texts),
        }
        rows = np.repeat(number[place], lengths)
        return pa.array(rows, mask=rows == 0), pa.table(households, schema=OWN_HOUSEHOLD)


def kept(rows: pa.Table) -> pa.Table:
    """The columns `ASKED` of the rows that are not struck out."""
    struck = pc.fill_null(rows.column("struck"), False)
    asked = rows.select(ASKED)
    return asked.filter(pc.invert(struck)) if pc.any(struck).as_py() else asked


def facts_of(rows: pa.Table) -> pa.Table:
    """The facts of rows: all columns of `FACT` but `house_no`, in order."""
    column = {name: rows.column(name).combine_chunks() for name in rows.column_names}
    kind = pc.fill_null(_coded(column["id_kind"], _KINDS, OTHER_NUMBER), NO_NUMBER)
    is_identity = pc.and_(pc.greater_equal(kind, CITIZEN), pc.less_equal(kind, OTHER_IDENTITY))
    key = column["id_key"]
    is_valid = pc.and_(pc.and_(pc.fill_null(column["id_ok"], False), is_identity), pc.is_valid(key))
    is_bad = pc.and_(pc.invert(is_valid), pc.not_equal(kind, NO_NUMBER))
    is_nameless = _matching(column["name_defects"], _PLACEHOLDER)
    village = _whole_numbers(column["village_code"])
    sheet = pc.add(pc.multiply(_wide(column["file_no"]), SHEETS), _wide(column["sheet_no"]))
    made = {
        "record_no": column["record_no"],
        "ident": pc.if_else(is_valid, key, None),
        "bad_key": pc.if_else(is_valid, None, key),
        "kind": kind,
        "name_id": pc.if_else(is_nameless, 0, pc.fill_null(column["name_id"], 0)),
        "birth_date": column["birth_date"],
        "id_birth": column["id_birth"],
        "sex": _coded(column["sex"], {"男": 1, "女": 2}, None),
        "village": village,
        "sheet": pc.if_else(pc.is_valid(village), None, sheet),
        "person_no": _whole_numbers(column["person_no"]),
        "relation": _coded(column["relation_to_head"], {"户主": 1, "配偶": 2}, 3),
        "present": pc.cast(pc.fill_null(column["is_present"], True), pa.int8()),
        "head_name_id": pc.if_else(pc.is_valid(column["head_name"]), column["head_name_id"], None),
        "head_key": column["head_id_key"],
        "bad_text": pc.if_else(is_bad, pc.coalesce(column["core18"], column["id_no"]), None),
    }
    return pa.table([made[entry.name] for entry in WITHOUT_HOUSE], schema=WITHOUT_HOUSE)


def _houses_of(rows: pa.Table) -> tuple[Ints, pa.Array]:
    """Whose household each row is told to be, as in `house`, `_NOWHERE` for none; and the words of those that have them."""
    column = {name: rows.column(name).combine_chunks() for name in rows.column_names}
    text, head = column["household_no"], column["head_id_key"]
    is_made_up = pc.fill_null(pc.starts_with(text, TEMPORARY), False)
    is_written = pc.and_(pc.is_valid(text), pc.invert(is_made_up))
    run = pc.add(
        pc.add(pc.multiply(_wide(column["file_no"]), _FILE), pc.multiply(_wide(column["sheet_no"]), _SHEET)),
        _wide(column["household_run"]),
    )
    unwritten = pc.coalesce(
        pc.subtract(pc.negate(head), HEADED),
        pc.if_else(is_made_up, pa.scalar(WORDED, pa.int64()), None),
        pc.negate(run),
    )
    house = pc.if_else(is_written, pc.fill_null(_written_numbers(text), WORDED), unwritten)
    told = pc.fill_null(house, int(_NOWHERE)).to_numpy().copy()
    return told, text.filter(pa.array(told == WORDED))


def _written_numbers(texts: pa.StringArray) -> pa.Int64Array:
    """Texts that are a number exactly as it would be written (0, 7, 15, never 07) as that number; null for all others."""
    is_short = pc.equal(pc.binary_length(texts), 1)
    is_exact = pc.and_(pc.ascii_is_decimal(texts), pc.or_(is_short, pc.invert(pc.starts_with(texts, "0"))))
    return _whole_numbers(pc.if_else(is_exact, texts, None))


def _whole_numbers(texts: pa.Array) -> pa.Int64Array:
    """Texts that are whole numbers, whatever zeros, signs and spaces they are written with; null for all others."""
    if pa.types.is_dictionary(texts.type):
        return _whole_numbers(texts.dictionary).take(texts.indices)
    is_plain = pc.and_(pc.ascii_is_decimal(texts), pc.less_equal(pc.binary_length(texts), _PLAIN_DIGITS))
    numbers = pc.cast(pc.if_else(is_plain, texts, None), pa.int64())
    others = texts.filter(pc.fill_null(pc.invert(is_plain), False)).dictionary_encode()
    if not len(others):
        return numbers
    values = pa.array([_whole_number(text) for text in others.dictionary.to_pylist()], pa.int64())
    return pc.replace_with_mask(numbers, pc.fill_null(pc.invert(is_plain), False), values.take(others.indices))


def _whole_number(text: str) -> int | None:
    number = int(text) if _WHOLE.fullmatch(text) else None
    return number if number is not None and -_LARGEST - 1 <= number <= _LARGEST else None


def _coded(texts: pa.Array, codes: Mapping[str, int], other: int | None) -> pa.Int8Array:
    """Of every text its code, or `other`; null stays null."""
    encoded = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    found = pa.array([codes.get(text, other) for text in encoded.dictionary.to_pylist()], pa.int8())
    return found.take(encoded.indices)


def _matching(texts: pa.Array, part: str) -> Any:
    """Whether each text holds `part`; a null does not."""
    encoded = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    return pc.fill_null(pc.match_substring(encoded.dictionary, part).take(encoded.indices), False)


def _wide(numbers: pa.Array) -> pa.Int64Array:
    return pc.cast(numbers, pa.int64())
