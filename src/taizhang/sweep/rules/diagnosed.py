"""The examples of the diagnoses, asked of the real linking, judging and diagnosing.

The rows of all examples stand in one county, a file, household and village an example, and are diagnosed in one run; only
examples that give a source another day than the others are run each for itself.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from taizhang.identity.names.columnar import name_id
from taizhang.identity.numbers import id_key
from taizhang.sweep.authority.answers import Answer, AuthorityAnswer
from taizhang.sweep.diagnose import Diagnosis
from taizhang.sweep.examples import AS_OF, Diagnosed, diagnosed
from taizhang.sweep.rules.model import Example, Failure, Row, Rule, Verdict

Asked = tuple[Rule, Example]
HOUSEHOLD, VILLAGE = "6107239{:04d}", "6107231{:05d}"
"""Household and village of an example's rows that name none."""


def diagnosis_failures(rules: Sequence[Rule]) -> list[Failure]:
    """The examples of diagnoses that do not give their verdict, in the order of the rules."""
    asked = [(rule, example) for rule in rules for example in rule.examples]
    together = [number for number, (_, example) in enumerate(asked) if not example.days]
    found: dict[int, Failure | None] = {}
    for numbers in (together, *([number] for number, (_, example) in enumerate(asked) if example.days)):
        found |= zip(numbers, _tried([asked[number] for number in numbers]), strict=True)
    return [failure for _, failure in sorted(found.items()) if failure is not None]


def _tried(asked: Sequence[Asked]) -> list[Failure | None]:
    rows: list[dict[str, Any]] = []
    places: list[range] = []
    for number, (_, example) in enumerate(asked):
        own: Row = {
            "household_no": HOUSEHOLD.format(number), "village_code": VILLAGE.format(number), "file_no": number,
        }  # fmt: skip
        listed = [own | row for row in example.tables["record"]]
        places.append(range(len(rows), len(rows) + len(listed)))
        rows += listed
    if not rows:
        return []
    days = {source: day for _, example in asked for source, day in example.days.items()}
    answers = [_answer(row) for _, example in asked for row in example.answers]
    outcome = diagnosed(rows, as_of=days, answers=answers)
    owner = {at: number for number, own in enumerate(places) for at in own}
    by_example: dict[int, list[Diagnosis]] = defaultdict(list)
    mixed: set[int] = set()
    for one in outcome.diagnoses:
        touched = {owner[at] for at in one.records} or set(range(len(asked)))
        mixed |= touched if one.records and len(touched) > 1 else set()
        for number in touched:
            by_example[number].append(one)
    return [
        _failure(rule, example, "", "与另一个示例的人混在一起")
        if number in mixed
        else _compared(rule, example, by_example[number], _is_asked(rule, example, rows, places[number], outcome))
        for number, (rule, example) in enumerate(asked)
    ]


def _answer(row: Mapping[str, Any]) -> AuthorityAnswer:
    return AuthorityAnswer(id_key(row["id_no"]), name_id(row["name"]), Answer(row["answer"]), AS_OF, "AU-EXAMPLE")


def _is_asked(
    rule: Rule, example: Example, rows: Sequence[Mapping[str, Any]], places: range, outcome: Diagnosed
) -> bool:
    """Whether there is anything to diagnose here.

    About a source: there are two. About an answer of the authority: there is one. Else: two rows of one person fill the
    fields of the rule, of each group of `either` one and the same.
    """
    if rule.subject == "source":
        return len({rows[at]["source"] for at in places}) > 1
    if rule.id in set(Answer):
        return bool(example.answers)
    filled: dict[int, list[set[str]]] = defaultdict(list)
    for at in places:
        if at in outcome.persons:
            filled[outcome.persons[at]].append({name for name, value in rows[at].items() if value is not None})
    return any(
        _fills(rule, one & other)
        for those in filled.values()
        for number, one in enumerate(those)
        for other in those[:number]
    )


def _fills(rule: Rule, there: set[str]) -> bool:
    alone = set(rule.fields) - {name for group in rule.either for name in group}
    return alone <= there and all(there & set(group) for group in rule.either)


def _compared(rule: Rule, example: Example, found: Sequence[Diagnosis], asked: bool) -> Failure | None:  # noqa: FBT001 - a fact
    mine = [one for one in found if rule.id in one.kinds]
    verdict = Verdict.HIT if mine else Verdict.PASS if asked else Verdict.NOT_APPLICABLE
    if verdict is not example.verdict:
        codes = "、".join(dict.fromkeys(one.code for one in found))
        return _failure(rule, example, example.verdict, f"{verdict}（{codes}）" if codes else verdict)
    if example.findings is None:
        return None
    wanted = sorted(tuple(sorted(row.items())) for row in example.findings)
    keys = sorted(example.findings[0]) if example.findings else []
    seen = sorted(tuple((key, getattr(one, key)) for key in keys) for one in mine)
    if wanted == seen:
        return None
    return _failure(rule, example, f"{len(wanted)} 个指定的发现", f"{len(seen)} 个其他发现")


def _failure(rule: Rule, example: Example, expected: str, found: str) -> Failure:
    return Failure(rule.id, rule.file, example.line, example.why, expected or example.verdict, found)
