"""Values of other persons: displaced blocks, exchanges, copies in the family, copies from strangers. One cause each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, log

from taizhang.sweep.diagnose.context import Context
from taizhang.sweep.diagnose.displaced import Block, displaced_blocks
from taizhang.sweep.diagnose.model import Confidence, Diagnosis
from taizhang.sweep.diagnose.wrong import WrongName, WrongNumber, name_diagnosis, number_diagnosis

CAUSES = {"PR-ROW-SHIFT": "整段错行", "PR-SWAP": "两人号码对调", "XS-SWAP": "两人号码对调"}
"""What happened to a number in the row from which another ledger took it over."""
SUREST = 0.999
"""Beyond this a row counts no more towards the cause it shares with others."""


def value_diagnoses(
    context: Context, numbers: Sequence[WrongNumber], names: Sequence[WrongName]
) -> tuple[list[Diagnosis], list[Diagnosis]]:
    """(of numbers and of whole blocks, of names): every wrong value under exactly one cause, the widest first.

    Block of a sheet, exchange of two persons, copy, then the value itself.
    """
    blocks = displaced_blocks(context, numbers, names)
    displaced = {one.at for block in blocks for one in block.numbers}
    renamed = {one.at for block in blocks for one in block.names}
    origins = {_claim(one): _Origin(one, "PR-ROW-SHIFT") for block in blocks for one in block.numbers}
    of_numbers = [
        *(_of_block(context, block) for block in blocks),
        *_number_diagnoses(context, [one for one in numbers if one.at not in displaced], origins),
    ]
    return of_numbers, [name_diagnosis(context, one) for one in names if one.at not in renamed]


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a wrong number came to its person: a row of a block or an exchange, from which others may have taken it over."""

    wrong: WrongNumber
    code: str


def _claim(wrong: WrongNumber) -> tuple[int, int]:
    return wrong.row.root, wrong.row.ident


def _number_diagnoses(
    context: Context, wrongs: Sequence[WrongNumber], origins: dict[tuple[int, int], _Origin]
) -> Iterator[Diagnosis]:
    """origins: of the numbers of blocks; those of exchanges are added to them."""
    left = {one.row.record_id: one for one in wrongs}
    for one in list(left.values()):
        if one.row.record_id not in left:
            continue
        partner = _swap_partner(context, one, left)
        if partner is not None:
            pair = sorted((one, partner), key=lambda w: w.row.record_id)
            code = "PR-SWAP" if _same_household(context, one) else "XS-SWAP"
            for member in pair:
                left.pop(member.row.record_id)
                origins.setdefault(_claim(member), _Origin(member, code))
            yield _together(context, pair, code, "两人的号码互相对调：各自的号码在其他来源属于对方")
    for one in left.values():
        alone = number_diagnosis(context, one, *_code_of(context, one))
        yield _taken_over(context, alone, origins.get(_claim(one)))


def _taken_over(context: Context, alone: Diagnosis, origin: _Origin | None) -> Diagnosis:
    """A wrong number that another ledger's row has by a cause of its own: that cause, too, and where it is."""
    if origin is None:
        return alone
    row = origin.wrong.row
    said = f"{context.title(row.source_no)}第{row.row_no}行有同一错误，那里是{CAUSES[origin.code]}：疑为由其抄来"
    return replace(alone, also=(*alone.also, origin.code), evidence=(*alone.evidence, said))


def _code_of(context: Context, wrong: WrongNumber) -> tuple[str, tuple[str, ...]]:
    if wrong.owner is None:
        return _plain(context, wrong), ()
    here = [row for row in context.rows[wrong.owner] if row.source_no == wrong.row.source_no]
    doubled = any(row.ident == wrong.row.ident for row in here)
    if _same_household(context, wrong):
        return ("PR-COPY-FAMILY", ("XS-ID-FAMILY", "PR-ID-TWO-NAMES")) if doubled else ("XS-ID-FAMILY", ())
    return ("PR-ID-TWO-NAMES", ()) if doubled else (_plain(context, wrong), ())


def _plain(context: Context, wrong: WrongNumber) -> str:
    code = context.numbers.compared.of(wrong.at).code
    if code == "XS-ID-EXCEL" and "|ID-EXCEL-TRUNC|" in (context.troubled.texts["id_defects"][wrong.at] or ""):
        return "ID-EXCEL-TRUNC"  # the damage shows in the row itself; the other sources only say what it was
    return code if code.startswith("XS-") else "XS-ID-DISJOINT"


def _same_household(context: Context, wrong: WrongNumber) -> bool:
    own = {row.hh for row in context.rows[wrong.row.root]} - {-1}
    other = {row.hh for row in context.rows[wrong.owner]} - {-1} if wrong.owner is not None else set()
    return bool(own & other)


def _swap_partner(context: Context, one: WrongNumber, left: dict[int, WrongNumber]) -> WrongNumber | None:
    """The row of the number's owner in the same source that carries this person's number."""
    if one.owner is None:
        return None
    for row in context.rows[one.owner]:
        other = left.get(row.record_id)
        if other is not None and row.source_no == one.row.source_no and row.ident == one.true_key:
            return other
    return None


def _of_block(context: Context, block: Block) -> Diagnosis:
    numbers = [number_diagnosis(context, one, "PR-ROW-SHIFT", ()) for one in block.numbers]
    names = [name_diagnosis(context, one) for one in block.names]
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


def _together(context: Context, members: Sequence[WrongNumber], code: str, sentence: str) -> Diagnosis:
    parts = [number_diagnosis(context, one, code, ()) for one in members]
    return _cause(context, members, parts, code, sentence, ("id_no",))


def _cause(
    context: Context,
    members: Sequence[WrongNumber | WrongName],
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
