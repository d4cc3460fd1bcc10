"""Values of other persons: displaced blocks, exchanges, copies in the family, copies from strangers. One cause each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log

import numpy as np

from taizhang.sweep.diagnose.context import Context
from taizhang.sweep.diagnose.displaced import Block, displaced_blocks
from taizhang.sweep.diagnose.model import Confidence, Diagnosis
from taizhang.sweep.diagnose.wrong import Wrong, WrongRows, each, name_diagnoses, number_diagnoses
from taizhang.sweep.link.features import Ints

CAUSES = {"PR-ROW-SHIFT": "整段错行", "PR-SWAP": "两人号码对调", "XS-SWAP": "两人号码对调"}
"""What happened to a number in the row from which another ledger took it over."""
SUREST = 0.999
"""Beyond this a row counts no more towards the cause it shares with others."""


def value_diagnoses(context: Context, numbers: WrongRows, names: WrongRows) -> Iterator[Diagnosis]:
    """Every wrong value under exactly one cause, the widest first: block of a sheet, exchange of two persons, copy, the value.

    What is about numbers comes first.
    """
    taken = each(numbers, np.flatnonzero(numbers.owner >= 0))
    blocks = displaced_blocks(context, taken, names)
    displaced = {one.place for block in blocks for one in block.numbers}
    taken = [one for one in taken if one.place not in displaced]
    pairs = list(_exchanges(context, taken))
    origins = {_claim(one): _Origin(one, "PR-ROW-SHIFT") for block in blocks for one in block.numbers}
    for code, pair in pairs:
        for one in pair:
            origins.setdefault(_claim(one), _Origin(one, code))
    together = [(one, "PR-ROW-SHIFT") for block in blocks for one in block.numbers]
    together += [(one, code) for code, pair in pairs for one in pair]
    renamed = [one for block in blocks for one in block.names]
    parts = _Parts.of(context, numbers, names, together, renamed)
    yield from (_of_block(context, block, parts) for block in blocks)
    for code, pair in pairs:
        sentence = "两人的号码互相对调：各自的号码在其他来源属于对方"
        yield _cause(context, pair, [parts.numbers[one.place] for one in pair], code, sentence, ("id_no",))
    yield from _alone(context, numbers, {one.place for one, _ in together}, taken, origins)
    yield from name_diagnoses(context, names.only(_but(names, {one.place for one in renamed})))


def _but(wrongs: WrongRows, places: Collection[int]) -> Ints:
    """The places of all wrong rows but some."""
    return np.setdiff1d(np.arange(len(wrongs)), np.array(sorted(places), dtype=np.int64), assume_unique=True)


@dataclass(frozen=True)
class _Parts:
    """The diagnoses of rows that have a cause together, each as if it were alone, by place among the wrong rows."""

    numbers: Mapping[int, Diagnosis]
    names: Mapping[int, Diagnosis]

    @classmethod
    def of(
        cls,
        context: Context,
        numbers: WrongRows,
        names: WrongRows,
        together: Sequence[tuple[Wrong, str]],
        renamed: Sequence[Wrong],
    ) -> "_Parts":
        """together: wrong numbers with their code. renamed: wrong names."""
        places = [one.place for one, _ in together]
        codes = [code for _, code in together]
        some = numbers.only(np.array(places, dtype=np.int64))
        of_numbers = number_diagnoses(context, some, codes, [()] * len(codes))
        named = [one.place for one in renamed]
        of_names = name_diagnoses(context, names.only(np.array(named, dtype=np.int64)))
        return cls(dict(zip(places, of_numbers, strict=True)), dict(zip(named, of_names, strict=True)))


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a wrong number came to its person: a row of a block or an exchange, from which others may have taken it over."""

    wrong: Wrong
    code: str


def _claim(wrong: Wrong) -> tuple[int, int]:
    return wrong.row.root, wrong.row.ident


def _exchanges(context: Context, taken: Sequence[Wrong]) -> Iterator[tuple[str, list[Wrong]]]:
    """Two rows of one source that have each other's number, with the code of that."""
    left = {one.row.record_id: one for one in taken}
    for one in taken:
        partner = _swap_partner(context, one, left) if one.row.record_id in left else None
        if partner is not None:
            pair = sorted((one, partner), key=lambda w: w.row.record_id)
            for member in pair:
                left.pop(member.row.record_id)
            yield "PR-SWAP" if _same_household(context, one) else "XS-SWAP", pair


def _alone(
    context: Context,
    numbers: WrongRows,
    told: Collection[int],
    taken: Sequence[Wrong],
    origins: Mapping[tuple[int, int], _Origin],
) -> Iterator[Diagnosis]:
    """Wrong numbers that have a cause each. told: places of the others. taken: those that are another person's."""
    codes: list[str] = _plain(context, numbers)
    also: list[tuple[str, ...]] = [()] * len(numbers)
    for wrong in taken:
        codes[wrong.place], also[wrong.place] = _code_of(context, wrong, codes[wrong.place])
    left = _but(numbers, told)
    some = numbers.only(left)
    found = number_diagnoses(context, some, [codes[at] for at in left.tolist()], [also[at] for at in left.tolist()])
    claims = zip(some["root"].tolist(), some.value.tolist(), strict=True)
    for alone, claim in zip(found, claims, strict=True):
        yield _taken_over(context, alone, origins.get(claim))


