"""Why records disagree: every disagreement about identity under the taxonomy of domain/identity.md, §15.3 and §15.4."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from taizhang.sweep.authority.answers import registered_answers
from taizhang.sweep.authority.evidence import Evidence, Field, name_evidence, number_evidence
from taizhang.sweep.authority.telling import told_by_authority
from taizhang.sweep.diagnose.context import Context, make_context
from taizhang.sweep.diagnose.exchanged import value_diagnoses
from taizhang.sweep.diagnose.heads import head_copies
from taizhang.sweep.diagnose.model import Candidate, Confidence, Diagnosis, Observed
from taizhang.sweep.diagnose.other_fields import differing_fields, reused_person_numbers
from taizhang.sweep.diagnose.presence import certificates, make_homes, missing, moved, stale
from taizhang.sweep.diagnose.repeated import repeated_persons
from taizhang.sweep.diagnose.shared import shared_numbers
from taizhang.sweep.diagnose.wrong import WrongRows, wrong_names, wrong_numbers
from taizhang.sweep.engines import Engine
from taizhang.sweep.judge.births import read_birth_columns
from taizhang.sweep.judge.divisions import Divisions, read_divisions
from taizhang.sweep.judge.fields import FieldVerdict, judge_names, judge_numbers
from taizhang.sweep.judge.kin import Kin, read_kin
from taizhang.sweep.judge.spelling import Spelling, county_names
from taizhang.sweep.judge.troubled import Troubled, read_held, read_housemates_numbers, read_troubled
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.persons import Linked
from taizhang.sweep.tables import RECORD_BASE

__all__ = [
    "Candidate", "Confidence", "Context", "Diagnosis", "Judgement", "Observed", "diagnose", "diagnose_at_home", "judge_all",
    "make_homes",
]  # fmt: skip


@dataclass(frozen=True)
class Judgement:
    """The troubled records and what is true of their persons; divisions: in which codes the county's numbers are."""

    troubled: Troubled
    numbers: FieldVerdict
    names: FieldVerdict
    divisions: Divisions


def judge_all(engine: Engine, sources: Mapping[int, SourceDelivery], linked: Linked) -> Judgement:
    """Judge the numbers and names of all troubled persons; where the authority answered, once more with its answers."""
    troubled = read_troubled(engine)
    counted = engine.fetch("SELECT source_no, COUNT(*) AS n FROM claim_person GROUP BY source_no")
    totals = np.zeros(max(sources, default=-1) + 1, dtype=np.int64)
    totals[counted["source_no"].to_numpy()] = counted["n"].to_numpy()
    ancestors = {number: source.ancestors for number, source in sources.items()}
    spelling, kin = _named(engine)
    divisions = read_divisions(engine)
    housemates = read_housemates_numbers(engine)
    held, births = read_held(engine), read_birth_columns(engine, len(totals))

    def judge(for_numbers: Evidence | None, for_names: Evidence | None) -> Judgement:
        numbers = judge_numbers(
            troubled,
            totals=totals,
            ancestors=ancestors,
            held=held,
            housemates=housemates,
            births=births,
            divisions=divisions,
            relations=linked.relations,
            evidence=for_numbers,
        )
        names = judge_names(
            troubled,
            spelling,
            kin,
            totals=totals,
            ancestors=ancestors,
            relations=linked.relations,
            numbers=numbers,
            evidence=for_names,
        )
        return Judgement(troubled, numbers, names, divisions)

    judged = judge(None, None)
    answers = registered_answers(engine)
    if not answers:
        return judged
    numbers, names = (Field(one.owner, one.value, one.posterior) for one in (judged.numbers, judged.names))
    return judge(number_evidence(answers, names), name_evidence(answers, numbers))


def _named(engine: Engine) -> tuple[Spelling, Kin]:
    """What the county's people are called, and those whom troubled persons live with; the names themselves are let go."""
    names = county_names(engine)
    return names.spelling(), read_kin(engine, names)


