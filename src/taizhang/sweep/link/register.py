"""The register: person and household ids that stay the same from sweep to sweep.

Kept as Parquet under `<data>/register/`, replaced when a sweep is whole (`committing`). A person of this sweep takes the id of the person of the
last one with whom it shares most: number with name, number, name with birth and village, name with household. Both
sides must be each other's best (rules-engine design, section 12). Ids are never used again.
"""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.facts import UNKNOWN_NUMBER

PERSONS = pa.schema([
    ("person_id", pa.int64()), ("id_key", pa.int64()), ("number", pa.string()), ("name_id", pa.int64()),
    ("village", pa.int64()), ("birth", pa.date32()), ("household_id", pa.int64()), ("seen", pa.string()),
])  # fmt: skip
"""One row for every different reading (number, name) of a person in a household, with the last sweep that saw it.

Every household a person stands in is remembered: one whose people all stand in another, too, would else get a new id
every time, and another household its old one.
"""

ROUNDS = 2
"""Rounds of matching the best pairs of what the rounds before left over."""


@dataclass(frozen=True)
class Register:
    """The register's place; `folder` need not exist yet."""

    folder: Path

    def persons(self) -> pa.Table:
        """Readings of all persons ever seen."""
        path = self.folder / "person.parquet"
        return pq.read_table(path) if path.is_file() else PERSONS.empty_table()


def assign_ids(engine: Engine, register: Register) -> None:
    """Create `person_key` (root, person_id) and `household_key` (hh, household_id)."""
    engine.register("register_raw", register.persons())
    engine.execute("CREATE OR REPLACE TABLE register_person AS SELECT * FROM register_raw")
    engine.execute(f"""
        CREATE OR REPLACE TABLE reading AS
        SELECT c.root, CASE WHEN c.ident > 0 THEN c.ident END AS id_key, b.id_text AS number, c.name_id, c.village, c.birth, c.hh
        FROM (SELECT root, ident, name_id, MIN(village) AS village, MIN(COALESCE(birth_date, id_birth)) AS birth, hh
            FROM (SELECT root, CASE WHEN ident > {UNKNOWN_NUMBER} THEN ident END AS ident, name_id, village, birth_date, id_birth, hh
                FROM claim_person)
            GROUP BY root, ident, name_id, hh) AS c
        LEFT JOIN bad_number AS b ON b.ident = c.ident
    """)
    _match_persons(engine)
    _match_households(engine)


def _match_persons(engine: Engine) -> None:
    engine.execute("""
        CREATE OR REPLACE TABLE likeness AS
        SELECT root, person_id, SUM(weight) AS weight FROM (
            SELECT DISTINCT r.root, p.person_id, 8 AS weight FROM reading AS r JOIN register_person AS p
                ON p.id_key = r.id_key AND p.name_id = r.name_id
            UNION ALL
            SELECT DISTINCT r.root, p.person_id, 4 FROM reading AS r JOIN register_person AS p ON p.id_key = r.id_key
            UNION ALL
            SELECT DISTINCT r.root, p.person_id, 6 FROM reading AS r JOIN register_person AS p
                ON p.number = r.number AND p.name_id = r.name_id
            UNION ALL
            SELECT DISTINCT r.root, p.person_id, 5 FROM reading AS r JOIN register_person AS p
                ON p.name_id = r.name_id AND p.birth = r.birth AND p.village = r.village WHERE r.name_id <> 0
            UNION ALL
            SELECT DISTINCT r.root, p.person_id, 2 FROM reading AS r JOIN register_person AS p
                ON p.name_id = r.name_id AND p.village = r.village WHERE r.name_id <> 0)
        GROUP BY root, person_id
    """)
    _match(engine, "likeness", "person_match", today="root", before="person_id")
    engine.execute("""
        CREATE OR REPLACE TABLE person_key AS
        SELECT root, person_id FROM person_match
        UNION ALL
        SELECT r.root, (SELECT COALESCE(MAX(person_id), 0) FROM register_person)
            + CAST(ROW_NUMBER() OVER (ORDER BY r.id_key NULLS LAST, r.name_id, r.village, r.birth, r.root) AS BIGINT)
        FROM (SELECT root, MIN(id_key) AS id_key, MIN(name_id) AS name_id, MIN(village) AS village, MIN(birth) AS birth
            FROM reading GROUP BY root) AS r
        ANTI JOIN person_match AS m ON m.root = r.root
    """)


