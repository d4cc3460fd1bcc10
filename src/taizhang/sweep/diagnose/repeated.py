"""One person several times in one source, and one number for two persons."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from taizhang.sweep.diagnose.context import Context
from taizhang.sweep.diagnose.model import Confidence, Diagnosis, Observed
from taizhang.sweep.diagnose.person import candidates_of
from taizhang.sweep.link.facts import UNKNOWN_NUMBER
from taizhang.sweep.link.features import Ints, integers

PUSHED = "app"
"""Pushed records come again by design; the same person twice from one household is no complaint there."""


READ = ("id_kind", "id_no")
"""Texts that are read of rows of persons that stand more than once."""
_Texts = Mapping[int, str | None]
"""A text by row."""


def repeated_persons(context: Context) -> Iterator[Diagnosis]:
    """One diagnosis for every person that stands more than once in a source."""
    troubled = context.troubled
    present = np.flatnonzero(troubled["present"] != 0)
    group, source = troubled.group[present], troubled["source_no"][present]
    fresh = np.ones(len(present), dtype=bool)
    fresh[1:] = (group[1:] != group[:-1]) | (source[1:] != source[:-1])
    first = np.flatnonzero(fresh)
    count = np.diff(np.append(first, len(present)))
    several = present[np.repeat(count > 1, count)]
    texts = {name: dict(zip(several.tolist(), troubled.texts[name].at(several), strict=True)) for name in READ}
    for at, n in zip(first[count > 1].tolist(), count[count > 1].tolist(), strict=True):
        found = _repeated(context, int(group[at]), int(source[at]), present[at : at + n].tolist(), texts)
        if found is not None:
            yield found


def _repeated(
    context: Context, group: int, source_no: int, members: Sequence[int], texts: Mapping[str, _Texts]
) -> Diagnosis | None:
    troubled = context.troubled
    households = {int(troubled["hh"][m]) for m in members}
    idents = {int(troubled["ident"][m]) for m in members if int(troubled["ident"][m]) > UNKNOWN_NUMBER}
    kinds = {texts["id_kind"][m] for m in members}
    valid = {ident for ident in idents if ident > 0}
    pushed = context.sources[source_no].kind == PUSHED
    also: tuple[str, ...] = ()
    if len(valid) > 1:
        code, also = "PR-NAME-TWO-IDS", _relations(context, members)
    elif len(households) > 1:
        code, also = "PR-DUP-HOUSEHOLD", ("XS-HOUSEHOLD",)
    elif {"citizen_15", "citizen"} <= kinds:
        code, also = "PR-DUP-15-18", ("ID-15", "PR-DUP-ROW")
    elif "disability" in kinds and len(kinds) > 1:
        code, also = "PR-DUP-DISABILITY", ("PR-DUP-ROW",)
    else:
        code = "PR-DUP-ROW"
        if pushed:
            return None
    wrong = _latecomers(context, group, members, texts["id_kind"])
    others = [m for m in members if m not in wrong]
    source = context.source_id(source_no)
    ordered = (*wrong, *others)
    fields = {"PR-DUP-HOUSEHOLD": ("household_no", "id_no"), "PR-NAME-TWO-IDS": ("id_no",)}.get(code, ("id_no", "name"))
    return Diagnosis(
        code=code,
        persons=(int(troubled.roots[group]),),
        records=tuple(int(troubled["record_id"][m]) for m in ordered),
        wrong=len(wrong),
        source=source,
        fields=fields,
        also=also,
        culprit=source,
        p_culprit=0.95,
        scope_key=source,
        candidates=next(candidates_of(context, np.array([group]), "id_no")) if code == "PR-NAME-TWO-IDS" else (),
        evidence=(f"同一来源内有{len(members)}行是同一人",),
        observed=tuple(Observed(source, "id_no", texts["id_no"][m]) for m in ordered),
        confidence=Confidence.RANKED,
        facts={"n": str(len(members))},
    )


def _relations(context: Context, members: Sequence[int]) -> tuple[str, ...]:
    codes = {context.numbers.compared.of(m).code for m in members}
    return tuple(sorted(code for code in codes if code.startswith("XS-")))


def _latecomers(context: Context, group: int, members: Sequence[int], kinds: _Texts) -> list[int]:
    """The rows too many: those off the person's number or household first, else all but the first."""
    troubled, verdict = context.troubled, context.numbers
    best = int(verdict.best[group])
    true_key = int(verdict.value[best]) if best >= 0 else 0
    home = _home(context, group)

    def oddness(at: int) -> tuple[bool, bool, bool, int]:
        return (
            int(troubled["ident"][at]) != true_key,
            int(troubled["hh"][at]) != home,
            kinds[at] != "citizen",
            int(troubled["record_id"][at]),
        )

    return sorted(members, key=oddness)[1:]


def _home(context: Context, group: int) -> int:
    """The household most rows of the person stand in, the smallest on a tie."""
    troubled = context.troubled
    counts: dict[int, int] = defaultdict(int)
    members = troubled.members(group)
    for hh in troubled["hh"][members.start : members.stop].tolist():
        counts[hh] += 1
    return min(counts, key=lambda hh: (-counts[hh], hh))


