"""The tables that rules read: record, person, household, and the others as delivered, with the register's ids."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.identity.numbers import from_keys
from taizhang.intake.delivery.schemas import table_schema
from taizhang.intake.model import TABLES
from taizhang.sweep.absent_columns import make_absent_columns, uneven_columns
from taizhang.sweep.diagnose import Judgement
from taizhang.sweep.engines import Engine
from taizhang.sweep.file_events import make_file_events
from taizhang.sweep.lake import SourceDelivery, manifest_of, records_of
from taizhang.sweep.link.facts import bit_of
from taizhang.sweep.tables import OTHERS, RECORD_BASE, first_id
from taizhang.sweep.unread import make_unread

PLACE = ("town_code", "village_code", "town_name", "village_name")
BIRTH = "COALESCE(birth_date, id_birth)"


def make_records(engine: Engine, deliveries: Sequence[SourceDelivery]) -> None:
    """Create record, delivery and file_event.

    A row that its ledger struck out is no record: it is nobody's, and no rule may ask anything of it.
    """
    registering = {d.number for d in deliveries if d.kind == "national"} or {d.number for d in deliveries}
    listed = ", ".join(str(number) for number in sorted(registering)) or "-1"
    engine.execute(f"""
        CREATE OR REPLACE TABLE record_link AS
        SELECT c.record_id, k.person_id, h.household_id, g.root IS NOT NULL AS in_register,
            COALESCE(c.record_id < t.newest, FALSE) AS is_repeated
        FROM claim_person AS c
        JOIN person_key AS k ON k.root = c.root LEFT JOIN household_key AS h ON h.hh = c.hh
        LEFT JOIN (SELECT DISTINCT root FROM claim_person WHERE present = 1 AND source_no IN ({listed})) AS g
            ON g.root = c.root
        LEFT JOIN (SELECT source_no, hh, root, MAX(record_id) AS newest FROM claim_person
            GROUP BY source_no, hh, root HAVING COUNT(*) > 1) AS t
            ON t.source_no = c.source_no AND t.hh = c.hh AND t.root = c.root
    """)
    _places(engine)
    make_unread(engine, deliveries)
    make_absent_columns(engine, deliveries)
    places = ", ".join(f"p.{name}" for name in PLACE)
    # All that a record gets beside its own columns stands in one table: every scan of `record` pays for every join.
    engine.execute(f"""
        CREATE OR REPLACE TABLE record_beside AS
        SELECT l.record_id, l.person_id, l.household_id, l.in_register, l.is_repeated, u.unread, u.unread_why,
            a.absent_columns, {places}
        FROM record_link AS l LEFT JOIN unread_record AS u ON u.record_id = l.record_id
        LEFT JOIN absent_record AS a ON a.record_id = l.record_id
        LEFT JOIN record_known_place AS p ON p.record_id = l.record_id
    """)
    for name in ("record_known_place", "unread_record", "absent_record"):
        engine.execute(f"DROP TABLE {name}")
    own = ", ".join(
        f"COALESCE(r.{name}, b.{name}) AS {name}" if name in PLACE else f'r."{name}"'
        for name in engine.columns("record_raw")
    )
    engine.execute(f"""
        CREATE OR REPLACE VIEW record AS
        SELECT {own}, b.person_id, b.household_id, b.in_register, b.is_repeated,
            COALESCE(r.birth_date, CASE WHEN r.id_ok THEN r.id_birth END) AS birth, b.unread, b.unread_why,
            b.absent_columns
        FROM record_raw AS r JOIN record_beside AS b ON b.record_id = r.record_id
    """)
    _deliveries(engine, deliveries)


def make_subjects(engine: Engine, deliveries: Sequence[SourceDelivery], judged: Judgement) -> None:
    """Create person, household and the other delivered tables, after `make_records`."""
    _person(engine, judged, deliveries)
    _household(engine, deliveries)
    for name in OTHERS:
        _other(engine, name, deliveries)


def _places(engine: Engine) -> None:
    """`record_known_place`: where most ledgers place the person of a record that lacks a part of its place.

    A village workbook seldom has a column for its own town; without this, nobody could be sent its findings. Persons
    whose records all name their town keep what each says.
    """
    listed, known = (", ".join(f"{table}.{name}" for name in PLACE) for table in ("r", "p"))
    lacking = " OR ".join(f"r.{name} IS NULL" for name in PLACE)
    engine.execute(f"""
        CREATE OR REPLACE TABLE person_known_place AS
        SELECT person_id, {", ".join(PLACE)} FROM (
            SELECT l.person_id, {listed}, ROW_NUMBER() OVER (
                PARTITION BY l.person_id ORDER BY COUNT(*) DESC, r.town_code, r.village_code NULLS LAST, r.village_name) AS place
            FROM record_raw AS r JOIN record_link AS l ON l.record_id = r.record_id
            SEMI JOIN (
                SELECT DISTINCT k.person_id FROM record_raw AS q JOIN record_link AS k ON k.record_id = q.record_id
                WHERE q.town_code IS NULL
            ) AS n ON n.person_id = l.person_id
            WHERE NOT r.town_code IS NULL
            GROUP BY l.person_id, {listed})
        WHERE place = 1
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE record_known_place AS
        SELECT r.record_id, {known} FROM record_raw AS r JOIN record_link AS l ON l.record_id = r.record_id
        JOIN person_known_place AS p ON p.person_id = l.person_id WHERE {lacking}
    """)
    engine.execute("DROP TABLE person_known_place")


def _person(engine: Engine, judged: Judgement, deliveries: Sequence[SourceDelivery]) -> None:
    """One row a person: what most records say, and for troubled persons what was judged."""
    troubled = judged.troubled
    columns = {"root": pa.array(troubled.roots)}
    for verdict, value, probability in ((judged.names, "name", "p_name"), (judged.numbers, "core18", "p_id")):
        known = verdict.best >= 0
        best = verdict.best[known]
        texts = troubled.texts["name"].at(verdict.row[best]) if value == "name" else from_keys(verdict.value[best])
        place = pa.array(np.cumsum(known) - 1, mask=~known)
        columns[value] = pa.array(texts, pa.string()).take(place)
        columns[probability] = pa.array(verdict.posterior[best]).take(place)
    engine.register("judged_raw", pa.table(columns))
    engine.execute("CREATE OR REPLACE TABLE judged AS SELECT * FROM judged_raw")
    sources = max((delivery.number for delivery in deliveries), default=-1) + 1
    engine.execute(f"""
        CREATE OR REPLACE TABLE person_said AS
        SELECT root, MIN(record_id) AS first_record, MAX(present) AS present,
            CAST(BIT_COUNT(BIT_OR({bit_of(sources)})) AS BIGINT) AS n_sources,
            MIN({BIRTH}) AS birth_date, MAX({BIRTH}) AS other_birth, MIN(sex) AS sex, MAX(sex) AS other_sex
        FROM claim_person GROUP BY root
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE person AS
        SELECT k.person_id, h.household_id,
            CASE WHEN j.root IS NULL THEN r.name ELSE j.name END AS name,
            CASE WHEN j.root IS NULL THEN r.core18 ELSE j.core18 END AS core18,
            COALESCE(b.most, a.birth_date) AS birth_date,
            CASE COALESCE(s.most, a.sex) WHEN 1 THEN '男' WHEN 2 THEN '女' END AS sex,
            r.town_code, r.village_code, a.present = 1 AS is_present, a.n_sources,
            COALESCE(j.p_name, 1.0) AS p_name, COALESCE(j.p_id, 1.0) AS p_id
        FROM person_said AS a
        JOIN person_key AS k ON k.root = a.root
        LEFT JOIN ({_commonest(BIRTH, "a.birth_date <> a.other_birth")}) AS b ON b.root = a.root
        LEFT JOIN ({_commonest("sex", "a.sex <> a.other_sex")}) AS s ON s.root = a.root
        LEFT JOIN person_home AS m ON m.root = a.root
        LEFT JOIN household_key AS h ON h.hh = m.hh
        LEFT JOIN record_raw AS r ON r.record_id = COALESCE(m.record_id, a.first_record)
        LEFT JOIN judged AS j ON j.root = a.root
    """)


def _commonest(value: str, differs: str) -> str:
    """Of the persons whose records differ in a value: the commonest, of equally common ones that of the first record."""
    return f"""
        SELECT root, said AS most FROM (
            SELECT c.root, c.said, ROW_NUMBER() OVER (PARTITION BY c.root ORDER BY COUNT(*) DESC, MIN(c.record_id)) AS place
            FROM (SELECT root, record_id, {value} AS said FROM claim_person) AS c
            SEMI JOIN (SELECT a.root FROM person_said AS a WHERE {differs}) AS d ON d.root = c.root
            WHERE NOT c.said IS NULL GROUP BY c.root, c.said)
        WHERE place = 1"""


def _household(engine: Engine, deliveries: Sequence[SourceDelivery]) -> None:
    """One row a household and source; a value stands on any of the household's rows, the greatest where they differ.

    `household` is a view: its table `household_said` holds only columns that some source fills, a third of them.
    """
    fields = [name for name in TABLES["household"].fields if name != "row_no"]
    places = (
        "town_code",
        "village_code",
        "town_name",
        "village_name",
        "group_name",
        "head_name",
        "head_id_no",
        "head_core18",
    )
    columns = list(dict.fromkeys((*places, *fields)))
    engine.execute("""
        CREATE OR REPLACE TABLE household_size AS
        SELECT household_id, source_no, SUM(present) AS member_count, SUM(head) AS head_count FROM (
            SELECT l.household_id, c.source_no, c.root, MAX(c.present) AS present,
                MAX(CASE WHEN c.present = 1 AND c.relation = 1 THEN 1 ELSE 0 END) AS head
            FROM claim_person AS c JOIN record_link AS l ON l.record_id = c.record_id
            WHERE l.household_id IS NOT NULL GROUP BY l.household_id, c.source_no, c.root)
        GROUP BY household_id, source_no
    """)
    said = _columns_said(deliveries)
    held = [name for name in columns if name in said]
    parts = [
        _households_of(delivery, held, is_even=not uneven_columns([delivery]))
        for delivery in deliveries
        if delivery.table("record") is not None
    ]
    nothing = ", ".join(_nothing(name) for name in held)
    empty = (
        "SELECT CAST(NULL AS BIGINT) AS household_id, CAST(NULL AS VARCHAR) AS source, CAST(NULL AS DATE) AS as_of,"
        " CAST(NULL AS BIGINT) AS member_count, CAST(NULL AS BIGINT) AS head_count,"
        f" CAST(NULL AS VARCHAR) AS absent_columns, {nothing} WHERE FALSE"
    )
    engine.execute(f"CREATE OR REPLACE TABLE household_said AS {' UNION ALL '.join([empty, *parts])}")
    _delivered_households(engine, deliveries, held)
    listed = ", ".join(f'"{name}"' if name in said else _nothing(name) for name in columns)
    engine.execute(f"""
        CREATE OR REPLACE VIEW household AS
        SELECT household_id, source, as_of, member_count, head_count, absent_columns, {listed} FROM household_said
    """)


def _columns_said(deliveries: Sequence[SourceDelivery]) -> frozenset[str]:
    """The columns of households that any delivery fills, and the number that households are joined by."""
    paths = [delivery.table(name) for delivery in deliveries for name in ("record", "household")]
    return frozenset({"household_no"}).union(*(filled_columns(path) for path in paths if path is not None))


def _nothing(name: str) -> str:
    return f'CAST(NULL AS {_sql_type(name)}) AS "{name}"'


def _households_of(delivery: SourceDelivery, columns: Sequence[str], *, is_even: bool) -> str:
    """The SELECT of one source's households; a column the source nowhere fills is not read.

    is_even: no sheet lacks what another has. Else a household lacks columns where all its rows lack the same.
    """
    links = "record_link" if is_even else "record_beside"
    absent = "l.absent_columns"
    told = f"CASE WHEN COUNT({absent}) = COUNT(*) AND MIN({absent}) = MAX({absent}) THEN MIN({absent}) END"
    path = delivery.table("record")
    filled = filled_columns(path) if path is not None else frozenset()
    picked = ", ".join(f'MAX(r."{name}") AS "{name}"' if name in filled else _nothing(name) for name in columns)
    return f"""
        SELECT l.household_id, '{delivery.source}' AS source, CAST('{delivery.as_of.isoformat()}' AS DATE) AS as_of,
            CAST(MAX(s.member_count) AS BIGINT) AS member_count, CAST(MAX(s.head_count) AS BIGINT) AS head_count,
            {"CAST(NULL AS VARCHAR)" if is_even else told} AS absent_columns, {picked}
        FROM record_{delivery.number} AS r
        JOIN {links} AS l ON l.record_id = {delivery.number * RECORD_BASE} + r.record_no
        JOIN household_size AS s ON s.household_id = l.household_id AND s.source_no = {delivery.number}
        GROUP BY l.household_id"""


def filled_by_source(deliveries: Sequence[SourceDelivery]) -> dict[str, frozenset[str]]:
    """Per source that delivered any row of a person, the columns with at least one value."""
    paths = {delivery.source: delivery.table("record") for delivery in deliveries if delivery.records != 0}
    return {source: filled_columns(path) for source, path in paths.items() if path is not None}


@lru_cache(maxsize=64)  # a delivery never changes
def filled_columns(path: Path) -> frozenset[str]:
    """Columns of a Parquet file with at least one value, from its statistics."""
    metadata = pq.ParquetFile(path).metadata
    found = set()
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group)
        for place in range(rows.num_columns):
            column = rows.column(place)
            statistics = column.statistics
            if statistics is None or statistics.null_count is None or statistics.null_count < rows.num_rows:
                found.add(column.path_in_schema)
    return frozenset(found)


def _delivered_households(engine: Engine, deliveries: Sequence[SourceDelivery], columns: Sequence[str]) -> None:
    """Fill household values that came as rows without persons, joined by the source's household number."""
    for delivery in deliveries:
        path = delivery.table("household")
        if path is None:
            continue
        engine.scan("household_delivered", [path])
        own = set(engine.columns("household_delivered")) & set(columns)
        values = ", ".join(
            f'COALESCE(h."{name}", d."{name}") AS "{name}"' if name in own else f'h."{name}"' for name in columns
        )
        fetched = ", ".join(f'MAX("{name}") AS "{name}"' for name in sorted(own - {"household_no"}))
        engine.execute(f"""
            CREATE OR REPLACE TABLE household_filled AS
            SELECT h.household_id, h.source, h.as_of, h.member_count, h.head_count, h.absent_columns, {values}
            FROM household_said AS h LEFT JOIN (
                SELECT household_no{", " + fetched if fetched else ""} FROM household_delivered GROUP BY household_no) AS d
                ON h.source = '{delivery.source}' AND d.household_no = h.household_no
        """)
        engine.execute("CREATE OR REPLACE TABLE household_said AS SELECT * FROM household_filled")
        engine.execute("DROP TABLE household_filled")


