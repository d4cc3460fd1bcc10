"""`diagnose`: ledgers become deliveries of a county that lives as long as the call, and the sweep judges them."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from taizhang.intake.county import MOST_SOURCES, County, SourceKind, SourceSpec
from taizhang.languages import Language, language_of
from taizhang.library.tables import LedgerTable, LedgerUnreadable, number_villages, read_ledger, whole_text
from taizhang.library.verdicts import Verdicts, verdicts_of
from taizhang.sweep import sweep
from taizhang.sweep.record_rows import record_table
from taizhang.sweep.rules import RuleSet, load_packs

IDENTITY = ("ID-", "NM-", "PR-", "XS-", "AU-")
"""Families of the taxonomy of identity; the other rules are about a county's work and need its tables."""


def diagnose(
    ledgers: Mapping[str, Any],
    *,
    derived_from: Mapping[str, str | Sequence[str]] | None = None,
    kinds: Mapping[str, str] | None = None,
    as_of: date | None = None,
    engine: str = "duckdb",
    language: str = Language.ZH,
) -> Verdicts:
    """Say where ID numbers and names do not belong together, why, and which ledger is probably wrong.

    ledgers: title → table (see `tables.read_ledger`). Columns: id_no, name, and as many of birth_date, sex, village,
    household_no, relation_to_head, phone, person_no, head_name, head_id_no as there are; every one helps.
    derived_from: title → the title or titles it was copied from: their agreement is then no second witness.
    kinds: title → national, city, ledger, app or authority; "ledger" where not told. as_of: the day ages and future
    dates are judged by, today where not told. engine: as for a sweep. language: zh-Hans, zh-Hant or en, of titles,
    messages and evidence.
    The rows of the verdicts are 0-based positions in the tables. Tables are written to a private temporary folder that
    is gone when this returns.
    Raises LedgerUnreadable for ledgers, titles, kinds and languages that cannot be, TypeError for a day that is no date, and what
    `taizhang.sweep.run.sweep` raises for an engine.
    """
    titles = _titles(ledgers)
    day, spoken = _day(as_of), _language(language)
    ids = {title: f"l{number:02d}" for number, title in enumerate(titles)}
    copies = {_known(title, ids): _originals(title, of, ids) for title, of in (derived_from or {}).items()}
    kind_of = {_known(title, ids): _kind(title, kind) for title, kind in (kinds or {}).items()}
    tables = {title: read_ledger(title, ledgers[title]) for title in titles}
    number_villages(tables.values())
    with tempfile.TemporaryDirectory(prefix="taizhang-diagnose-") as folder:
        base = Path(folder)
        for title in titles:
            _deliver(base / "data" / "deliveries" / ids[title], title, tables[title], day)
        sources = tuple(
            SourceSpec(ids[title], kind_of.get(ids[title], SourceKind.LEDGER), title, base, copies.get(ids[title], ()))
            for title in titles
        )
        county = County(file=base / "county.toml", code="", name="", data=base / "data", sources=sources)
        result = sweep(county, as_of=day, rules=_identity_rules(), engine=engine)
        findings = pq.read_table(result.folder / "findings.parquet").to_pylist()
        persons = pq.read_table(result.folder / "persons.parquet", columns=["person_id", "household_id", "records"])
    return verdicts_of(
        findings,
        titles={identity: title for title, identity in ids.items()},
        rules=_identity_rules(),
        records=sum(table.rows for table in tables.values()),
        persons=persons,
        ignored={title: table.ignored for title, table in tables.items() if table.ignored},
        unread={title: table.unread for title, table in tables.items() if table.unread},
        language=spoken,
    )


def _titles(ledgers: Any) -> list[str]:
    """In an order of their own: nothing may depend on the one in which the ledgers are given."""
    if not isinstance(ledgers, Mapping) or not all(isinstance(title, str) and title.strip() for title in ledgers):
        raise LedgerUnreadable("台账须按名称给出。", hint="写成 {“村台账”: 表}，名称是文字。")
    if any(whole_text(title) != title for title in ledgers):
        raise LedgerUnreadable("台账的名称里有不成字的字符。", hint="换一个名称。")
    if not 1 <= len(ledgers) <= MOST_SOURCES:
        raise LedgerUnreadable(f"需要1到{MOST_SOURCES}本台账。", why=f"给出了{len(ledgers)}本。")
    return sorted(ledgers)


def _day(as_of: Any) -> date:
    """A time of day says its day, as data frames give days."""
    if as_of is None:
        return datetime.now(UTC).date()
    if not isinstance(as_of, date):
        raise TypeError(f"as_of is a datetime.date, not a {type(as_of).__name__}")
    return as_of.date() if isinstance(as_of, datetime) else as_of


def _language(tag: str) -> Language:
    spoken = language_of(tag)
    if spoken is None:
        raise LedgerUnreadable("没有这种语言。", hint=f"只能是：{'、'.join(Language)}")
    return spoken


def _originals(title: str, of: str | Sequence[str], ids: Mapping[str, str]) -> tuple[str, ...]:
    told = (of,) if isinstance(of, str) else tuple(of)
    if title in told:
        raise LedgerUnreadable(f"“{title}”不能抄自它自己。", hint="derived_from 写它抄自的另一本台账。")
    return tuple(_known(one, ids) for one in told)


def _kind(title: str, kind: str) -> SourceKind:
    if kind not in set(SourceKind):
        raise LedgerUnreadable("没有这种来源。", where=title, hint=f"只能是：{'、'.join(SourceKind)}")
    return SourceKind(kind)


def _known(title: str, ids: Mapping[str, str]) -> str:
    if title not in ids:
        raise LedgerUnreadable(f"没有名为“{title}”的台账。", hint=f"给出的台账：{'、'.join(ids)}。")
    return ids[title]


def _deliver(folder: Path, title: str, table: LedgerTable, day: date) -> None:
    """Write a ledger as a delivery; the row numbers are the caller's positions."""
    columns = {**table.columns, "row_no": list(range(table.rows))}
    target = folder / f"{day.isoformat()}-{0:012x}"
    target.mkdir(parents=True)
    pq.write_table(record_table(columns, as_of=day), target / "record.parquet")
    manifest = {
        "rows": {"record": table.rows},
        "files": [{"no": 0, "name": title, "sheets": [{"no": 0, "name": "", "columns": {}}]}],
    }
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@cache
def _identity_rules() -> RuleSet:
    whole = load_packs()
    return replace(whole, rules={name: rule for name, rule in whole.rules.items() if name.startswith(IDENTITY)})
