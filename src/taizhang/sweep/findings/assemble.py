"""Findings out of rule hits and diagnoses: one cause a record and field, symptoms listed under their cause."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from taizhang.identity.numbers import mask_number
from taizhang.languages import Language, evidence_in
from taizhang.sweep.diagnose import Candidate, Confidence, Diagnosis, Judgement
from taizhang.sweep.diagnose.suggest import Suggestion, confirmed_names, confirmed_numbers, suggestions
from taizhang.sweep.diagnose.wording import joined
from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.cells import Cells
from taizhang.sweep.findings.fingerprint import finding_id, short_id, value_digest
from taizhang.sweep.findings.hits import FIELD_OF, NUMBER_SYMPTOMS, ROW_CODES, Hit, HitKey, read_hits, without_symptoms
from taizhang.sweep.findings.masking import without_numbers
from taizhang.sweep.findings.places import Files, Place, places_of
from taizhang.sweep.findings.texts import About, Texts, filled, with_household
from taizhang.sweep.findings.told import Told
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.rules.messages import HEAD_UNKNOWN
from taizhang.sweep.rules.model import Severity

Finding = dict[str, Any]

LOSSLESS = frozenset(
    {"ID-FORMAT-NOISE", "ID-LOWER-X", "ID-15", "NM-SPACE", "NM-SEPARATOR", "NM-RADICAL", "NM-PINYIN-BRACKET"}
)

SHOWN = ("town_name", "village_name", "head_name", "name", "message_zh", "message_hant", "message_en")
"""The texts of cells, or with texts of cells in them, that lists and messages show as they are."""

_LANGUAGES = {"zh": Language.ZH, "zh_hant": Language.HANT, "en": Language.EN}

CODE_VALUES = "H"
"""The group of rules about cells that hold something unreadable: a finding of theirs names only those cells."""


class Assembler:
    """Makes the findings of one sweep.

    After `findings`: genuine, the hits that the other sources confirm as right; told, which finding tells of what.
    """

    genuine: frozenset[HitKey] = frozenset()
    told: Told = Told()

    def __init__(self, engine: Engine, deliveries: Sequence[SourceDelivery], texts: Texts, judged: Judgement) -> None:
        self.engine, self.texts, self.judged = engine, texts, judged
        self.files, self.as_of = Files(deliveries), max(delivery.as_of for delivery in deliveries)
        self.numbers = {delivery.source: delivery.number for delivery in deliveries}
        self.titles = {delivery.source: delivery.title or delivery.source for delivery in deliveries}
        self.person_of = _mapping(engine, "SELECT root, person_id FROM person_key")
        self.household_of = _mapping(engine, "SELECT hh, household_id FROM household_key")

    def findings(self, diagnosed: Iterable[Diagnosis]) -> list[Finding]:
        """All findings, ordered by their identity; every identity once."""
        hits = read_hits(self.engine, self.numbers)
        diagnoses = [one for one in diagnosed if self.texts.is_active(one.code)]
        genuine = {"ID-EXCEL-TRUNC": confirmed_numbers(self.judged), "NM-TRADITIONAL": confirmed_names(self.engine)}
        self.genuine = frozenset(hit.key for hit in hits if hit.record_id in genuine.get(hit.rule, ()))
        sifted = without_symptoms(hits, diagnoses, self.texts, genuine)
        places = places_of(
            self.engine,
            [record for one in diagnoses for record in one.records]
            + [hit.record_id for hit in sifted.kept if hit.record_id is not None],
        )
        offered = suggestions(
            self.engine,
            self.judged,
            {hit.record_id for hit in sifted.kept if hit.rule.startswith(ROW_CODES)},
            {number: source for source, number in self.numbers.items()},
            self.as_of,
        )
        made = [
            self._of_diagnosis(one, sifted.symptoms.get(number, set()), places) for number, one in enumerate(diagnoses)
        ]
        asked = [(hit, self._fields_of(hit, places)) for hit in sifted.kept]
        cells = Cells(self.engine, asked)
        made += [self._of_hit(hit, fields, places, offered, cells) for hit, fields in asked]
        self.told = Told.by(made, diagnoses, sifted)
        unique: dict[str, Finding] = {}
        for finding in made:
            unique.setdefault(finding["finding_id"], _showable(finding))
        return [unique[key] for key in sorted(unique)]

    def _of_diagnosis(self, one: Diagnosis, symptoms: set[str], places: Mapping[int, Place]) -> Finding:
        about = self.texts.about(one.code)
        people = [self.person_of[root] for root in one.persons if root in self.person_of]
        records = [places[record] for record in one.records if record in places]
        household = self.household_of.get(one.household) if one.household is not None else None
        if household is None and records:
            household = records[0].household_id
        subject = {"household": household, "source": one.source}.get(one.subject_type, min(people, default=None))
        scope = one.scope_key + "".join(f"|{person}" for person in sorted(people)[1:])
        values = self._values(one, records)
        first = records[0] if records else None
        message = {
            language: with_household(filled(about.message[language], _said(values, spoken)), language, first)
            for language, spoken in _LANGUAGES.items()
        }
        finding = self._base(one.code, about, one.subject_type, str(subject), scope, one.fields, records)
        finding |= {
            "person_id": people[0] if people and one.subject_type == "person" else None,
            "household_id": household,
            "involved": sorted(people)[1:] if len(people) > 1 else [],
            "source": one.source,
            "culprit": one.culprit,
            "p_culprit": one.p_culprit,
            "kinds": list(dict.fromkeys((*one.kinds, *sorted(symptoms)))),
            "observed": [{"source": o.source, "field": o.field, "value": o.value} for o in one.observed],
            "candidates": [_offered(candidate) for candidate in one.candidates],
            "confidence_class": one.confidence.value,
            "evidence": list(one.evidence),
            "message_zh": message["zh"], "message_hant": message["zh_hant"], "message_en": message["en"],
            "value_digest": value_digest(sorted((o.source, o.field, o.value or "") for o in one.observed)),
        }  # fmt: skip
        return finding

    def _fields_of(self, hit: Hit, places: Mapping[int, Place]) -> Sequence[str]:
        """The fields that a hit complains about; of a row with cells that hold something unreadable, those cells'."""
        about = self.texts.about(hit.rule)
        place = places.get(hit.record_id) if hit.record_id is not None else None
        return place.unread_of(about.fields) if place is not None and about.group == CODE_VALUES else about.fields

    def _of_hit(
        self,
        hit: Hit,
        fields: Sequence[str],
        places: Mapping[int, Place],
        offered: Mapping[int, Sequence[Suggestion]],
        cells: Cells,
    ) -> Finding:
        about = self.texts.about(hit.rule)
        place = places.get(hit.record_id) if hit.record_id is not None else None
        field = FIELD_OF.get(hit.rule[:3], "")
        of_row = offered.get(hit.record_id, ()) if hit.record_id is not None else ()
        fitting = [one for one in of_row if one.candidate.field == field]
        confidence = (
            Confidence.LOSSLESS if hit.rule in LOSSLESS else fitting[0].confidence if fitting else Confidence.NONE
        )
        shown = (field,) if field else tuple(fields) or ("",)
        said = [cells.value(hit, one) for one in shown]
        if hit.record_id is None:
            # What a rule worked out (an age, how many) is no value of a cell; of a whole source there is nothing else to show.
            shown, said = shown[:1], [hit.observed]
        finding = self._base(
            hit.rule, about, hit.subject_type, hit.subject, hit.scope_key, fields, [place] if place else []
        )
        finding |= {
            "person_id": hit.person_id,
            "household_id": hit.household_id,
            "involved": [int(one) for one in (hit.involved or "").strip("|").split("|") if one.isdigit()],
            "source": hit.source,
            "culprit": hit.source,
            "p_culprit": 1.0 if _is_wrong(hit, about) else None,
            "kinds": [hit.rule],
            "observed": [
                {"source": hit.source, "field": one, "value": value} for one, value in zip(shown, said, strict=True)
            ],
            "candidates": [_offered(one.candidate) for one in fitting],
            "confidence_class": confidence.value,
            "evidence": [one.sentence for one in fitting[:1]],
            "message_zh": with_household(hit.message_zh, "zh", place),
            "message_hant": with_household(hit.message_hant, "zh_hant", place),
            "message_en": with_household(hit.message_en, "en", place),
            "value_digest": value_digest([hit.observed, *said]),
        }  # fmt: skip
        if finding["p_culprit"] is None:
            finding["culprit"] = None
        return finding

    def _base(
        self,
        rule: str,
        about: About,
        subject_type: str,
        subject: str,
        scope: str,
        fields: Sequence[str],
        records: Sequence[Place],
    ) -> Finding:
        identity = finding_id(rule, about.major, subject_type, subject, fields, scope)
        first = records[0] if records else None
        return {
            "finding_id": identity, "short_id": short_id(identity), "rule": rule, "rule_version": about.version,
            "rule_digest": about.digest, "grp": about.group, "severity": about.severity, "weight": about.weight,
            "subject_type": subject_type, "subject": subject, "scope_key": scope, "fields": sorted(fields),
            "town_code": first.town_code if first else None, "village_code": first.village_code if first else None,
            "town_name": first.town_name if first else None, "village_name": first.village_name if first else None,
            "household_no": first.household_no if first else None, "head_name": first.head_name if first else None,
            "name": first.name if first else None,
            "id_masked": mask_number(first.id_no) if first and first.id_no else None,
            "records": [self.files.shown(place, fields) for place in records],
            "hint_zh": about.hint["zh"], "hint_hant": about.hint["zh_hant"], "hint_en": about.hint["en"],
            "owner": about.owner, "deadline_workdays": about.deadline, "params": "{}",
            "delta": "new", "observation": "hit", "first_seen": None, "reopened_count": 0, "cause": "source",
            "superseded_by": None,
        }  # fmt: skip

    def _values(self, one: Diagnosis, records: Sequence[Place]) -> dict[str, str]:
        first = records[0] if records else None
        village = f"{first.town_name or ''}{first.village_name or ''}" if first else ""
        names = {
            "village": village, "household_head": (first.head_name or HEAD_UNKNOWN) if first else "",
            "name": (first.name or "") if first else "", "household_no": (first.household_no or "") if first else "",
            "source": self.titles.get(one.source or "", one.source or ""),
            "culprit": self.titles.get(one.culprit or "", one.culprit or ""),
            "others": joined([self.titles.get(o, o) for o in dict.fromkeys(v.source for v in one.observed) if o != one.source]),
            "observed": one.facts.get("n", ""),
        }  # fmt: skip
        return names | one.facts


