"""AU-* in the diagnoses: beside the diagnosis that explains the row, or as one of their own where none does."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from taizhang.identity.names.columnar import name_id
from taizhang.identity.numbers import id_key
from taizhang.sweep.authority.answers import Answer, registered_answers
from taizhang.sweep.authority.evidence import WRONG
from taizhang.sweep.diagnose.model import Candidate, Confidence, Diagnosis
from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery

SENTENCES = {
    Answer.MATCH: "权威核验：候选号码与姓名一致",
    Answer.MISMATCH: "权威核验：本行号码存在，但与本行姓名不符",
    Answer.NOT_FOUND: "权威核验：本行号码库中无此号",
    Answer.DUPLICATE: "权威核验：本行号码有两个持有人",
    Answer.DECEASED: "权威核验：本行号码的持有人已死亡或注销",
    Answer.UNAVAILABLE: "权威核验未答复，不作为依据",
}
FIELDS = {
    Answer.MISMATCH: ("id_no", "name"), Answer.NOT_FOUND: ("id_no",), Answer.DUPLICATE: ("id_no",),
    Answer.DECEASED: ("person_status",),
}  # fmt: skip
_EXPLAINED = frozenset({"id_no", "name"})
_OF_THE_PAIR = (Answer.MISMATCH, Answer.UNAVAILABLE)


def told_by_authority(
    engine: Engine, sources: Mapping[int, SourceDelivery], found: Iterable[Diagnosis]
) -> Iterator[Diagnosis]:
    """The diagnoses with what the authority said about their rows, and AU-… for rows nobody else complains about.

    A row that the authority contradicts is wrong in its number or its name; which of them, the other diagnoses say.
    """
    answers = registered_answers(engine)
    if not answers:
        yield from found
        return
    told = _by_record(engine)
    matched = _matched(answers)
    explained = set()
    for one in found:
        wrong = one.records[: one.wrong]
        about = dict.fromkeys(answer for record in wrong for answer, *_ in told.get(record, ()))
        if _EXPLAINED & set(one.fields):
            explained |= {(record, answer) for record in wrong for answer, *_ in told.get(record, ())}
            yield _beside(one, about, matched)
        else:
            yield one
    for record, said in sorted(told.items()):
        for answer, root, source_no in said:
            if (record, answer) not in explained and answer in FIELDS:
                yield _own(answer, root, record, sources[source_no].source)


def _by_record(engine: Engine) -> dict[int, list[tuple[Answer, int, int]]]:
    """Record → (answer about its number or its pair, person, source). A match is no complaint and left out."""
    pair = ", ".join(f"'{answer.value}'" for answer in _OF_THE_PAIR)
    table = engine.fetch(f"""
        SELECT DISTINCT c.record_id, a.answer, c.root, c.source_no FROM authority_answer AS a
        JOIN claim_person AS c ON c.ident = a.id_key
        WHERE a.answer <> '{Answer.MATCH.value}' AND (c.name_id = a.name_id OR a.answer NOT IN ({pair}))
            AND (c.present = 1 OR a.answer <> '{Answer.DECEASED.value}')
        ORDER BY c.record_id, a.answer
    """)
    told: dict[int, list[tuple[Answer, int, int]]] = defaultdict(list)
    for row in table.to_pylist():
        told[row["record_id"]].append((Answer(row["answer"]), row["root"], row["source_no"]))
    return told


def _matched(answers: Mapping[tuple[int, int], Answer]) -> dict[str, frozenset[int]]:
    """Field → the values that stand in a matching pair."""
    pairs = [pair for pair, answer in answers.items() if answer is Answer.MATCH]
    return {"id_no": frozenset(number for number, _ in pairs), "name": frozenset(name for _, name in pairs)}


def _beside(one: Diagnosis, about: Iterable[Answer], matched: Mapping[str, frozenset[int]]) -> Diagnosis:
    codes = [answer.value for answer in about]
    sentences = [SENTENCES[answer] for answer in about]
    candidates = tuple(_confirmed(candidate, matched) for candidate in one.candidates)
    if candidates != one.candidates:
        codes.append(Answer.MATCH.value)
        sentences.append(SENTENCES[Answer.MATCH])
    if not codes:
        return one
    return replace(one, also=(*one.also, *codes), evidence=(*one.evidence, *sentences), candidates=candidates)


def _confirmed(candidate: Candidate, matched: Mapping[str, frozenset[int]]) -> Candidate:
    """The candidate with the authority as its reason, where it stands in a matching pair and is likely besides.

    A namesake's match must not confirm an unlikely name.
    """
    if candidate.probability < 0.5 or candidate.field not in matched:
        return candidate
    value = id_key(candidate.value) if candidate.field == "id_no" else name_id(candidate.value)
    return candidate._replace(reason="authority") if value in matched[candidate.field] else candidate


def _own(answer: Answer, root: int, record: int, source: str) -> Diagnosis:
    return Diagnosis(
        code=answer.value,
        persons=(root,),
        records=(record,),
        wrong=1,
        source=source,
        fields=FIELDS[answer],
        culprit=source,
        p_culprit=round(1.0 - WRONG, 4),
        scope_key=source,
        evidence=(SENTENCES[answer],),
        confidence=Confidence.NONE,
    )
