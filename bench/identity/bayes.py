"""The best anybody could do on a lake: the posterior of every reading, with the generator's own rates and chances known.

Whoever computes this knows which rows are about one person, the rates, the chain of copying and its share, how likely each
wrong name is, which numbers belong to others, and that columns of birth dates are right. No engine knows all that, so its
score nearly bounds theirs. Left out is what would raise the limit: a true value that no ledger shows (an invalid number has
decoded candidates), what neighbouring rows tell about exchanges and slid blocks, what the rest of the household is called,
names by sex and age, and when a division's code was in use.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from pathlib import Path

import duckdb

from identity.digits import with_check
from identity.kinds import SAME
from identity.ledgers import SOURCES
from identity.mixtures import BOTH_SHARE, NAME_SHARE, Mixture
from identity.name_damage import chance
from identity.naming import COHORTS, stock
from identity.scoring import CauseScore, calibration_error, coverage_at
from taizhang.identity.numbers import parse_ids

OTHERS_NUMBER = 0.05  # a damaged number is that of one particular other person
VALID_WRONG = 0.001  # … or one particular number in order that is nobody's
NEAR, FAR = 0.003, 1e-7  # … or one particular number out of order, near to the true one or not
NO_NUMBER = 0.04
IMPOSSIBLE = 1e-9
FOREIGN = 0.01  # weight of a number of another county than most of this one

Reading = tuple[str | None, str | None]


@dataclass(slots=True)
class Case:
    """One person with a wrong record.

    rows: by place in the chain what stands there, and whether that is true. causes: by what stands somewhere, how it was damaged.
    """

    true: tuple[str, str]
    birth: str
    rows: list[tuple[int, Reading, bool]] = field(default_factory=list)
    causes: dict[Reading, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """About the numbers seen: those that are another person's too, those in order, and the usual division codes."""

    owned: frozenset[str]
    valid: frozenset[str]
    local: frozenset[str]


@dataclass(frozen=True, slots=True)
class Limit:
    """The best on one lake, each as in `identity.scoring`.

    f1: of detection. macro_f1: of kinds. coverage: at a precision of 99.5 %. calibration: error of suggestions.
    """

    f1: float
    repair: float
    macro_f1: float
    coverage: float
    calibration: float


@dataclass(frozen=True, slots=True)
class _Judged:
    """One row. p_wrong: that it is; named: causes of it, or those somebody would name who takes it for wrong."""

    p_wrong: float
    wrong: bool
    named: frozenset[str]


def limit_of(lake: Path, mixture: Mixture) -> Limit:
    """What knowing the generator is worth on this lake."""
    cases, known = _read(lake)
    judged: list[_Judged] = []
    suggested: list[tuple[float, bool]] = []
    repaired = wrong = 0
    for case in cases:
        posterior = _posterior(case, mixture, known)
        best = max(posterior, key=lambda one: posterior[one], default=None)
        for _, reading, right in case.rows:
            named = case.causes.get(best if right and best is not None else reading, frozenset())
            judged.append(_Judged(1.0 - posterior.get(reading, 0.0), not right, named))
            wrong += not right
            repaired += not right and best == case.true
            if best is not None and best != reading:
                suggested.append((posterior[best], best == case.true))
    judged.sort(key=lambda one: -one.p_wrong)
    f1, flagged = _best_f1(judged, wrong)
    return Limit(
        f1,
        repaired / max(1, wrong),
        _macro_f1(judged, flagged),
        coverage_at(suggested, 0.995, wrong),
        calibration_error(suggested),
    )


def _best_f1(judged: Sequence[_Judged], wrong: int) -> tuple[float, int]:
    """The best F1, and how many of the rows, the likeliest mistakes first, are complained about for it."""
    best, at, found = 0.0, 0, 0
    for count, one in enumerate(judged, 1):
        found += one.wrong
        if 2 * found / (count + wrong) > best:
            best, at = 2 * found / (count + wrong), count
    return best, at


