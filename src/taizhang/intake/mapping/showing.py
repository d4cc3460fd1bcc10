"""A sheet that waits, as it may be shown: its questions, its columns with samples, its first rows, numbers and names masked.

Made in the child that read the sheet, so that no unmasked value of a record ever leaves it for a question.
"""

import re
import unicodedata
from typing import Any

from taizhang.identity.numbers import mask_run
from taizhang.intake.mapping.columns import MappedColumn
from taizhang.intake.mapping.head import SheetHead
from taizhang.intake.mapping.profile import Profile, is_name, profile_of
from taizhang.intake.mapping.sheet import MappedSheet
from taizhang.intake.model import FIELDS, FieldType

SHOWN_ROWS = 5  # data rows put before whoever decides
SHOWN_VALUES = 6  # distinct values of a column
SHOWN_LENGTH = 24  # characters of a cell
_SAMPLED = 200
_LONG_NUMBER = re.compile(r"[0-9A-Za-z](?:[ \t]?[0-9A-Za-z]){6,}")
_WORDS_OF_LISTS = frozenset({"sex", "relation", "ethnic", "yesno"})
"""Kinds of values that stand in a code list, so that they say nothing of a person alone and have to be seen to be explained."""
_NAMES_FROM = 0.5  # share of name-like values from which a column is masked as names


def masked(text: str, *, is_name_column: bool) -> str:
    """A cell as it may be shown: runs of 7 and more digits or letters by the masks of the product, of a name the first character."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if is_name_column and not plain.isascii():
        return plain[:1] + "*" * min(len(plain) - 1, 5)
    hidden = _LONG_NUMBER.sub(lambda found: mask_run(found.group()), plain)
    return hidden if len(hidden) <= SHOWN_LENGTH else f"{hidden[:SHOWN_LENGTH]}…"


def shown_sheet(head: SheetHead, mapped: MappedSheet, file_name: str) -> dict[str, Any]:
    """The question of a sheet as plain JSON values; see `taizhang.intake.questions.MappingQuestion`."""
    samples = {column.index: head.sample(column.index, mapped.header_last, _SAMPLED) for column in mapped.columns}
    profiles = {index: profile_of(values) for index, values in samples.items()}
    names = {column.index for column in mapped.columns if _holds_names(column, profiles[column.index])}
    below = [row for row in head.rows if row.number > mapped.header_last][:SHOWN_ROWS]
    return {
        "fingerprint": mapped.fingerprint,
        "file": file_name,
        "sheet": mapped.name,
        "table": mapped.table,
        "header_first": mapped.header_first,
        "header_last": mapped.header_last,
        "reasons": [
            {
                "code": question.code,
                "message": question.message,
                "column": None if question.column is None else _letter(mapped, question.column),
                "blocking": question.blocking,
            }
            for question in mapped.questions
        ],
        "columns": [
            {
                "letter": column.letter,
                "path": column.full_path,
                "header": column.title,
                "field": column.field,
                "confidence": round(column.confidence, 3),
                "why": column.why.value,
                "unit": column.unit,
                "alternatives": [[option.field, round(option.score, 3)] for option in column.candidates],
                "sample": [
                    masked(text, is_name_column=column.index in names)
                    for text in list(dict.fromkeys(samples[column.index]))[:SHOWN_VALUES]
                ],
                "filled": len(samples[column.index]),
                "looks_like": (profiles[column.index].kind() or (None,))[0],
            }
            for column in mapped.columns
        ],
        "rows": [
            {
                "number": row.number,
                "cells": [
                    masked(row.cells.get(column.index, ""), is_name_column=column.index in names)
                    for column in mapped.columns
                ],
            }
            for row in below
        ],
    }


def _holds_names(column: MappedColumn, profile: Profile) -> bool:
    """Whether a column is, may be, or looks like names of persons; one of sexes, relations or peoples does not, short words as they are."""
    found = profile.kind()
    if found is not None and found[0] in _WORDS_OF_LISTS:
        return False
    fields = [column.field, *(option.field for option in column.candidates)]
    labelled = any(name is not None and FIELDS[name].type is FieldType.NAME for name in fields)
    return labelled or profile.share(is_name) >= _NAMES_FROM


def _letter(mapped: MappedSheet, index: int) -> str:
    return next(column.letter for column in mapped.columns if column.index == index)