def _is_wrong(hit: Hit, about: About) -> bool:
    """Whether a hit says by itself that its ledger is wrong; what is only noted (a permit, blanks taken off) is no mistake."""
    return hit.rule.startswith(ROW_CODES) and hit.rule not in NUMBER_SYMPTOMS and about.severity != Severity.INFO


def _said(values: dict[str, str], language: Language) -> dict[str, str]:
    """The values of a message in its language: what a field is called; names are the same in all."""
    return values | {"field": evidence_in(values["field"], language)} if "field" in values else values


def _showable(finding: Finding) -> Finding:
    """The finding with no number of a person in what everybody reads of it; `observed` and `candidates` keep theirs."""
    texts = {name: without_numbers(finding[name]) for name in SHOWN}
    return finding | texts | {"evidence": [without_numbers(one) for one in finding["evidence"]]}


def _offered(candidate: Candidate) -> dict[str, Any]:
    return {
        "field": candidate.field,
        "value": candidate.value,
        "probability": candidate.probability,
        "reason": candidate.reason,
        "sources": list(candidate.sources),
    }


def _mapping(engine: Engine, query: str) -> dict[int, int]:
    table = engine.fetch(query)
    keys, values = (table[name].to_pylist() for name in table.column_names)
    return dict(zip(keys, values, strict=True))