def _macro_f1(judged: Sequence[_Judged], flagged: int) -> float:
    """Of naming the causes of the rows complained about without ever confusing two.

    A row that is right and complained about is charged with the causes of the row that was believed instead: somebody who
    exchanges the two names the same difference.
    """
    causes = {cause: CauseScore() for cause in SAME}
    for place, one in enumerate(judged):
        for cause in one.named:
            causes[cause].planted += one.wrong
            causes[cause].told += one.wrong and place < flagged
            causes[cause].missed += one.wrong and place >= flagged
            causes[cause].false += not one.wrong and place < flagged
    planted = [one.f1 for one in causes.values() if one.planted]
    return sum(planted) / max(1, len(planted))


def _posterior(case: Case, mixture: Mixture, known: Known) -> dict[Reading, float]:
    """By (name, number), how likely it is the truth."""
    rows = sorted(case.rows, key=lambda row: row[0])
    names = dict.fromkeys(name for _, (name, _), _ in rows if name)
    numbers = dict.fromkeys(number for _, (_, number), _ in rows if number in known.valid)
    weight = {
        (name, number): _prior(name)
        * _number_prior(number, case, known)
        * math.prod(_likelihood(rows, at, (name, number), mixture, known) for at in range(len(rows)))
        for name, number in product(names, numbers)
    }
    whole = sum(weight.values())
    return {reading: one / whole for reading, one in weight.items()} if whole else {}


def _likelihood(
    rows: Sequence[tuple[int, Reading, bool]],
    at: int,
    true: tuple[str, str],
    mixture: Mixture,
    known: Known,
) -> float:
    place, reading, _ = rows[at]
    fresh = _fresh(reading, true, mixture.error_rate, known)
    before = next((row for row in rows[:at] if row[0] == place - 1), None)
    if before is None:
        return fresh
    return mixture.copying * (reading == before[1]) + (1 - mixture.copying) * fresh


def _fresh(reading: Reading, true: tuple[str, str], rate: float, known: Known) -> float:
    """Probability of a row of one's own making."""
    same_name, same_number = reading[0] == true[0], reading[1] == true[1]
    if same_name and same_number:
        return 1 - rate
    name = 0.0 if same_name else max(_name_chance(true[0], reading[0] or ""), IMPOSSIBLE)
    number = 0.0 if same_number else _number_chance(reading[1], true[1], known)
    if same_number:
        return rate * NAME_SHARE * name
    if same_name:
        return rate * (1 - NAME_SHARE - BOTH_SHARE) * number
    return rate * BOTH_SHARE * name * number


@lru_cache(maxsize=500_000)
def _name_chance(true: str, written: str) -> float:
    return chance(true, written)


def _number_chance(written: str | None, true: str, known: Known) -> float:
    if written is None:
        return NO_NUMBER
    if written in known.valid:
        return OTHERS_NUMBER if written in known.owned else VALID_WRONG
    return NEAR if _is_near(written, true) else FAR


def _is_near(written: str, true: str) -> bool:
    if len(written) == 15:
        return with_check(f"{written[:6]}19{written[6:]}") == true
    if len(written) == 18:
        differing = [at for at in range(18) if written[at] != true[at]]
        swapped = len(differing) == 2 and written[differing[0]] == true[differing[1]]
        return len(differing) == 1 or swapped or written[:15] == true[:15]
    return sum(a == b for a, b in zip(written, true, strict=False)) + sum(
        a == b for a, b in zip(written[::-1], true[::-1], strict=False)
    ) >= min(len(written), 18)


def _number_prior(number: str, case: Case, known: Known) -> float:
    fits = number[6:14] == case.birth or not case.birth
    local = 1.0 if number[:6] in known.local else FOREIGN
    return (IMPOSSIBLE if number in known.owned and number != case.true[1] else 1.0) * (1.0 if fits else 1e-6) * local


