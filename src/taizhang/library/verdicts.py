"""What the library answers: verdicts with their rows, candidates and evidence; shown masked, held in full."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, overload

import pyarrow as pa
import pyarrow.compute as pc

from taizhang.languages import Language, evidence_in, translated
from taizhang.library import showing
from taizhang.sweep.findings.schema import MESSAGE_COLUMNS
from taizhang.sweep.rules import RuleSet

_TEXTS = pa.list_(pa.string())
_ROW = pa.struct([("ledger", pa.string()), ("row", pa.int64())])
_OBSERVED = pa.struct([("ledger", pa.string()), ("field", pa.string()), ("value", pa.string())])
_CANDIDATE = pa.struct([
    ("field", pa.string()), ("value", pa.string()), ("probability", pa.float64()), ("reason", pa.string()), ("ledgers", _TEXTS),
])  # fmt: skip
_TABLE = pa.schema([
    ("code", pa.string()), ("title", pa.string()), ("kinds", _TEXTS), ("severity", pa.string()), ("fields", _TEXTS),
    ("ledger", pa.string()), ("culprit", pa.string()), ("p_culprit", pa.float64()), ("rows", pa.list_(_ROW)),
    ("observed", pa.list_(_OBSERVED)), ("candidates", pa.list_(_CANDIDATE)), ("evidence", _TEXTS),
    ("message", pa.string()), ("confidence", pa.string()),
])  # fmt: skip
_BY_ROW = pa.schema([
    ("ledger", pa.string()), ("row", pa.int64()), ("verdict", pa.int64()), ("code", pa.string()), ("title", pa.string()),
    ("severity", pa.string()), ("culprit", pa.string()), ("p_culprit", pa.float64()), ("field", pa.string()),
    ("suggested", pa.string()), ("probability", pa.float64()),
])  # fmt: skip
_LINK = pa.schema([("ledger", pa.string()), ("row", pa.int64()), ("person", pa.int64()), ("household", pa.int64())])
TOGETHER = frozenset({"PR-SWAP", "XS-SWAP", "PR-ROW-SHIFT"})
"""Diagnoses of rows that have each other's values: a candidate a row."""
_RULE_TITLE = {Language.ZH: "zh", Language.HANT: "zh_hant", Language.EN: "en"}


@dataclass(frozen=True, slots=True, order=True)
class LedgerRow:
    """A row of a ledger: its title and the 0-based position in the table that was given."""

    ledger: str
    row: int


