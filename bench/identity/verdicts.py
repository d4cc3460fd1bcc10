"""What a sweep says about each record: the one place that knows how findings are written."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np

from identity.kinds import is_about_identity
from identity.lake import FIRST_ROW


@dataclass(slots=True)
class Verdict:
    """About one record.

    p_wrong: that its name or number is wrong. kinds: all codes said of it; first: codes that head
    a finding. name, id_no: (likeliest value, probability), or None where nothing is suggested. auto: suggested without
    reserve (classes A and B with a culprit).
    """

    p_wrong: float = 0.0
    kinds: set[str] = field(default_factory=set)
    first: list[str] = field(default_factory=list)
    name: tuple[str, float] | None = None
    id_no: tuple[str, float] | None = None
    auto: bool = False
    blamed: bool = False


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All that a sweep complains about.

    by_source: per source the verdicts by record number. shared: (source, record number) of the rows of numbers that the
    sweep takes for genuinely shared by two persons.
    """

    by_source: dict[str, dict[int, Verdict]]
    shared: frozenset[tuple[str, int]]


def read_verdicts(sweep: Path, lake: Path) -> Verdicts:
    """The verdicts of a finished sweep of a lake. Reads findings.parquet (docs/formats/findings.md)."""
    firsts = _first_records(lake)
    with duckdb.connect(config={"threads": 2}) as db:
        rows = db.execute(
            "SELECT rule, kinds, source, culprit, p_culprit, confidence_class,"
            " list_transform(records, lambda r: {'s': r.source, 'f': r.file_no, 'r': r.\"row\"}),"
            " list_transform(candidates, lambda c: {'f': c.field, 'v': c.value, 'p': c.probability})"
            " FROM read_parquet(?) WHERE delta <> 'gone' AND len(records) > 0 AND regexp_matches(rule, '^(ID|NM|XS|PR)-')",
            [str(sweep / "findings.parquet")],
        )
        made = Verdicts({source: {} for source in firsts}, frozenset())
        shared: set[tuple[str, int]] = set()
        while block := rows.fetchmany(10_000):
            for rule, kinds, source, culprit, p_culprit, confidence, records, candidates in block:
                if not is_about_identity(rule):
                    continue
                placed = [(r["s"], int(firsts[r["s"]][r["f"]]) + r["r"] - FIRST_ROW) for r in records]
                if rule == "PR-ID-SHARED":
                    shared |= set(placed)
                    continue
                own = [at for where, at in placed if where == source] or [placed[0][1]]
                if culprit is None:
                    own = own[:1]
                probability = 0.5 if p_culprit is None else float(p_culprit)
                told = {rule, *(kinds or ())}
                for place, record in enumerate(own):
                    verdict = made.by_source[source].setdefault(record, Verdict())
                    verdict.p_wrong = max(verdict.p_wrong, probability)
                    verdict.kinds |= told
                    verdict.first.append(rule)
                    verdict.blamed |= culprit == source
                    verdict.auto |= confidence in {"A", "B"} and culprit is not None
                    _suggest(verdict, candidates or [], place, len(own))
        return Verdicts(made.by_source, frozenset(shared))


def _suggest(verdict: Verdict, candidates: list[dict[str, object]], place: int, rows: int) -> None:
    """Take the likeliest candidate of each field; a finding about several rows lists one candidate a row, in order."""
    if rows > 1:
        candidates = candidates[place : place + 1] if len(candidates) == rows else []
    for candidate in candidates:
        if candidate["f"] in {"name", "id_no"} and candidate["v"]:
            best = getattr(verdict, str(candidate["f"]))
            offer = (str(candidate["v"]), float(str(candidate["p"] or 0.0)))
            if best is None or offer[1] > best[1]:
                setattr(verdict, str(candidate["f"]), offer)


def _first_records(lake: Path) -> dict[str, np.ndarray]:
    """By source: the number of the first record of each file."""
    found = {}
    with duckdb.connect() as db:
        for path in sorted(lake.glob("data/deliveries/*/*/record.parquet")):
            starts = db.execute(
                "SELECT file_no, min(record_no) FROM read_parquet(?) GROUP BY file_no ORDER BY file_no", [str(path)]
            ).fetchnumpy()
            found[path.parent.parent.name] = np.asarray(starts["min(record_no)"])
    return found
