"""The real linking, judging and diagnosing on a handful of rows: for the packs' examples, for tests and for tries."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from taizhang.sweep.authority.answers import AuthorityAnswer, register_answers
from taizhang.sweep.diagnose import Diagnosis, diagnose, judge_all
from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.persons import link_persons, make_claim_person
from taizhang.sweep.record_rows import record_table
from taizhang.sweep.tables import RECORD_BASE, make_record_raw

AS_OF = date(2020, 2, 19)


@dataclass(frozen=True)
class Diagnosed:
    """What became of rows. persons: by position in the rows, whom linking took the row for (equal numbers, one person)."""

    diagnoses: list[Diagnosis]
    persons: Mapping[int, int]


def diagnose_rows(
    rows: Sequence[Mapping[str, Any]],
    *,
    derived_from: Mapping[str, Sequence[str]] | None = None,
    as_of: Mapping[str, date] | None = None,
) -> list[Diagnosis]:
    """Diagnose rows of several sources; see `diagnosed`."""
    return diagnosed(rows, derived_from=derived_from, as_of=as_of).diagnoses


def diagnosed(
    rows: Sequence[Mapping[str, Any]],
    *,
    derived_from: Mapping[str, Sequence[str]] | None = None,
    as_of: Mapping[str, date] | None = None,
    answers: Sequence[AuthorityAnswer] = (),
) -> Diagnosed:
    """Link, judge and diagnose rows of several sources.

    rows: canonical fields by name, with "source" (an id; a source is of the kind of its id where that is one, else a
    ledger). derived_from: by source, the sources it copies. as_of: by source, where it differs from AS_OF. answers: of
    the authority. The diagnoses' `records` are positions in `rows`.
    """
    names = sorted({str(row["source"]) for row in rows})
    ancestors = derived_from or {}
    place: dict[int, int] = {}
    with tempfile.TemporaryDirectory(prefix="taizhang-rows-") as folder:
        sources = {}
        for number, name in enumerate(names):
            own = [at for at, row in enumerate(rows) if row["source"] == name]
            place |= {number * RECORD_BASE + record_no: at for record_no, at in enumerate(own)}
            day = (as_of or {}).get(name, AS_OF)
            delivery = Path(folder) / name / f"{day.isoformat()}-000000000000"
            delivery.mkdir(parents=True)
            fields = dict.fromkeys(key for at in own for key in rows[at] if key != "source")
            columns = {key: [rows[at].get(key) for at in own] for key in fields}
            pq.write_table(record_table(columns, as_of=day), delivery / "record.parquet")
            kind = name if name in {"national", "city", "ledger", "app", "authority"} else "ledger"
            parents = tuple(sorted(names.index(one) for one in ancestors.get(name, ()) if one in names))
            sources[number] = SourceDelivery(number, name, kind, parents, delivery, delivery.name, day)
        with DuckDbEngine([Path(folder)]) as engine:
            make_record_raw(engine, list(sources.values()))
            register_answers(engine, answers)
            linked = link_persons(engine, sources)
            make_claim_person(engine)
            found = list(diagnose(engine, sources, linked, judge_all(engine, sources, linked)))
            roots = engine.fetch("SELECT record_id, root FROM claim_person")
    persons = zip(roots["record_id"].to_pylist(), roots["root"].to_pylist(), strict=True)
    return Diagnosed(
        [replace(one, records=tuple(place[record] for record in one.records)) for one in found],
        {place[record]: root for record, root in persons},
    )
