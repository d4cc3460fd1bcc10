"""Which of today's findings tells of what: where an earlier finding is not made again, the one that took its place.

A field that is still wrong is told once. Under which code depends on what can be compared today: a misheard name becomes
another name, a wrong check character a lost digit, a rule's hit a symptom of a diagnosis.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from taizhang.sweep.diagnose import Diagnosis
from taizhang.sweep.findings.hits import FIELD_OF, HitKey, Sifted

Place = tuple[int, str]
"""(record, field)."""
NUMBERS = "ID-"

Row = Mapping[str, Any]


def complained(one: Diagnosis) -> Iterator[Place]:
    """What a diagnosis complains about; where the evidence does not say which row is wrong, every row that it shows."""
    for record in one.records if one.culprit is None else one.records[: one.wrong]:
        for name in one.fields:
            yield record, name


@dataclass(frozen=True)
class Told:
    """Findings of today by what they tell of.

    of_place: place → those of diagnoses that complain of it. of_number: record → the rules' findings about its number.
    of_symptom: hit that no finding was made of → the finding it is a symptom of.
    """

    of_place: Mapping[Place, Sequence[str]] = field(default_factory=dict)
    of_number: Mapping[int, Sequence[str]] = field(default_factory=dict)
    of_symptom: Mapping[HitKey, str] = field(default_factory=dict)

    @classmethod
    def by(cls, made: Sequence[Row], diagnoses: Sequence[Diagnosis], sifted: Sifted) -> "Told":
        """made: the findings of the diagnoses, then those of the hits kept, each in their order."""
        of_place: dict[Place, list[str]] = defaultdict(list)
        of_number: dict[int, list[str]] = defaultdict(list)
        of_hit: dict[HitKey, str] = {}
        for one, finding in zip(diagnoses, made, strict=False):
            for place in complained(one):
                of_place[place].append(finding["finding_id"])
        for hit, finding in zip(sifted.kept, made[len(diagnoses) :], strict=True):
            of_hit[hit.key] = finding["finding_id"]
            if hit.rule.startswith(NUMBERS) and hit.record_id is not None:
                of_number[hit.record_id].append(finding["finding_id"])
        of_symptom = {key: cause for key in sifted.causes if (cause := _cause(key, sifted, made, of_hit)) is not None}
        return cls(of_place, of_number, of_symptom)

    def still_tells(self, places: Iterable[Place]) -> str | None:
        """The finding that tells of the places, or of most of them; None where no finding was made of any."""
        counted: dict[str, int] = defaultdict(int)
        for record, name in places:
            numbers = self.of_number.get(record, ()) if name == FIELD_OF[NUMBERS] else ()
            for finding in dict.fromkeys(self.of_place.get((record, name)) or numbers):
                counted[finding] += 1
        return min(counted, key=lambda finding: (-counted[finding], finding), default=None)


def _cause(key: HitKey, sifted: Sifted, made: Sequence[Row], of_hit: Mapping[HitKey, str]) -> str | None:
    """The finding at the end of the chain of causes; None where it ends at a hit that is right."""
    seen = set()
    while key in sifted.causes and key not in seen:
        seen.add(key)
        cause = sifted.causes[key]
        if isinstance(cause, int):
            return str(made[cause]["finding_id"])
        key = cause
    return of_hit.get(key)