@dataclass(frozen=True, slots=True, repr=False)
class Observed:
    """What a ledger says in a field. `value` is whole; what is printed is masked."""

    ledger: str
    field: str
    value: str | None

    def __repr__(self) -> str:
        """Masked."""
        return f"Observed({self.ledger}: {self.field}={showing.masked(self.field, self.value)})"


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """A value that may be the true one, how probable, why, and which ledgers say it."""

    field: str
    value: str
    probability: float
    reason: str
    ledgers: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Masked."""
        return (
            f"Candidate({self.field}={showing.masked(self.field, self.value)}, {self.probability:.3f}, {self.reason})"
        )


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """One cause of one trouble.

    code, title: of the diagnosis (docs/diagnoses.md); kinds: all codes that fit, this one first. severity: error, warn,
    suspect or info. ledger: whose row is complained about. culprit, p_culprit: the ledger that is probably wrong and
    how sure that is; None where the evidence does not tell. rows: the wrong ones first. candidates: the likeliest
    first, suggestions only. confidence: A lossless, B another ledger is whole, C ranked, D none. language: of the title, the
    message and the evidence, and of how it is shown.
    """

    code: str
    title: str
    kinds: tuple[str, ...]
    severity: str
    fields: tuple[str, ...]
    ledger: str | None
    culprit: str | None
    p_culprit: float | None
    rows: tuple[LedgerRow, ...]
    observed: tuple[Observed, ...]
    candidates: tuple[Candidate, ...]
    evidence: tuple[str, ...]
    message: str
    confidence: str
    language: Language = Language.ZH

    def __repr__(self) -> str:
        """One line, masked."""
        return showing.verdict_line(self)

    def _repr_html_(self) -> str:
        return showing.verdicts_html([self], self.language)


@dataclass(frozen=True, slots=True, repr=False)
class Verdicts(Sequence[Verdict]):
    """All verdicts on some ledgers, in an order that depends on their contents only.

    records, persons: how many rows were read and how many people they are about. links: which rows those are, an Arrow table of
    ledger, row, person and household (numbers that hold within these verdicts only). ignored: title → columns that mean
    nothing here; unread: title → field → values that could not be read and count as missing. language: as for `Verdict`.
    """

    verdicts: tuple[Verdict, ...]
    records: int
    persons: int
    links: pa.Table
    ignored: Mapping[str, tuple[str, ...]]
    unread: Mapping[str, Mapping[str, int]]
    language: Language = Language.ZH

    @overload
    def __getitem__(self, at: int) -> Verdict: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Verdict, ...]: ...
    def __getitem__(self, at: int | slice) -> Verdict | tuple[Verdict, ...]:
        """The verdict at a position, or several."""
        return self.verdicts[at]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.verdicts)

    def __iter__(self) -> Iterator[Verdict]:
        """One after the other."""
        return iter(self.verdicts)

    def of_row(self, ledger: str, row: int) -> tuple[Verdict, ...]:
        """Those that show a row."""
        wanted = LedgerRow(ledger, row)
        return tuple(one for one in self.verdicts if wanted in one.rows)

    def of_kind(self, code: str) -> tuple[Verdict, ...]:
        """Those that a code fits, as the first explanation or another; a beginning ("XS-NAME-") is enough."""
        return tuple(one for one in self.verdicts if any(kind.startswith(code) for kind in one.kinds))

    def to_arrow(self) -> pa.Table:
        """A row a verdict, with the fields of `Verdict` as columns; values are whole. Data frames are made of it."""
        return pa.Table.from_pylist([asdict(one) for one in self.verdicts], schema=_TABLE)

    def by_row(self) -> pa.Table:
        """A row a verdict and ledger row that it shows, to be joined back: `ledger` and `row` say which row of which table.

        verdict: the position here and in `to_arrow`. field, suggested, probability: what the row should probably say, where its
        ledger is named the culprit and the verdict is about this row alone, or about rows that have each other's values; null
        elsewhere, for then it is not said which row to change.
        """
        return pa.Table.from_pylist(
            [line for at, one in enumerate(self.verdicts) for line in _lines(at, one)], schema=_BY_ROW
        )

    def __repr__(self) -> str:
        """A summary and the first lines, masked."""
        return showing.verdicts_text(self)

    def _repr_html_(self) -> str:
        return showing.verdicts_html(self, self.language, self.records, self.persons)


def verdicts_of(
    findings: Iterable[Mapping[str, Any]],
    *,
    titles: Mapping[str, str],
    rules: RuleSet,
    records: int,
    persons: pa.Table,
    ignored: Mapping[str, tuple[str, ...]],
    unread: Mapping[str, Mapping[str, int]],
    language: Language,
) -> Verdicts:
    """Typed verdicts out of the rows of findings.parquet and persons.parquet. titles: source id → title."""
    found = [_verdict(one, titles, rules, language) for one in findings]
    found.sort(key=lambda one: (one.rows[:1], one.code, one.rows))
    return Verdicts(tuple(found), records, persons.num_rows, _links(persons, titles), ignored, unread, language)


def _links(persons: pa.Table, titles: Mapping[str, str]) -> pa.Table:
    """Whose row every row is, in the order of ledgers and rows."""
    held = persons["records"].combine_chunks()
    rows = pa.Table.from_struct_array(held.flatten())
    owners = persons.select(["person_id", "household_id"]).take(pc.list_parent_indices(held))
    names = pa.array([titles[one] for one in rows["source"].to_pylist()], pa.string())
    columns = [names, rows["row_no"], *owners.columns]
    return pa.table(columns, names=_LINK.names).cast(_LINK).sort_by([("ledger", "ascending"), ("row", "ascending")])


def _lines(at: int, verdict: Verdict) -> Iterator[dict[str, Any]]:
    """A verdict as a line for each of its rows."""
    offers = _offers(verdict)
    for row in verdict.rows:
        best = offers.get(row)
        yield {
            "ledger": row.ledger, "row": row.row, "verdict": at, "code": verdict.code, "title": verdict.title,
            "severity": verdict.severity, "culprit": verdict.culprit, "p_culprit": verdict.p_culprit,
            "field": best and best.field, "suggested": best and best.value, "probability": best and best.probability,
        }  # fmt: skip


def _offers(verdict: Verdict) -> Mapping[LedgerRow, Candidate]:
    """What rows should probably say. Of rows with one cause the candidates stand in the order of the rows."""
    wrong = [row for row in verdict.rows if row.ledger == verdict.culprit]
    if len(verdict.rows) == 1:
        return dict(zip(wrong, verdict.candidates, strict=False))
    if verdict.code in TOGETHER and len(verdict.fields) == 1 and len(wrong) == len(verdict.candidates):
        return dict(zip(wrong, verdict.candidates, strict=True))
    return {}


def _verdict(finding: Mapping[str, Any], titles: Mapping[str, str], rules: RuleSet, language: Language) -> Verdict:
    def title(source: str | None) -> str | None:
        return None if source is None else titles.get(source, source)

    code = finding["rule"]
    rows = [LedgerRow(titles[one["source"]], one["row"]) for one in finding["records"] or ()]
    candidates = [
        Candidate(
            one["field"],
            one["value"],
            one["probability"],
            one["reason"],
            tuple(titles[s] for s in one["sources"] or ()),
        )
        for one in finding["candidates"] or ()
    ]
    return Verdict(
        code=code,
        title=rules.rules[code].title[_RULE_TITLE[language]] if code in rules.rules else code,
        kinds=tuple(finding["kinds"]),
        severity=finding["severity"],
        fields=tuple(finding["fields"]),
        ledger=title(finding["source"]),
        culprit=title(finding["culprit"]),
        p_culprit=finding["p_culprit"],
        rows=tuple(dict.fromkeys(rows)),
        observed=tuple(
            Observed(titles.get(one["source"]) or translated(one["source"] or "", language), one["field"], one["value"])
            for one in finding["observed"] or ()
        ),
        candidates=tuple(candidates),
        evidence=tuple(evidence_in(one, language) for one in finding["evidence"] or ()),
        message=finding[f"message_{MESSAGE_COLUMNS[language]}"] or "",
        confidence=finding["confidence_class"],
        language=language,
    )
