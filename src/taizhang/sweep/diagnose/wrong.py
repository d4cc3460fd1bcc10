"""Rows whose number or name is not their person's: one cause each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from taizhang.identity.numbers import compare_number_pairs, from_keys
from taizhang.sweep.diagnose.context import OF_ROW, Context, Row
from taizhang.sweep.diagnose.model import BLAME, Candidate, Confidence, Diagnosis
from taizhang.sweep.diagnose.person import Said, first_records, said_of
from taizhang.sweep.diagnose.wording import agreeing, chance, names_differ, numbers_differ, places
from taizhang.sweep.judge.fields import FieldVerdict
from taizhang.sweep.judge.troubled import Troubled
from taizhang.sweep.link.facts import UNKNOWN_NUMBER
from taizhang.sweep.link.features import Floats, Ints

OTHER_DOCUMENTS = ("foreign_2017", "passport", "officer")
"""Kinds of number that may be a person's own without being an ID number: nothing in them can be checked against one."""
PORTION = 20_000
"""Rows that are diagnosed together; what is worked out for them column by column is held no longer."""


@dataclass(frozen=True)
class WrongRows:
    """Rows that say something, and something else than their person's likeliest value, in the order of the troubled records.

    at: positions among those. value: what they say (ident or name id). true: the likeliest value. p_wrong: probability.
    owner: the other person (root) whose number it is, -1 where nobody's.
    """

    troubled: Troubled
    at: Ints
    value: Ints
    true: Ints
    p_wrong: Floats
    owner: Ints

    def only(self, chosen: NDArray[np.bool_] | Ints) -> "WrongRows":
        """Some of them."""
        at, value, true = self.at[chosen], self.value[chosen], self.true[chosen]
        return WrongRows(self.troubled, at, value, true, self.p_wrong[chosen], self.owner[chosen])

    def portions(self) -> Iterator[tuple[slice, "WrongRows"]]:
        """All of them by turns, with their place."""
        for first in range(0, len(self.at), PORTION):
            last = min(first + PORTION, len(self.at))
            yield slice(first, last), self.only(np.arange(first, last))

    @property
    def group(self) -> Ints:
        """Their persons."""
        return self.troubled.group[self.at]

    def __getitem__(self, column: str) -> Ints:
        """One integer column of their records."""
        return self.troubled[column][self.at]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.at)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One of the `WrongRows` by itself: its place among them, whether a name or a number is wrong, and its record."""

    place: int
    is_name: bool
    row: Row
    value: int
    true: int
    p_wrong: float
    owner: int


def each(wrongs: WrongRows, chosen: Ints, *, is_name: bool = False) -> list[Wrong]:
    """Some wrong rows one by one. chosen: their places."""
    some = wrongs.only(chosen)
    rows = map(Row, *(some[name].tolist() for name in OF_ROW))
    columns = (some.value, some.true, some.p_wrong, some.owner)
    told = zip(chosen.tolist(), rows, *(column.tolist() for column in columns), strict=True)
    return [Wrong(place, is_name, *one) for place, *one in told]


def wrong_numbers(context: Context) -> WrongRows:
    """All rows whose number is not their person's."""
    ident = context.troubled["ident"]
    found = _wrong_rows(context.troubled, context.numbers, ident, ident > UNKNOWN_NUMBER)
    owner = np.where(found.value > 0, context.owners.of(found.value), -1)
    p_wrong = np.where(_is_of_another_document(context.troubled)[found.at], _outvoted(context, found), found.p_wrong)
    return replace(found, owner=np.where(owner == found["root"], -1, owner), p_wrong=p_wrong)


def _is_of_another_document(troubled: Troubled) -> NDArray[np.bool_]:
    """By row, whether its number is one of the `OTHER_DOCUMENTS`."""
    kinds = troubled.texts["id_kind"]
    found: NDArray[np.bool_] = np.any([kinds.having(kind) for kind in OTHER_DOCUMENTS], axis=0)
    return found


