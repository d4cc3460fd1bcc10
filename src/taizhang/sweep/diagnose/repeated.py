"""One person several times in one source."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from taizhang.sweep.diagnose.context import Context
from taizhang.sweep.diagnose.model import Confidence, Diagnosis, Observed
from taizhang.sweep.diagnose.person import candidates_of
from taizhang.sweep.link.facts import UNKNOWN_NUMBER

PUSHED = "app"
"""Pushed records come again by design; the same person twice from one household is no complaint there."""


STRANGERS = frozenset({"XS-NAME-GIVEN", "XS-NAME-DISJOINT"})
"""How names of different people differ: one number on them is no row too many."""
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
    elif named := [m for m in members if context.names.compared.of(m).code in STRANGERS]:
        return _two_names(context, group, named, [m for m in members if m not in named])
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


def _two_names(context: Context, group: int, named: Sequence[int], others: Sequence[int]) -> Diagnosis:
    """Rows of one number that name different people. named: those that do not have the person's likeliest name."""
    troubled = context.troubled
    ordered = (*named, *others)
    source = context.source_id(int(troubled["source_no"][ordered[0]]))
    names = troubled.texts["name"].at(np.array(ordered))
    return Diagnosis(
        code="PR-ID-TWO-NAMES",
        persons=(int(troubled.roots[group]),),
        records=tuple(int(troubled["record_id"][m]) for m in ordered),
        wrong=len(named),
        source=source,
        fields=("id_no", "name"),
        also=tuple(sorted({context.names.compared.of(m).code for m in named})),
        culprit=source,
        p_culprit=0.95,
        scope_key=source,
        evidence=(f"同一来源内{len(ordered)}行号码相同而姓名不同",),
        observed=tuple(Observed(source, "name", name) for name in names),
        facts={"n": str(len(ordered))},
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