def diagnose(
    engine: Engine, sources: Mapping[int, SourceDelivery], linked: Linked, judged: Judgement
) -> Iterator[Diagnosis]:
    """All diagnoses of identity, one cause per record pair, in an order that depends on values only."""
    make_homes(engine, max(sources, default=-1) + 1)
    return diagnose_at_home(engine, sources, linked, judged)


def diagnose_at_home(
    engine: Engine, sources: Mapping[int, SourceDelivery], linked: Linked, judged: Judgement
) -> Iterator[Diagnosis]:
    """All diagnoses, where `make_homes` has been at work; the tables that this makes nobody else reads.

    They are worked out as they are asked for, a portion at a time, with statements in between.
    """
    return map(_once, told_by_authority(engine, sources, _diagnoses(engine, sources, linked, judged)))


def _diagnoses(
    engine: Engine, sources: Mapping[int, SourceDelivery], linked: Linked, judged: Judgement
) -> Iterator[Diagnosis]:
    context = make_context(engine, judged.troubled, judged.numbers, judged.names, sources)
    repeated = list(repeated_persons(context))
    yield from repeated
    numbers = _unexplained(wrong_numbers(context), repeated, "PR-NAME-TWO-IDS")
    names = _unexplained(wrong_names(context), repeated, "PR-ID-TWO-NAMES")
    yield from value_diagnoses(context, numbers, names)
    yield from shared_numbers(context, _independent(sources))
    troubled_rows = frozenset([*numbers["record_id"].tolist(), *names["record_id"].tolist()])
    yield from head_copies(engine, sources, troubled_rows)
    at_home = {one.persons[0] for one in repeated if one.code == "PR-DUP-HOUSEHOLD"}
    yield from (one for one in moved(engine, sources) if one.persons[0] not in at_home)
    yield from missing(engine, sources)
    yield from stale(sources)
    yield from certificates(engine, sources)
    yield from differing_fields(engine, sources)
    yield from reused_person_numbers(engine, sources)
    yield from _ambiguous(context, linked)


def _unexplained(wrongs: WrongRows, repeated: Iterable[Diagnosis], code: str) -> WrongRows:
    """Wrong rows that no diagnosis with a code tells of."""
    told = [record for one in repeated if one.code == code for record in one.records[: one.wrong]]
    return wrongs.only(~np.isin(wrongs["record_id"], np.array(told, dtype=np.int64)))


def _once(diagnosis: Diagnosis) -> Diagnosis:
    if len(diagnosis.records) == 1 or len(set(diagnosis.records)) == len(diagnosis.records):
        return diagnosis
    return replace(diagnosis, records=tuple(dict.fromkeys(diagnosis.records)))


def _independent(sources: Mapping[int, SourceDelivery]) -> Callable[[int], int]:
    """How many independent witnesses a set of sources (as a mask) holds: relatives count once."""
    family = {number: number for number in sources}
    for number in sorted(sources):
        for ancestor in sources[number].ancestors:
            old, new = family[number], family.get(ancestor, ancestor)
            family = {one: min(old, new) if kin in (old, new) else kin for one, kin in family.items()}

    @cache  # few sets occur, and of many sources there are too many to count them all
    def witnesses(mask: int) -> int:
        return len({family[number] for number in sources if mask >> number & 1})

    return witnesses


def _ambiguous(context: Context, linked: Linked) -> list[Diagnosis]:
    """XS-AMBIGUOUS: a row that could be either of two persons; it was joined to neither."""
    partners: dict[int, list[int]] = {}
    for near, far in linked.ambiguous:
        partners.setdefault(near, []).append(far)
    first = linked.first_record
    found = []
    for near, choices in sorted(partners.items()):
        source_no = first[near] // RECORD_BASE
        source = context.source_id(source_no)
        found.append(
            Diagnosis(
                code="XS-AMBIGUOUS",
                persons=(near,),
                records=(first[near], *(first[one] for one in choices)),
                wrong=1,
                source=source,
                fields=("id_no", "name"),
                culprit=source,
                p_culprit=0.7,
                scope_key=source,
                evidence=(f"有{len(choices)}个同样相符的人可以对应，须由人选择",),
                confidence=Confidence.RANKED,
            )
        )
    return found