def _outvoted(context: Context, wrongs: WrongRows) -> Floats:
    """By wrong row, the share of the sources that have the person's ID number among those and the ones with another document."""
    troubled = context.troubled
    at = np.flatnonzero(_is_of_another_document(troubled))
    persons = np.unique(np.stack([troubled.group[at], troubled["source_no"][at]]), axis=1)[0]
    others = np.bincount(persons, minlength=len(troubled.roots))[wrongs.group]
    told_by = context.numbers.told_by[context.numbers.best[wrongs.group]].tolist()
    own = np.array([mask.bit_count() for mask in told_by], dtype=np.int64)
    share: Floats = own / np.maximum(own + others, 1)
    return share


def wrong_names(context: Context) -> WrongRows:
    """All rows whose name is not their person's.

    Not where nobody has the whole name: every row is NM-LOSS by itself then, and none explains another.
    """
    troubled, verdict = context.troubled, context.names
    found = _wrong_rows(troubled, verdict, troubled["name_id"], troubled["name_id"] != 0)
    is_lost = troubled.texts["name_defects"].having("|NM-LOSS|")
    return found.only(~(is_lost[found.at] & is_lost[verdict.row[verdict.best[found.group]]]))


def _wrong_rows(troubled: Troubled, verdict: FieldVerdict, values: Ints, spoken: NDArray[np.bool_]) -> WrongRows:
    true = verdict.truth(0)[troubled.group]
    at = np.flatnonzero((verdict.best[troubled.group] >= 0) & spoken & (values != true))
    return WrongRows(troubled, at, values[at], true[at], verdict.p_wrong()[at], np.full(len(at), -1))


class _Cause(NamedTuple):
    """What a wrong row is told as."""

    code: str
    also: tuple[str, ...]
    evidence: tuple[str, ...]
    facts: dict[str, str]


def number_diagnoses(
    context: Context, wrongs: WrongRows, codes: Sequence[str], also: Sequence[tuple[str, ...]]
) -> Iterator[Diagnosis]:
    """The diagnoses of wrong numbers, with their candidates and evidence. codes, also: of each the code and further ones."""
    for part, some in wrongs.portions():
        is_other = _is_of_another_document(context.troubled)[some.at].tolist()
        texts = context.troubled.texts["id_no"].at(some.at)
        said = [
            _beside(one, text or "", p_wrong) if other else one
            for one, text, p_wrong, other in zip(
                _said_of_rows(context, some, "id_no"), texts, some.p_wrong.tolist(), is_other, strict=True
            )
        ]
        written = pa.array(context.troubled.texts["number"].at(some.at), pa.string()).fill_null("")
        relations, differing = compare_number_pairs(written, from_keys(some.true))
        told = zip(
            codes[part],
            also[part],
            said,
            some.value.tolist(),
            relations.to_pylist(),
            differing.to_pylist(),
            is_other,
            strict=True,
        )
        causes = [
            _Cause(
                code,
                (*further, *_codes(relation)),
                _number_evidence(relation, at, one.told_by, is_invalid=value <= 0, is_other=other, agrees=one.agrees),
                {"p": chance(one.candidates[0].probability), "places": places(at)},
            )
            for code, further, one, value, relation, at, other in told
        ]
        yield from _diagnosed(context, some, "id_no", said, causes)


def _beside(said: Said, document: str, p_wrong: float) -> Said:
    """What is said of a number, with the number of another document, which is the person's unless it is wrong."""
    sources = tuple(sorted({one.source for one in said.observed if one.value == document}))
    own = Candidate("id_no", document, round(1.0 - p_wrong, 4), "other_source", sources)
    others = (one._replace(probability=round(one.probability * p_wrong, 4)) for one in said.candidates)
    return said._replace(candidates=tuple(sorted((own, *others), key=lambda one: (-one.probability, one.value))))


