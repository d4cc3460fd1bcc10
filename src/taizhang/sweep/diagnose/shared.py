"""One number for two persons: issued twice, copied from a housemate, or somebody else's by mistake."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from taizhang.identity.numbers import from_key
from taizhang.sweep.diagnose.context import Context
from taizhang.sweep.diagnose.model import Confidence, Diagnosis, Observed
from taizhang.sweep.link.features import Ints, integers

FEW_WITNESSES, DENIED = 0.7, 0.95
"""Probability that the ledger is wrong which alone gives somebody a number that others give to another; and that a
number is not its holder's whose own columns of birth and sex deny it while they bear out another's."""


@dataclass(frozen=True, slots=True)
class _HeldRow:
    """A row of a holder: what it says of its person beside the number.

    household: in its source, None where it has none. born: whether its date of birth is the number's, None where it has none.
    is_other_sex: whether its sex is not the number's.
    """

    record_id: int
    source_no: int
    name: str | None
    household: int | None
    born: bool | None
    is_other_sex: bool


@dataclass(frozen=True, slots=True)
class _Holder:
    """A person whose likeliest number it is. witnesses: independent sources that give it to this person."""

    root: int
    witnesses: int
    rows: Sequence[_HeldRow]

    @property
    def denying(self) -> int:
        """Rows whose date of birth or sex is not the number's, less those whose date of birth is."""
        denied = sum(row.born is False or row.is_other_sex for row in self.rows)
        return denied - sum(row.born is True and not row.is_other_sex for row in self.rows)


def shared_numbers(context: Context, independent: Callable[[int], int]) -> Iterator[Diagnosis]:
    """Valid numbers that are the likeliest number of two persons at once.

    independent: gives for a source mask the number of independent witnesses in it. A number tells its holder's date of birth and sex, and
    nobody issues two alike into one household. So two witnesses for each of two persons of different households, whose
    columns do not deny the number, make it one that was really issued twice (重号): PR-ID-SHARED, without a suggestion.
    Of housemates one carries the other's (PR-COPY-FAMILY). Otherwise the person whose own columns deny the number, or with
    fewer witnesses, probably carries the other's; one of many persons is nobody's.
    """
    table = context.engine.fetch("""
        SELECT c.ident, p.root, BIT_OR(c.mask) AS mask FROM cell AS c JOIN cell_person AS p ON p.cell_id = c.cell_id
        SEMI JOIN (
            SELECT e.ident FROM cell AS e JOIN cell_person AS q ON q.cell_id = e.cell_id
            WHERE e.ident > 0 GROUP BY e.ident HAVING COUNT(DISTINCT q.root) > 1) AS s ON s.ident = c.ident
        GROUP BY c.ident, p.root ORDER BY c.ident, p.root
    """)
    may_be_theirs = pa.array(_may_be_theirs(context, integers(table["ident"]), integers(table["root"])))
    held = table.filter(may_be_theirs)
    claimed: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for ident, root, mask in zip(*(held[name].to_pylist() for name in held.column_names), strict=True):
        claimed[ident].append((root, independent(mask)))
    wanted = {ident: holders for ident, holders in claimed.items() if len(holders) > 1}
    rows = _rows_of(context, sorted(wanted))
    for ident, holders in wanted.items():
        yield from _shared(context, [_Holder(root, witnesses, rows[ident, root]) for root, witnesses in holders])


def _may_be_theirs(context: Context, idents: Ints, roots: Ints) -> NDArray[np.bool_]:
    """Whether numbers are the likeliest ones of persons; a person who is not troubled has no other."""
    troubled, truth = context.troubled, context.numbers.truth(0)
    place = np.searchsorted(troubled.roots, roots)
    is_troubled = np.append(troubled.roots, -1)[place] == roots
    return np.asarray(~is_troubled | (np.append(truth, 0)[place] == idents))


def _rows_of(context: Context, idents: Sequence[int]) -> Mapping[tuple[int, int], list[_HeldRow]]:
    """The rows with these numbers by number and person, in their order."""
    context.engine.register("shared_ident", pa.table({"ident": pa.array(idents, pa.int64())}))
    table = context.engine.fetch("""
        SELECT c.ident, c.root, c.record_id, c.source_no, r.name, c.hh_no, c.birth_date = c.id_birth AS born, c.sex
        FROM involved_person AS c
        SEMI JOIN shared_ident AS s ON s.ident = c.ident
        JOIN claim_text AS r ON r.record_id = c.record_id ORDER BY c.record_id
    """)
    sexes = {ident: 2 - int(from_key(ident)[16]) % 2 for ident in idents}
    rows: dict[tuple[int, int], list[_HeldRow]] = defaultdict(list)
    columns = (table[name].to_pylist() for name in table.column_names)
    for ident, root, record, source_no, name, household, born, sex in zip(*columns, strict=True):
        is_other = sex is not None and sex != sexes[ident]
        rows[ident, root].append(_HeldRow(record, source_no, name, household, born, is_other))
    return rows