def _match_households(engine: Engine) -> None:
    """A household keeps the id that most of its members had; both must be each other's best.

    A second round is for households whose people stand in another one, too, which was theirs by more of its members.
    """
    engine.execute("""
        CREATE OR REPLACE TABLE household_likeness AS
        SELECT m.hh, p.household_id, COUNT(DISTINCT k.person_id) AS weight
        FROM (SELECT DISTINCT r.root, r.hh FROM reading AS r SEMI JOIN person_match AS k ON k.root = r.root
            WHERE r.hh IS NOT NULL) AS m
        JOIN person_match AS k ON k.root = m.root
        JOIN (SELECT DISTINCT person_id, household_id FROM register_person) AS p ON p.person_id = k.person_id
        WHERE p.household_id IS NOT NULL
        GROUP BY m.hh, p.household_id
    """)
    _match(engine, "household_likeness", "household_match", today="hh", before="household_id")
    engine.execute("""
        CREATE OR REPLACE TABLE household_key AS
        SELECT hh, household_id FROM household_match
        UNION ALL
        SELECT f.hh, (SELECT COALESCE(MAX(household_id), 0) FROM register_person)
            + CAST(ROW_NUMBER() OVER (ORDER BY f.first, f.hh) AS BIGINT)
        FROM (SELECT r.hh, MIN(k.person_id) AS first FROM reading AS r JOIN person_key AS k ON k.root = r.root
            WHERE r.hh IS NOT NULL GROUP BY r.hh) AS f
        ANTI JOIN household_match AS m ON m.hh = f.hh
    """)


def _match(engine: Engine, likeness: str, match: str, *, today: str, before: str) -> None:
    """Create `match` (today, before): the pairs of `likeness` (today, before, weight) that are each other's best, in rounds.

    today, before: the columns that name a thing of this sweep and one of the register. Of equal weights the smallest counts.
    """
    engine.execute(f"CREATE OR REPLACE TABLE {match} AS SELECT {today}, {before} FROM {likeness} WHERE FALSE")
    for _ in range(ROUNDS):
        engine.execute(f"""
            INSERT INTO {match} SELECT {today}, {before} FROM (
                SELECT {today}, {before},
                    ROW_NUMBER() OVER (PARTITION BY {today} ORDER BY weight DESC, {before}) AS theirs,
                    ROW_NUMBER() OVER (PARTITION BY {before} ORDER BY weight DESC, {today}) AS ours
                FROM {likeness} AS l
                WHERE NOT EXISTS (SELECT 1 FROM {match} AS m WHERE m.{today} = l.{today})
                    AND NOT EXISTS (SELECT 1 FROM {match} AS m WHERE m.{before} = l.{before}))
            WHERE theirs = 1 AND ours = 1
        """)


def remembered(engine: Engine, sweep_id: str) -> pa.Table:
    """The register after this sweep: today's readings, and the older ones that were not seen today.

    The household of the greatest id stays in any case, so that its id is not used again.
    """
    return engine.fetch(f"""
        SELECT k.person_id, r.id_key, r.number, r.name_id, r.village, r.birth, h.household_id,
            '{sweep_id}' AS seen
        FROM reading AS r JOIN person_key AS k ON k.root = r.root LEFT JOIN household_key AS h ON h.hh = r.hh
        UNION ALL
        SELECT p.person_id, p.id_key, p.number, p.name_id, p.village, p.birth, p.household_id, p.seen
        FROM register_person AS p
        WHERE NOT EXISTS (
            SELECT 1 FROM reading AS r JOIN person_key AS k ON k.root = r.root
            WHERE k.person_id = p.person_id AND r.id_key IS NOT DISTINCT FROM p.id_key
                AND r.number IS NOT DISTINCT FROM p.number AND r.name_id = p.name_id)
            OR p.household_id = (SELECT MAX(household_id) FROM register_person)
            AND NOT EXISTS (SELECT 1 FROM household_key AS h WHERE h.household_id = p.household_id)
        ORDER BY 1, 2, 3, 4, 5, 6, 7
    """).cast(PERSONS)
