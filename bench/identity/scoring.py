"""How right a sweep was: detection, repair, kinds, culprits, calibration and suggestions, record by record."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from identity.answers import Answer, Answers
from identity.kinds import BESIDE, SAME, causes_named
from identity.verdicts import Verdict, Verdicts

FLAGGED = 0.5
"""Probability from which a record counts as complained about."""
NOTHING = Verdict()


@dataclass(slots=True)
class CauseScore:
    """One planted cause: rows of it, found, repaired; and how well its name was told (true, missed, false)."""

    planted: int = 0
    detected: int = 0
    repaired: int = 0
    told: int = 0
    missed: int = 0
    false: int = 0

    @property
    def f1(self) -> float:
        """Of naming the cause."""
        whole = 2 * self.told + self.missed + self.false
        return 2 * self.told / whole if whole else 1.0


@dataclass(slots=True)
class Score:
    """Everything counted. pairs: (probability, right) of suggestions; blame: the same of complaints.

    confusion: (planted cause, cause of the first finding). suggestions: (probability, right, without reserve) of every
    wrong or complained-about record with a suggestion.
    """

    clean: int = 0
    wrong: int = 0
    found: int = 0
    false_alarms: int = 0
    false_neutral: int = 0
    repaired: int = 0
    culprits: int = 0
    auto: int = 0
    auto_right: int = 0
    copied: int = 0
    copied_found: int = 0
    shared: int = 0
    shared_told: int = 0
    shared_blamed: int = 0
    causes: dict[str, CauseScore] = field(default_factory=lambda: {cause: CauseScore() for cause in SAME})
    blame: list[tuple[float, bool]] = field(default_factory=list)
    suggestions: list[tuple[float, bool]] = field(default_factory=list)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Of complaints about records that are wrong or clean."""
        return self.found / max(1, self.found + self.false_alarms)

    @property
    def recall(self) -> float:
        """Of wrong records."""
        return self.found / max(1, self.wrong)

    @property
    def f1(self) -> float:
        """Detection."""
        return 2 * self.found / max(1, 2 * self.found + self.false_alarms + (self.wrong - self.found))

    @property
    def repair(self) -> float:
        """Share of wrong records whose name and number both stand right after taking the likeliest suggestion."""
        return self.repaired / max(1, self.wrong)

    @property
    def false_per_million(self) -> float:
        """Complaints for a million clean records."""
        return self.false_alarms * 1e6 / max(1, self.clean)

    @property
    def macro_f1(self) -> float:
        """Of naming causes, every planted cause alike."""
        planted = [one.f1 for one in self.causes.values() if one.planted]
        return sum(planted) / max(1, len(planted))

    @property
    def auto_precision(self) -> float:
        """Share of suggestions without reserve that are right."""
        return self.auto_right / max(1, self.auto)

    @property
    def auto_coverage(self) -> float:
        """Right and wrong suggestions without reserve for wrong records, by wrong records."""
        return self.auto / max(1, self.wrong)


def score(answers: Answers, verdicts: Verdicts) -> Score:
    """Compare; records of persons who truly share a number, and oddities, are counted apart."""
    result = Score(clean=answers.clean)
    for answer in answers.looked_at:
        said = verdicts.by_source[answer.source].get(answer.record, NOTHING)
        if answer.shared and not answer.wrong:
            result.shared += 1
            result.shared_told += (answer.source, answer.record) in verdicts.shared
            result.shared_blamed += said.p_wrong >= FLAGGED
        elif answer.wrong:
            _count_wrong(result, answer, said)
        elif said.p_wrong >= FLAGGED and (answer.neutral or answer.name_wrong or answer.id_wrong):
            result.false_neutral += 1
        elif said.p_wrong > 0:
            _count_clean(result, answer, said)
    return result


def _count_wrong(result: Score, answer: Answer, said: Verdict) -> None:
    flagged, mended = said.p_wrong >= FLAGGED, is_mended(answer, said)
    result.wrong += 1
    result.found += flagged
    result.repaired += mended
    result.culprits += said.blamed
    result.copied += answer.copied
    result.copied_found += answer.copied and flagged
    if said.p_wrong > 0:
        result.blame.append((said.p_wrong, True))
    if said.name or said.id_no:
        result.suggestions.append((_confidence(said), mended))
    if said.auto:
        result.auto += 1
        result.auto_right += mended
    named = causes_named(frozenset(said.kinds))
    allowed = answer.causes | answer.also | frozenset().union(*(BESIDE.get(one, ()) for one in answer.causes))
    for cause in answer.causes:
        one = result.causes[cause]
        one.planted += 1
        one.detected += flagged
        one.repaired += mended
        one.told += cause in named
        one.missed += cause not in named
    for cause in named - allowed:
        result.causes[cause].false += 1
    first = next(iter(causes_named(frozenset(said.first[:1]))), "other") if said.first else "nothing"
    for cause in answer.causes:
        result.confusion[cause, cause if cause in causes_named(frozenset(said.first)) else first] += 1


def _count_clean(result: Score, answer: Answer, said: Verdict) -> None:
    result.blame.append((said.p_wrong, False))
    if said.p_wrong < FLAGGED:
        return
    result.false_alarms += 1
    mended = is_mended(answer, said)
    if said.name or said.id_no:
        result.suggestions.append((_confidence(said), mended))
    if said.auto:
        result.auto += 1
        result.auto_right += mended
    for cause in causes_named(frozenset(said.kinds)):
        result.causes[cause].false += 1


def is_mended(answer: Answer, said: Verdict) -> bool:
    """Whether name and number are both right once the likeliest suggestions are taken.

    A field that is right may be suggested as it is, or not at all.
    """
    name = said.name is None or said.name[0] == answer.name
    number = said.id_no is None or said.id_no[0][:18] == answer.id_no
    if answer.name_wrong and said.name is None:
        name = False
    if answer.id_wrong and said.id_no is None:
        number = False
    return name and number


def _confidence(said: Verdict) -> float:
    offers = [offer[1] for offer in (said.name, said.id_no) if offer is not None]
    return min(offers)


def bins_of(pairs: list[tuple[float, bool]], count: int = 10) -> list[tuple[float, float, int]]:
    """By equal width of probability: (mean said, share right, number), empty bins left out."""
    held: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for said, right in pairs:
        held[min(count - 1, int(said * count))].append((said, right))
    return [
        (sum(p for p, _ in one) / len(one), sum(r for _, r in one) / len(one), len(one))
        for _, one in sorted(held.items())
    ]


def calibration_error(pairs: list[tuple[float, bool]]) -> float:
    """Expected calibration error over ten bins of equal width."""
    whole = max(1, len(pairs))
    return sum(abs(said - right) * count for said, right, count in bins_of(pairs)) / whole


def coverage_at(pairs: list[tuple[float, bool]], precision: float, wrong: int) -> float:
    """The largest share of wrong records that can be suggested by probability alone with this precision."""
    best = right = 0
    for count, (_, is_right) in enumerate(sorted(pairs, key=lambda pair: -pair[0]), 1):
        right += is_right
        if right >= precision * count:
            best = count
    return best / max(1, wrong)
