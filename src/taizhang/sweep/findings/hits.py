"""Rule hits as findings take them up, without those that are symptoms of something else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from taizhang.sweep.diagnose import Diagnosis
from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.texts import Texts
from taizhang.sweep.renewed import CHANGED, STATIC

NUMBER_SYMPTOMS = frozenset({"ID-BIRTH-DIFF", "ID-SEX-DIFF", "ID-TYPE-LENGTH"})
"""Rules that compare a number with another column: symptoms wherever the number itself is under a diagnosis."""
COLUMN_OF = {"ID-BIRTH-DIFF": "birth_date", "ID-SEX-DIFF": "sex"}
"""The other column such a rule compares with: where other sources deny the column, it is the cause."""
STATIC_OF = {CHANGED: STATIC}
"""Rules about several fields of a row at once: a symptom where one of these fields is under a diagnosis."""
ROW_CODES = ("ID-", "NM-")
FIELD_OF = {"ID-": "id_no", "NM-": "name"}


_ORDER = ("rule", "source", "subject", "record_id", "observed", "message_zh")
"""Of several hits that are one finding the first is shown; an engine gives them in no order."""

HitKey = tuple[str, str | None, str]
"""(rule, source, subject): what a rule's verdict is asked by."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of `rule_hit`."""

    rule: str
    subject_type: str
    subject: str
    person_id: int | None
    household_id: int | None
    source: str | None
    scope_key: str
    record_id: int | None
    involved: str | None
    observed: str | None
    message_zh: str
    message_hant: str
    message_en: str

    @property
    def key(self) -> HitKey:
        """What the rule's verdict on the subject is asked by."""
        return self.rule, self.source, self.subject


@dataclass(frozen=True)
class Sifted:
    """Hits without the symptoms.

    symptoms: place of a diagnosis → the rules that are symptoms of it. causes: hit that no finding is made of → place of
    the diagnosis, or the hit, that it is a symptom of.
    """

    kept: Sequence[Hit]
    symptoms: Mapping[int, set[str]]
    causes: Mapping[HitKey, int | HitKey]


def read_hits(engine: Engine, numbers: Mapping[str, int]) -> list[Hit]:
    """Rows of `rule_hit`; hits about a person or household get one of its records in that source to show.

    numbers: source id to source number.
    """
    if not engine.columns("rule_hit"):
        return []
    columns = "h.rule, h.subject_type, h.subject, h.person_id, h.household_id, h.source, COALESCE(h.scope_key, '') AS scope_key"
    texts = "h.involved, h.observed, h.message_zh, h.message_hant, h.message_en"
    number = " ".join(f"WHEN '{source}' THEN {number}" for source, number in numbers.items())
    parts = [f"SELECT {columns}, h.record_id, {texts} FROM rule_hit AS h WHERE h.record_id IS NOT NULL"]
    for key, fits in (("household_id", "="), ("person_id", "<>")):
        parts.append(f"""
            SELECT {columns}, f.record_id, {texts} FROM rule_hit AS h
            LEFT JOIN (SELECT l.{key}, c.source_no, MIN(c.record_id) AS record_id FROM claim_person AS c
                JOIN (SELECT k.record_id, k.{key} FROM record_link AS k
                    SEMI JOIN (SELECT {key} FROM rule_hit WHERE record_id IS NULL) AS n ON n.{key} = k.{key}) AS l
                    ON l.record_id = c.record_id GROUP BY l.{key}, c.source_no) AS f
                ON f.{key} = h.{key} AND f.source_no = CASE h.source {number} END
            WHERE h.record_id IS NULL AND h.subject_type {fits} 'household'""")
    # One statement after the other: joined by UNION ALL they never ended on a county of 300,000 persons (DuckDB 1.5.5).
    table = pa.concat_tables([engine.fetch(part) for part in parts]).sort_by([(name, "ascending") for name in _ORDER])
    values = [table[name].to_pylist() for name in table.column_names]
    return [Hit(*row) for row in zip(*values, strict=True)]


def without_symptoms(
    hits: Sequence[Hit], diagnoses: Sequence[Diagnosis], texts: Texts, genuine: Mapping[str, Collection[int]]
) -> Sifted:
    """Hits that are no symptom of a diagnosis or of another hit.

    genuine: by rule, records whose oddity other sources confirm.
    """
    cause: dict[tuple[int, str], int] = {}
    for number, one in enumerate(diagnoses):
        for record in one.records[: one.wrong]:
            for field in one.fields:
                cause.setdefault((record, field), number)
    of_record: dict[int, dict[str, HitKey]] = defaultdict(dict)
    for hit in hits:
        if hit.record_id is not None:
            of_record[hit.record_id][hit.rule] = hit.key
    kept: list[Hit] = []
    symptoms: dict[int, set[str]] = defaultdict(set)
    causes: dict[HitKey, int | HitKey] = {}
    for hit in hits:
        if hit.record_id is None:
            kept.append(hit)
        elif hit.record_id not in genuine.get(hit.rule, ()):
            under = _cause(hit, hit.record_id, cause)
            there = of_record[hit.record_id]
            if under is not None:
                symptoms[under].add(hit.rule)
                causes[hit.key] = under
            elif suppressing := texts.about(hit.rule).suppressed_by & there.keys():
                causes[hit.key] = there[min(suppressing)]
            else:
                kept.append(hit)
    return Sifted(kept, symptoms, causes)


def _cause(hit: Hit, record: int, cause: Mapping[tuple[int, str], int]) -> int | None:
    fields = ["id_no"] if hit.rule in NUMBER_SYMPTOMS else [FIELD_OF.get(hit.rule[:3], "")]
    fields += [COLUMN_OF[hit.rule]] if hit.rule in COLUMN_OF else []
    fields += STATIC_OF.get(hit.rule, ())
    return next((cause[record, field] for field in fields if (record, field) in cause), None)
