"""Fields beside name and number that say who a person is: sources that differ in them, and reused person numbers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from taizhang.sweep.diagnose.model import Candidate, Confidence, Diagnosis, Observed
from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery

COMPARED = {"sex": "性别", "birth_date": "出生日期", "ethnic_group": "民族", "education": "文化程度"}
"""Compared fields with what people call them; the first three never change, the last only upward and seldom."""
AS_FACTS = ("sex", "birth_date")
"""Those that `claim_person` holds."""


def differing_fields(engine: Engine, sources: Mapping[int, SourceDelivery]) -> Iterator[Diagnosis]:
    """XS-FIELD: sources that differ in a field that hardly ever changes; one diagnosis a field and wrong row."""
    told = _told(engine)
    fields = [name for name in COMPARED if name in AS_FACTS or name in told]
    joined = "JOIN record_raw AS r ON r.record_id = c.record_id" if told else ""
    counted = ", ".join(f"MIN({name}) <> MAX({name}) AS {name}_differs" for name in fields)
    asked = ", ".join(f"{'r' if name in told else 'c'}.{name}" for name in fields)
    engine.execute(f"""
        CREATE OR REPLACE TABLE differing AS
        SELECT * FROM (SELECT root, {counted} FROM (SELECT c.root, {asked} FROM claim_person AS c {joined}) AS q GROUP BY root)
        WHERE {" OR ".join(f"{name}_differs" for name in fields)}
    """)
    shown = ", ".join(f"CAST(r.{name} AS VARCHAR) AS {name}" for name in fields)
    flags = ", ".join(f"d.{name}_differs" for name in fields)
    table = engine.fetch(f"""
        SELECT c.root, c.record_id, c.source_no, {shown}, {flags}, r.id_sex, CAST(r.id_birth AS VARCHAR) AS id_birth, r.id_ok
        FROM differing AS d
        JOIN claim_person AS c ON c.root = d.root
        JOIN record_raw AS r ON r.record_id = c.record_id
        ORDER BY c.root, c.record_id
    """)
    engine.execute("DROP TABLE differing")
    people: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in table.to_pylist():
        people[row["root"]].append(row)
    for root, rows in people.items():
        for name in fields:
            if rows[0][f"{name}_differs"]:
                yield from _differing(root, name, rows, sources)


def _told(engine: Engine) -> set[str]:
    """The compared fields beside the facts that some delivery fills: an empty column is not joined to everybody."""
    known = set(engine.columns("record_raw"))
    asked = [name for name in COMPARED if name not in AS_FACTS and name in known]
    if not asked:
        return set()
    counted = engine.fetch(f"SELECT {', '.join(f'COUNT({name}) AS {name}' for name in asked)} FROM record_raw")
    return {name for name in asked if counted[name][0].as_py()}


def _differing(
    root: int, name: str, rows: list[dict[str, object]], sources: Mapping[int, SourceDelivery]
) -> Iterator[Diagnosis]:
    votes: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row[name] is not None:
            votes[str(row[name])].add(int(str(row["source_no"])))
    witness = {"sex": "id_sex", "birth_date": "id_birth"}.get(name)
    numbers = {str(row[witness]) for row in rows if row["id_ok"] and row[witness] is not None} if witness else set()
    weight = {value: len(told) + (1.5 if numbers == {value} else 0.0) for value, told in votes.items()}
    ranked = sorted(weight, key=lambda value: (-weight[value], value))
    decided = weight[ranked[0]] > weight[ranked[1]]
    told_by = tuple(sorted(sources[number].source for number in votes[ranked[0]]))
    share = weight[ranked[0]] / sum(weight.values())
    for row in rows:
        if row[name] is None or str(row[name]) == ranked[0]:
            continue
        source = sources[int(str(row["source_no"]))].source
        others = [int(str(o["record_id"])) for o in rows if o is not row]
        yield Diagnosis(
            code="XS-FIELD", persons=(root,), wrong=1, source=source, fields=(name,), scope_key=source,
            records=(int(str(row["record_id"])), *(() if decided else others)),
            culprit=source if decided else None, p_culprit=round(share, 4),
            candidates=(Candidate(name, ranked[0], round(share, 4), "other_source", told_by),),
            evidence=(f"{COMPARED[name]}与其他{len(told_by)}个来源不同",),
            observed=tuple(
                Observed(sources[int(str(o["source_no"]))].source, name, None if o[name] is None else str(o[name])) for o in rows
            ),
            confidence=Confidence.OTHER_SOURCE if decided else Confidence.RANKED, facts={"field": COMPARED[name]},
        )  # fmt: skip


def reused_person_numbers(engine: Engine, sources: Mapping[int, SourceDelivery]) -> Iterator[Diagnosis]:
    """PR-PERSON-NO-REUSE: one person number on two persons of a source; the person who has another one elsewhere is wrong."""
    table = engine.fetch("""
        SELECT c.source_no, c.person_no, c.root, c.record_id,
            EXISTS (SELECT 1 FROM claim_person AS o WHERE o.root = c.root AND o.source_no <> c.source_no
                AND o.person_no IS NOT NULL AND o.person_no <> c.person_no) AS has_other,
            EXISTS (SELECT 1 FROM claim_person AS o WHERE o.root = c.root AND o.source_no <> c.source_no
                AND o.person_no = c.person_no) AS has_same
        FROM claim_person AS c
        SEMI JOIN (SELECT source_no, person_no FROM claim_person WHERE person_no IS NOT NULL
            GROUP BY source_no, person_no HAVING COUNT(DISTINCT root) > 1) AS d
            ON d.source_no = c.source_no AND d.person_no = c.person_no
        ORDER BY c.source_no, c.person_no, c.root, c.record_id
    """)
    shared: dict[tuple[int, int], list[dict[str, object]]] = defaultdict(list)
    for row in table.to_pylist():
        shared[row["source_no"], row["person_no"]].append(row)
    for (source_no, _), rows in shared.items():
        source = sources[source_no].source
        doubtful = [row for row in rows if row["has_other"] and not row["has_same"]] or rows[1:]
        decided = len(doubtful) < len(rows)
        ordered = [*doubtful, *(row for row in rows if row not in doubtful)]
        yield Diagnosis(
            code="PR-PERSON-NO-REUSE", persons=tuple(dict.fromkeys(int(str(row["root"])) for row in ordered)),
            records=tuple(int(str(row["record_id"])) for row in ordered), wrong=len(doubtful), source=source,
            fields=("person_no",), culprit=source, p_culprit=0.95, scope_key=source,
            evidence=("同一人编号在本来源登记在两个人名下" + ("，其中一人在其他来源是另一编号" if decided else ""),),
            confidence=Confidence.RANKED,
        )  # fmt: skip