def shared_numbers(context: Context, independent: dict[int, int]) -> Iterator[Diagnosis]:
    """Valid numbers that are the likeliest number of two persons at once.

    independent: source mask → number of independent witnesses in it. Two witnesses for each of two persons make it a
    number that was really issued twice (重号): PR-ID-SHARED, without a suggestion. Otherwise the person with fewer
    witnesses probably carries the other's number; one of many persons is nobody's.
    """
    table = context.engine.fetch("""
        SELECT c.ident, p.root, BIT_OR(c.mask) AS mask, MIN(c.first_record) AS record_id, MIN(c.cell_id) AS cell_id
        FROM cell AS c JOIN cell_person AS p ON p.cell_id = c.cell_id
        SEMI JOIN (
            SELECT e.ident FROM cell AS e JOIN cell_person AS q ON q.cell_id = e.cell_id
            WHERE e.ident > 0 GROUP BY e.ident HAVING COUNT(DISTINCT q.root) > 1) AS s ON s.ident = c.ident
        GROUP BY c.ident, p.root ORDER BY c.ident, p.root
    """)
    may_be_theirs = pa.array(_may_be_theirs(context, integers(table["ident"]), integers(table["root"])))
    held = table.filter(may_be_theirs)
    claimed: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for ident, root, mask, record, _ in zip(*(held[name].to_pylist() for name in held.column_names), strict=True):
        claimed[ident].append((root, mask, record))
    wanted = {ident: holders for ident, holders in claimed.items() if len(holders) > 1}
    rows = _rows_of(context, wanted)
    for ident, holders in wanted.items():
        yield _shared(context, ident, holders, independent, rows)


def _may_be_theirs(context: Context, idents: Ints, roots: Ints) -> NDArray[np.bool_]:
    """Whether numbers are the likeliest ones of persons; a person who is not troubled has no other."""
    troubled, truth = context.troubled, context.numbers.truth(0)
    place = np.searchsorted(troubled.roots, roots)
    is_troubled = np.append(troubled.roots, -1)[place] == roots
    return np.asarray(~is_troubled | (np.append(truth, 0)[place] == idents))


def _rows_of(
    context: Context, wanted: dict[int, list[tuple[int, int, int]]]
) -> dict[tuple[int, int], list[tuple[int, int, str | None]]]:
    context.engine.register("shared_ident", pa.table({"ident": pa.array(sorted(wanted), pa.int64())}))
    table = context.engine.fetch("""
        SELECT c.ident, c.root, c.record_id, c.source_no, r.name FROM involved_person AS c
        SEMI JOIN shared_ident AS s ON s.ident = c.ident
        JOIN claim_text AS r ON r.record_id = c.record_id ORDER BY c.record_id
    """)
    rows: dict[tuple[int, int], list[tuple[int, int, str | None]]] = defaultdict(list)
    for ident, root, record, source_no, name in zip(*(table[n].to_pylist() for n in table.column_names), strict=True):
        rows[ident, root].append((record, source_no, name))
    return rows


def _shared(
    context: Context,
    ident: int,
    holders: Sequence[tuple[int, int, int]],
    independent: dict[int, int],
    rows: dict[tuple[int, int], list[tuple[int, int, str | None]]],
) -> Diagnosis:
    ordered = sorted(holders, key=lambda holder: (independent[holder[1]], holder[0]))
    weakest = ordered[0]
    own = rows[ident, weakest[0]]
    many = independent[weakest[1]] >= 2
    genuine = many and len(ordered) == 2
    source_no = own[0][1]
    inside = any(source_no in {row[1] for row in rows[ident, other[0]]} for other in ordered[1:])
    lone = len({row[1] for row in own}) == 1
    tie = independent[ordered[1][1]] == independent[weakest[1]]
    decided = lone and not many and not tie
    source = context.source_id(source_no)
    if genuine:
        sentence = "两人各有两个以上独立来源登记同一号码，疑为重号，须由公安核实"
    elif many:
        sentence = f"同一号码被多个来源登记给{len(ordered)}个人，不会是其中任何一人的号码"
    else:
        sentence = "同一号码登记在两个不同的人名下，此人只有较少来源支持"
    people = tuple(holder[0] for holder in (sorted(ordered) if many else ordered))
    # Rows shown are rows complained about: where the evidence decides, the rightful holder's rows are not among them.
    shown = ordered[:1] if decided else ordered
    records = tuple(row[0] for holder in shown for row in rows[ident, holder[0]])
    return Diagnosis(
        code="PR-ID-SHARED" if genuine else "PR-ID-TWO-NAMES" if inside or many else "XS-NAME-DISJOINT",
        persons=people,
        records=records,
        wrong=len(own),
        source=source,
        fields=("id_no", "name"),
        culprit=source if decided else None,
        p_culprit=0.7 if decided else None,
        scope_key="" if many else source,
        evidence=(sentence,),
        observed=tuple(
            Observed(context.source_id(s), "name", name) for holder in ordered for _, s, name in rows[ident, holder[0]]
        ),
        confidence=Confidence.NONE,
    )