def _are_housemates(one: _Holder, other: _Holder) -> bool:
    """Whether most sources that have both have them in one household.

    Their own households are asked, not the county's: that may have followed the very number.
    """
    homes, others = ({row.source_no: row.household for row in holder.rows} for holder in (one, other))
    pairs = [(homes[at], others[at]) for at in homes.keys() & others.keys()]
    together = sum(here is not None and here == there for here, there in pairs)
    return 2 * together > len(pairs)


def _shared(context: Context, holders: Sequence[_Holder]) -> Iterator[Diagnosis]:
    ordered = sorted(holders, key=lambda holder: (holder.witnesses, holder.root))
    denied = [holder for holder in ordered if holder.denying > 0]
    fitting = [holder for holder in ordered if holder not in denied]
    if denied and len(fitting) == 1 and fitting[0].denying < 0:
        for holder in denied:
            yield from _denied(context, holder, fitting[0])
    else:
        yield _undecided(context, ordered, is_denied=bool(denied))


def _denied(context: Context, holder: _Holder, owner: _Holder) -> Iterator[Diagnosis]:
    """One for every source that gives the number to a holder whom it cannot belong to."""
    at_home = _are_housemates(holder, owner)
    there = {row.source_no for row in owner.rows}
    for source_no in sorted({row.source_no for row in holder.rows}):
        own = [row for row in holder.rows if row.source_no == source_no]
        sentence = "此人的出生日期或性别列与号码不符，号码另一持有人的与之相符" + ("，两人同户" if at_home else "")
        yield _diagnosis(
            context,
            (holder, owner),
            own,
            own,
            _code(inside=source_no in there, at_home=at_home),
            sentence,
            p_wrong=DENIED,
            scope=context.source_id(source_no),
        )


def _undecided(context: Context, ordered: Sequence[_Holder], *, is_denied: bool) -> Diagnosis:
    """Where the columns do not tell who it belongs to. ordered: the holder with the fewest witnesses first."""
    weakest, others = ordered[0], ordered[1:]
    own = weakest.rows
    many = weakest.witnesses >= 2
    at_home = all(_are_housemates(weakest, holder) for holder in others)
    inside = any(row.source_no == own[0].source_no for holder in others for row in holder.rows)
    few = not many and len({row.source_no for row in own}) == 1 and others[0].witnesses > weakest.witnesses
    code = _code(inside=inside or many, at_home=at_home)
    if at_home:
        sentence = "同户两人登记同一号码，其中一人的号码抄自家人"
    elif many and len(ordered) == 2 and not is_denied:
        code, sentence = "PR-ID-SHARED", "两人各有两个以上独立来源登记同一号码，疑为重号，须由公安核实"
    elif many:
        sentence = f"同一号码被多个来源登记给{len(ordered)}个人，不会是其中任何一人的号码"
        if len(ordered) == 2:
            sentence = "同一号码被多个来源登记给两个人，出生日期或性别列与之不符，不是重号"
    else:
        sentence = f"同一号码登记在{len(ordered)}个不同的人名下"
        if others[0].witnesses > weakest.witnesses:
            sentence += "，此人只有较少来源支持"
    # Rows shown are rows complained about: where the evidence decides, the rightful holder's rows are not among them.
    shown = own if few else [row for holder in ordered for row in holder.rows]
    people = sorted(ordered, key=lambda holder: holder.root) if many else ordered
    scope = "" if many else context.source_id(own[0].source_no)
    return _diagnosis(context, people, own, shown, code, sentence, p_wrong=FEW_WITNESSES if few else None, scope=scope)


def _code(*, inside: bool, at_home: bool) -> str:
    """inside: one source gives the number to both."""
    if at_home:
        return "PR-COPY-FAMILY"
    return "PR-ID-TWO-NAMES" if inside else "XS-NAME-DISJOINT"


def _diagnosis(
    context: Context,
    people: Sequence[_Holder],
    own: Sequence[_HeldRow],
    shown: Sequence[_HeldRow],
    code: str,
    sentence: str,
    *,
    p_wrong: float | None,
    scope: str,
) -> Diagnosis:
    source = context.source_id(own[0].source_no)
    told = [*own, *(row for holder in people for row in holder.rows if row not in own)]
    return Diagnosis(
        code=code,
        persons=tuple(holder.root for holder in people),
        records=tuple(row.record_id for row in shown),
        wrong=len(own),
        source=source,
        fields=("id_no", "name"),
        also=("XS-ID-FAMILY", "PR-ID-TWO-NAMES") if code == "PR-COPY-FAMILY" else (),
        culprit=source if p_wrong is not None else None,
        p_culprit=p_wrong,
        scope_key=scope,
        evidence=(sentence,),
        observed=tuple(Observed(context.source_id(row.source_no), "name", row.name) for row in told),
        confidence=Confidence.NONE,
    )