def _sql_type(name: str) -> str:
    kind = table_schema("household").field(name).type
    if pa.types.is_decimal(kind):
        return "DECIMAL(14, 2)"
    if pa.types.is_integer(kind):
        return "INTEGER"
    return "BOOLEAN" if pa.types.is_boolean(kind) else "DATE" if pa.types.is_date(kind) else "VARCHAR"


def _other(engine: Engine, name: str, deliveries: Sequence[SourceDelivery]) -> None:
    """A delivered table with person and household ids where a number leads to exactly one of them; without rows struck out."""
    parts = []
    for delivery in deliveries:
        path = delivery.table(name)
        if path is None:
            continue
        view = f"{name}_{delivery.number}"
        engine.scan(view, [path])
        columns = engine.columns(view)
        person = "p.person_id" if "core18" in columns else "CAST(NULL AS BIGINT)"
        household = "h.household_id" if "household_no" in columns else "CAST(NULL AS BIGINT)"
        joins = ""
        if "core18" in columns:
            joins += " LEFT JOIN (SELECT core18, MIN(person_id) AS person_id FROM person WHERE core18 IS NOT NULL GROUP BY core18 HAVING COUNT(*) = 1) AS p ON p.core18 = t.core18"
        if "household_no" in columns:
            joins += (
                " LEFT JOIN (SELECT l.household_no, MIN(k.household_id) AS household_id FROM (SELECT hh, CASE WHEN words <> '' THEN words"
                " WHEN house >= 0 THEN CAST(house AS VARCHAR) END AS household_no FROM local_household) AS l"
                " JOIN household_key AS k ON k.hh = l.hh GROUP BY l.household_no"
                " HAVING COUNT(DISTINCT k.household_id) = 1) AS h ON h.household_no = t.household_no"
            )
        parts.append(
            f"SELECT {first_id(delivery.number, name)} + t.record_no AS record_id, '{delivery.source}' AS source,"
            f" '{delivery.name}' AS delivery, CAST('{delivery.as_of.isoformat()}' AS DATE) AS as_of,"
            f" {person} AS person_id, {household} AS household_id, t.* FROM {view} AS t{joins} WHERE NOT COALESCE(t.struck, FALSE)"
        )
    if parts:
        engine.execute(f"CREATE OR REPLACE TABLE {name} AS {' UNION ALL BY NAME '.join(parts)}")


def _deliveries(engine: Engine, deliveries: Sequence[SourceDelivery]) -> None:
    rows = [
        {
            "source": d.source,
            "delivery": d.name,
            "as_of": d.as_of,
            "previous": None if d.previous is None else d.previous.name[:10],
            "rows": d.records,
            "rows_previous": None if d.previous is None else records_of(manifest_of(d.previous)),
            "held": d.held,
        }
        for d in deliveries
    ]
    kinds = {"source": pa.string(), "delivery": pa.string(), "as_of": pa.date32(), "previous": pa.string(),
             "rows": pa.int64(), "rows_previous": pa.int64(), "held": pa.bool_()}  # fmt: skip
    table = pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})
    engine.register("delivery_raw", table)
    engine.execute("""
        CREATE OR REPLACE TABLE delivery AS
        SELECT source, delivery, as_of, CAST(previous AS DATE) AS previous, "rows", rows_previous, held FROM delivery_raw
    """)
    make_file_events(engine, deliveries)
