"""Numbers of other persons: shifted blocks, swaps, copies in the family, copies from strangers. One cause each."""

from collections.abc import Iterator, Sequence

from taizhang.sweep.diagnose.context import Context, Row
from taizhang.sweep.diagnose.model import Confidence, Diagnosis
from taizhang.sweep.diagnose.wrong import WrongNumber, by_place, number_diagnosis

SHORTEST_SHIFT = 3


def number_diagnoses(context: Context, wrongs: Sequence[WrongNumber]) -> Iterator[Diagnosis]:
    """Every wrong number under exactly one cause, the widest first: block, swap, copy, then the number itself."""
    left = {one.row.record_id: one for one in wrongs}
    for block in _shifted_blocks(context, list(wrongs)):
        for one in block:
            left.pop(one.row.record_id, None)
        yield _together(context, block, "PR-ROW-SHIFT", f"连续{len(block)}行的号码整体错行：号码属于相邻行的人")
    for one in list(left.values()):
        if one.row.record_id not in left:
            continue
        partner = _swap_partner(context, one, left)
        if partner is not None:
            pair = sorted((one, partner), key=lambda w: w.row.record_id)
            for member in pair:
                left.pop(member.row.record_id)
            code = "PR-SWAP" if _same_household(context, one) else "XS-SWAP"
            yield _together(context, pair, code, "两人的号码互相对调：各自的号码在其他来源属于对方")
    for one in left.values():
        yield number_diagnosis(context, one, *_code_of(context, one))


def _code_of(context: Context, wrong: WrongNumber) -> tuple[str, tuple[str, ...]]:
    if wrong.owner is None:
        return _plain(context, wrong), ()
    here = [row for row in context.rows[wrong.owner] if row.source_no == wrong.row.source_no]
    doubled = any(row.ident == wrong.row.ident for row in here)
    if _same_household(context, wrong):
        return ("PR-COPY-FAMILY", ("XS-ID-FAMILY", "PR-ID-TWO-NAMES")) if doubled else ("XS-ID-FAMILY", ())
    return ("PR-ID-TWO-NAMES", ()) if doubled else (_plain(context, wrong), ())


def _plain(context: Context, wrong: WrongNumber) -> str:
    code = str(context.numbers.compared.code[wrong.at])
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


def _shifted_blocks(context: Context, wrongs: list[WrongNumber]) -> Iterator[list[WrongNumber]]:
    for sheet in by_place([one for one in wrongs if one.owner is not None]).values():
        run: list[WrongNumber] = []
        step = 0
        for one in sheet:
            offset = _offset(context, one)
            follows = bool(run) and one.row.row_no == run[-1].row.row_no + 1
            if follows and offset == step and step != 0:
                run.append(one)
                continue
            if follows and len(run) >= SHORTEST_SHIFT and _owner_inside(context, one, run):
                run.append(one)
            if len(run) >= SHORTEST_SHIFT:
                yield run
            run, step = ([one], offset) if offset else ([], 0)
        if len(run) >= SHORTEST_SHIFT:
            yield run


def _offset(context: Context, wrong: WrongNumber) -> int:
    """+1 or −1 where the number's owner stands in the next or the previous row of the sheet, else 0."""
    offsets = {row.row_no - wrong.row.row_no for row in _in_sheet(context, wrong)}
    return 1 if 1 in offsets else -1 if -1 in offsets else 0


def _owner_inside(context: Context, wrong: WrongNumber, run: list[WrongNumber]) -> bool:
    rows = {one.row.row_no for one in run}
    return any(row.row_no in rows for row in _in_sheet(context, wrong))


def _in_sheet(context: Context, wrong: WrongNumber) -> list[Row]:
    place = (wrong.row.source_no, wrong.row.file_no, wrong.row.sheet_no)
    rows = context.rows[wrong.owner] if wrong.owner is not None else []
    return [row for row in rows if (row.source_no, row.file_no, row.sheet_no) == place]


def _together(context: Context, members: Sequence[WrongNumber], code: str, sentence: str) -> Diagnosis:
    """One diagnosis for several rows of one source with one cause."""
    parts = [number_diagnosis(context, one, code, ()) for one in members]
    first = parts[0]
    also = {"PR-SWAP": ("XS-SWAP", "XS-ID-FAMILY"), "XS-SWAP": ("PR-SWAP",), "PR-ROW-SHIFT": ("XS-ID-DISJOINT",)}
    people = tuple(part.persons[0] for part in parts)
    wrong = tuple(one.row.record_id for one in members)
    others = tuple(record for part in parts for record in part.records if record not in wrong)
    p_wrong = sum(one.p_wrong for one in members) / len(members)
    return Diagnosis(
        code=code,
        persons=people,
        records=(*wrong, *dict.fromkeys(others)),
        wrong=len(wrong),
        source=first.source,
        fields=("id_no",),
        also=also[code],
        culprit=first.source,
        p_culprit=round(p_wrong, 4),
        scope_key=str(first.source),
        candidates=tuple(part.candidates[0] for part in parts if part.candidates),
        evidence=(sentence, *first.evidence[-1:]),
        observed=tuple(one for part in parts for one in part.observed),
        confidence=Confidence.RANKED,
        facts={"n": str(len(members))},
    )