@lru_cache(maxsize=500_000)
def _prior(name: str) -> float:
    """How usual a name is among the people the lake was drawn from."""
    surnames, given = _weights()
    if "·" in name:
        return 1e-5 if all(part for part in name.split("·")) else IMPOSSIBLE
    size = 2 if name[:2] in surnames and len(name) > 2 else 1
    weight = surnames.get(name[:size], IMPOSSIBLE)
    rest = name[size:]
    if not 1 <= len(rest) <= 2:
        return IMPOSSIBLE * weight
    return weight * (0.13 if len(rest) == 1 else 0.87) * math.prod(given.get(one, 1e-6) for one in rest)


@lru_cache(maxsize=1)
def _weights() -> tuple[dict[str, float], dict[str, float]]:
    known = stock()
    mean = sum(known.character_weights(sex, cohort) for sex in (0, 1) for cohort in range(len(COHORTS))) / (
        2 * len(COHORTS)
    )
    surnames = dict(zip(known.surnames.to_pylist(), known.surname_weights.tolist(), strict=True))
    return surnames, dict(zip(known.given.to_pylist(), mean.tolist(), strict=True))


def _read(lake: Path) -> tuple[list[Case], Known]:
    """The cases, and what is known of the numbers seen."""
    with duckdb.connect(config={"threads": 2}) as db:
        parts = []
        for place, source in enumerate(SOURCES):
            (record,) = lake.glob(f"data/deliveries/{source}/*/record.parquet")
            parts.append(
                f"SELECT {place} AS place, t.person, r.name, r.id_no, strftime(r.birth_date, '%Y%m%d') AS born,"
                f" (t.name_wrong OR t.id_wrong) AND NOT t.neutral AS wrong, t.neutral,"
                " coalesce(t.causes, '') AS causes"
                f" FROM read_parquet('{record}') AS r JOIN read_parquet('{lake}/truth/{source}.parquet') AS t"
                " USING (record_no) WHERE NOT t.repeat"
            )
        db.execute(f"CREATE TABLE row AS {' UNION ALL '.join(parts)}")
        db.execute(f"CREATE TABLE person AS SELECT * FROM read_parquet('{lake}/truth/persons.parquet')")
        db.execute("DELETE FROM row WHERE person NOT IN (SELECT person FROM row WHERE wrong)")
        db.execute("DELETE FROM row WHERE neutral OR person IN (SELECT person FROM person WHERE shared)")
        rows = db.execute(
            "SELECT r.person, r.place, r.name, r.id_no, r.wrong, p.name, p.id_no,"
            " max(r.born) OVER (PARTITION BY r.person), r.causes FROM row AS r JOIN person AS p USING (person) ORDER BY 1, 2"
        ).fetchall()
        owned = db.execute(
            "SELECT DISTINCT r.id_no FROM row AS r JOIN person AS p ON p.id_no = r.id_no AND p.person <> r.person"
        ).fetchall()
        seen = db.execute("SELECT DISTINCT id_no FROM row WHERE id_no IS NOT NULL").to_arrow_table()["id_no"]
        local = db.execute(
            "SELECT left(id_no, 6) FROM person GROUP BY 1 HAVING count(*) > (SELECT count(*) FROM person) / 100"
        ).fetchall()
    seen = seen.combine_chunks()
    parsed = parse_ids(seen)
    valid = frozenset(
        text
        for text, ok, kind in zip(seen.to_pylist(), parsed.ok.to_pylist(), parsed.kind.to_pylist(), strict=True)
        if ok and kind == "citizen"
    )
    cases: dict[int, Case] = defaultdict(lambda: Case(("", ""), ""))
    for person, place, name, number, wrong, true_name, true_id, born, causes in rows:
        case = cases[person]
        case.true, case.birth = (true_name, true_id), born or ""
        case.rows.append((place, (name, number), not wrong))
        if wrong:
            case.causes[name, number] = frozenset(causes.split("|")) - {""}
    return list(cases.values()), Known(frozenset(o for (o,) in owned), valid, frozenset(o for (o,) in local))