def _taken_over(context: Context, alone: Diagnosis, origin: _Origin | None) -> Diagnosis:
    """A wrong number that another ledger's row has by a cause of its own: that cause, too, and where it is."""
    if origin is None:
        return alone
    row = origin.wrong.row
    said = f"{context.title(row.source_no)}第{row.row_no}行有同一错误，那里是{CAUSES[origin.code]}：疑为由其抄来"
    return replace(alone, also=(*alone.also, origin.code), evidence=(*alone.evidence, said))


def _code_of(context: Context, wrong: Wrong, plain: str) -> tuple[str, tuple[str, ...]]:
    """The code of a number that is another person's, and further ones. plain: the code of a number that is nobody's."""
    here = [row for row in context.rows[wrong.owner] if row.source_no == wrong.row.source_no]
    doubled = any(row.ident == wrong.row.ident for row in here)
    if _same_household(context, wrong):
        return ("PR-COPY-FAMILY", ("XS-ID-FAMILY", "PR-ID-TWO-NAMES")) if doubled else ("XS-ID-FAMILY", ())
    return ("PR-ID-TWO-NAMES" if doubled else plain), ()


def _plain(context: Context, numbers: WrongRows) -> list[str]:
    """The codes of how wrong numbers differ from the likeliest ones.

    Where the damage shows in the row itself, the other sources only say what it was: ID-EXCEL-TRUNC, ID-TWO-IN-CELL.
    """
    compared = context.numbers.compared.only(numbers.at)
    codes = compared.each(lambda code: code if code.startswith("XS-") else "XS-ID-DISJOINT").astype(object)
    defects = context.troubled.texts["id_defects"]
    is_cut = defects.having("|ID-EXCEL-TRUNC|")[numbers.at]
    codes[compared.is_any("XS-ID-EXCEL") & is_cut] = "ID-EXCEL-TRUNC"
    codes[defects.having("|ID-TWO-IN-CELL|")[numbers.at]] = "ID-TWO-IN-CELL"
    found: list[str] = codes.tolist()
    return found


def _same_household(context: Context, wrong: Wrong) -> bool:
    own, other = ({row.hh for row in context.rows[root]} - {-1} for root in (wrong.row.root, wrong.owner))
    return bool(own & other)


def _swap_partner(context: Context, one: Wrong, left: Mapping[int, Wrong]) -> Wrong | None:
    """The row of the number's owner in the same source that carries this person's number."""
    for row in context.rows[one.owner]:
        other = left.get(row.record_id)
        if other is not None and row.source_no == one.row.source_no and row.ident == one.true:
            return other
    return None


def _of_block(context: Context, block: Block, parts: _Parts) -> Diagnosis:
    numbers = [parts.numbers[one.place] for one in block.numbers]
    names = [parts.names[one.place] for one in block.names]
    fields = (("id_no",) if numbers else ()) + (("name",) if names else ())
    said = "与".join(one for one, there in (("号码", numbers), ("姓名", names)) if there)
    low, high = block.rows
    if block.step is None:
        sentence = f"第{low}至{high}行的{said}与本行其他各列不是同一人，却都是这些行里的人：疑为单独排序或粘贴错位"
    else:
        side = "下" if block.step > 0 else "上"
        sentence = (
            f"第{low}至{high}行的{said}整体错开{abs(block.step)}行：每行的{said}属于{side}{abs(block.step)}行的人"
        )
    return _cause(context, block.wrongs, [*numbers, *names], "PR-ROW-SHIFT", sentence, fields)


def _cause(
    context: Context,
    members: Sequence[Wrong],
    parts: Sequence[Diagnosis],
    code: str,
    sentence: str,
    fields: tuple[str, ...],
) -> Diagnosis:
    """One diagnosis for several rows of one source with one cause. parts: the diagnoses of the rows by themselves."""
    also = {"PR-SWAP": ("XS-SWAP", "XS-ID-FAMILY"), "XS-SWAP": ("PR-SWAP",), "PR-ROW-SHIFT": ("XS-ID-DISJOINT",)}
    source = context.source_id(members[0].row.source_no)
    wrong = tuple(dict.fromkeys(one.row.record_id for one in members))
    others = tuple(record for part in parts for record in part.records if record not in set(wrong))
    p_wrong = _of_one_cause([one.p_wrong for one in members])
    return Diagnosis(
        code=code,
        persons=tuple(dict.fromkeys(one.row.root for one in members)),
        records=(*wrong, *dict.fromkeys(others)),
        wrong=len(wrong),
        source=source,
        fields=fields,
        also=also[code] if fields == ("id_no",) else (),
        culprit=source,
        p_culprit=round(p_wrong, 4),
        scope_key=source,
        candidates=tuple(part.candidates[0] for part in parts if part.candidates),
        evidence=(sentence, *parts[0].evidence[-1:]),
        observed=tuple(one for part in parts for one in part.observed),
        confidence=Confidence.RANKED,
        facts={"n": str(len(wrong))},
    )


def _of_one_cause(chances: Sequence[float]) -> float:
    """The probability of a cause that each row by itself makes so probable: the rows are wrong all together or not at all."""
    odds = sum(log(min(one, SUREST) / (1.0 - min(one, SUREST))) for one in chances)
    return max(1.0 / (1.0 + exp(-odds)), sum(chances) / len(chances))
