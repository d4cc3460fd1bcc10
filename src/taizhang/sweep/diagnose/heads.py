"""The copy of the head in a household's rows against the head's own row: the copy goes stale when the head changes."""

from collections.abc import Iterator, Mapping

import pyarrow as pa

from taizhang.identity.names import compare_name_pairs
from taizhang.identity.numbers import compare_number_pairs
from taizhang.sweep.diagnose.model import Candidate, Confidence, Diagnosis, Observed
from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery

DIFFERENT_PEOPLE = ("XS-NAME-GIVEN", "XS-NAME-DISJOINT", "XS-NAME-SURNAME", "XS-NAME-ONECHAR")


def head_copies(
    engine: Engine, sources: Mapping[int, SourceDelivery], wrong_records: frozenset[int]
) -> Iterator[Diagnosis]:
    """PR-HEAD-NAME, PR-HEAD-ID, PR-HEAD-BOTH: one diagnosis a household and source.

    wrong_records: rows whose own number or name is already under a diagnosis; a copy that differs from such a row is
    a witness against the row, not a second mistake.
    """
    engine.execute("""
        CREATE OR REPLACE TABLE head_row AS
        SELECT hh_no, MIN(hh) AS hh, MIN(source_no) AS source_no, MIN(record_id) AS record_id, MIN(root) AS root
        FROM claim_person WHERE relation = 1 AND present = 1 AND hh_no IS NOT NULL
        GROUP BY hh_no HAVING MIN(root) = MAX(root)
    """)
    # Integers tell which copies may differ; only their texts are read, once for both sides.
    engine.execute("""
        CREATE OR REPLACE TABLE head_copy AS
        SELECT h.record_id, h.source_no, h.hh, h.root, d.copy_id FROM head_row AS h
        JOIN head_differs AS d ON d.hh_no = h.hh_no AND d.record_id = h.record_id
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE head_text AS
        SELECT r.record_id, r.name, r.name_id, COALESCE(r.core18, r.id_no) AS number, r.id_key, r.village_code, r.head_name,
            r.head_name_id, COALESCE(r.head_core18, r.head_id_no) AS head_number, r.head_id_key
        FROM record_raw AS r
        SEMI JOIN (SELECT record_id FROM head_copy UNION SELECT copy_id FROM head_copy) AS w ON w.record_id = r.record_id
    """)
    name = "r.head_name_id <> o.name_id AND r.head_name IS NOT NULL AND o.name IS NOT NULL"
    number = "r.head_id_key <> o.id_key"
    table = engine.fetch(f"""
        SELECT h.record_id, h.source_no, h.hh, h.root, MIN(h.copy_id) AS copy_id, MIN(o.name) AS own_name,
            MIN(o.number) AS own_number, MIN(r.head_name) AS name_copy,
            MIN(r.head_number) AS number_copy, MIN(o.village_code) AS village,
            MAX(CASE WHEN {name} THEN 1 ELSE 0 END) AS name_differs,
            MAX(CASE WHEN {number} THEN 1 ELSE 0 END) AS number_differs
        FROM head_copy AS h
        JOIN head_text AS r ON r.record_id = h.copy_id
        JOIN head_text AS o ON o.record_id = h.record_id
        WHERE {name} OR {number}
        GROUP BY h.record_id, h.source_no, h.hh, h.root
        ORDER BY h.record_id
    """)
    for made in ("head_differs", "head_copy", "head_text"):
        engine.execute(f"DROP TABLE {made}")
    rows = [row for row in table.to_pylist() if row["record_id"] not in wrong_records]
    if not rows:
        return
    names = compare_name_pairs(_column(rows, "own_name"), _column(rows, "name_copy"))["code"].to_pylist()
    numbers = compare_number_pairs(_column(rows, "own_number"), _column(rows, "number_copy"))[0].to_pylist()
    for row, by_name, by_number in zip(rows, names, numbers, strict=True):
        yield _head(row, by_name, by_number, sources[row["source_no"]].source)


def _column(rows: list[dict[str, object]], name: str) -> pa.StringArray:
    return pa.array([row[name] for row in rows], pa.string())


def _head(row: Mapping[str, object], name: str, number: str, source: str) -> Diagnosis:
    name_differs, number_differs = bool(row["name_differs"]), bool(row["number_differs"])
    fields: tuple[str, ...]
    if name_differs and number_differs:
        code, fields = "PR-HEAD-BOTH", ("head_name", "head_id_no")
    elif name_differs:
        code, fields = "PR-HEAD-NAME", ("head_name",)
    else:
        code, fields = "PR-HEAD-ID", ("head_id_no",)
    true = {"head_name": row["own_name"], "head_id_no": row["own_number"]}
    also = tuple(
        one
        for one in (name if name_differs else "", number.split("|", maxsplit=1)[0] if number_differs else "")
        if one.startswith("XS-")
    )
    whole = name_differs and name in DIFFERENT_PEOPLE
    return Diagnosis(
        code=code,
        persons=(int(str(row["root"])),),
        records=(int(str(row["copy_id"])), int(str(row["record_id"]))),
        wrong=1,
        source=source,
        fields=fields,
        also=also,
        subject_type="household",
        household=int(str(row["hh"])) if row["hh"] is not None else None,
        culprit=source,
        p_culprit=0.95,
        scope_key=source,
        candidates=tuple(
            Candidate(field, str(true[field]), 0.9, "member_row", (source,)) for field in fields if true[field]
        ),
        evidence=("户主副本与户主本人的成员行不一致" + ("，可能户主已变更而副本未改" if whole else ""),),
        observed=tuple(
            Observed(source, field, str(row["name_copy" if field == "head_name" else "number_copy"]))
            for field in fields
        ),
        confidence=Confidence.OTHER_SOURCE,
    )