def name_diagnoses(context: Context, wrongs: WrongRows) -> Iterator[Diagnosis]:
    """The diagnoses of wrong names, with their candidates and evidence."""
    verdict, texts = context.names, context.troubled.texts["name"]
    have_one_number = _have_one_number(context.troubled)
    for _, some in wrongs.portions():
        said = _said_of_rows(context, some, "name")
        own, true = texts.at(some.at), texts.at(verdict.row[verdict.best[some.group]])
        kinds = map(verdict.compared.kinds.__getitem__, verdict.compared.kind[some.at].tolist())
        told = zip(said, kinds, own, true, have_one_number[some.group].tolist(), strict=True)
        causes = [
            _Cause(
                "XS-NAME-ALIAS" if name in one.aliases else code if code.startswith("XS-") else "XS-NAME-DISJOINT",
                _codes(also or ""),
                _name_evidence(names_differ(name or "", truth or "", code), one.told_by, one_number=one_number),
                {"p": chance(one.candidates[0].probability)},
            )
            for one, (code, also), name, truth, one_number in told
        ]
        yield from _diagnosed(context, some, "name", said, causes)


def _have_one_number(troubled: Troubled) -> NDArray[np.bool_]:
    """By person, whether every row has the same sound number."""
    if not len(troubled):
        return np.zeros(0, dtype=bool)
    ident, first = troubled["ident"], troubled.starts[:-1]
    alike: NDArray[np.bool_] = np.minimum.reduceat(ident, first) == np.maximum.reduceat(ident, first)
    return alike & (ident[first] > 0)


def _said_of_rows(context: Context, wrongs: WrongRows, field: str) -> list[Said]:
    groups, back = np.unique(wrongs.group, return_inverse=True)
    return list(map(said_of(context, groups, field).__getitem__, back.tolist()))


def _diagnosed(
    context: Context, wrongs: WrongRows, field: str, said: Sequence[Said], causes: Iterable[_Cause]
) -> Iterator[Diagnosis]:
    columns = (wrongs["record_id"], wrongs["root"], wrongs["source_no"], wrongs.group, wrongs.p_wrong)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    fields = (field,)
    for (record, root, source_no, group, p_wrong), one, cause in zip(rows, said, causes, strict=True):
        source, is_blamed = context.source_id(source_no), p_wrong >= BLAME
        yield Diagnosis(
            code=cause.code,
            persons=(root,),
            records=(record,) if is_blamed else (record, *_elsewhere(context, group, source_no)),
            wrong=1,
            source=source,
            fields=fields,
            also=cause.also,
            culprit=source if is_blamed else None,
            p_culprit=round(p_wrong, 4),
            scope_key=source,
            candidates=one.candidates,
            evidence=cause.evidence,
            observed=one.observed,
            confidence=Confidence.OTHER_SOURCE if one.candidates[0].probability >= 0.9 else Confidence.RANKED,
            facts=cause.facts,
        )


def _elsewhere(context: Context, group: int, source_no: int) -> Iterator[int]:
    """One row of every other source, where the evidence does not say which row is wrong.

    Rows shown are rows complained about: a row that is right must not be marked in its owner's workbook.
    """
    return (record for source, record in first_records(context, group).items() if source != source_no)


@lru_cache(maxsize=4096)
def _codes(relation: str) -> tuple[str, ...]:
    """The diagnosis codes of a set text; "equal" is none."""
    return tuple(code for code in relation.split("|") if code.startswith("XS-"))


@lru_cache(maxsize=16_384)
def _number_evidence(
    relation: str, differing: str, told_by: tuple[str, ...], *, is_invalid: bool, is_other: bool, agrees: bool
) -> tuple[str, ...]:
    told = (
        "本行登记的是另一种证件的号码" if is_other else "本行号码不成立（校验、位数或日期不符）" if is_invalid else "",
        numbers_differ(differing, relation),
        agreeing(told_by, "号码"),
        "出生日期列与候选号码的出生日期一致" if agrees else "",
    )
    return tuple(one for one in told if one)


def _name_evidence(differ: str, told_by: tuple[str, ...], *, one_number: bool) -> tuple[str, ...]:
    told = (differ, agreeing(told_by, "姓名"), "各来源证件号码一致" if one_number else "")
    return tuple(one for one in told if one)
