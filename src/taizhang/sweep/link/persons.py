"""Linking from records to persons, as one step: cells, pairs, scores, groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.candidates import make_pairs
from taizhang.sweep.link.cells import make_cells
from taizhang.sweep.link.cluster import cluster, store_persons
from taizhang.sweep.link.facts import make_facts
from taizhang.sweep.link.features import Relations, involved_cells
from taizhang.sweep.link.households import make_households
from taizhang.sweep.link.keys import make_keys
from taizhang.sweep.link.reach import make_involved
from taizhang.sweep.link.score import score_pairs

MADE = (
    "bad_number", "decoded", "involved", "cell", "suspect", "pair", "cell_person", "involved_person", "claim_text",
)  # fmt: skip
"""Tables of linking that nothing after the diagnoses looks at."""


@dataclass(frozen=True)
class Linked:
    """What linking found beyond the tables it left in the engine.

    ambiguous: (cell id, cell id) that could be one person but could as well not. first_record: of every such cell.
    relations: how the names and numbers of pairs relate.
    """

    ambiguous: list[tuple[int, int]]
    first_record: dict[int, int]
    relations: Relations = field(default_factory=Relations, repr=False)


def link_persons(engine: Engine, sources: Mapping[int, SourceDelivery]) -> Linked:
    """Make `entity`, and of all who are not settled by it `cell`, `cell_person` and `involved_person`.

    involved_person: claims with cell_id and root, the person's smallest cell. sources: by source number.
    """
    count = max(sources, default=-1) + 1
    make_facts(engine, sources)
    make_keys(engine, count)
    make_households(engine)
    make_involved(engine, count)
    make_cells(engine, count)
    make_pairs(engine)
    cells = involved_cells(engine)
    pairs = engine.fetch("SELECT a, b FROM pair ORDER BY a, b")
    a, b = (cells.rows_of(pairs[name].to_numpy().astype(np.int64)) for name in ("a", "b"))
    relations = Relations()
    scored = score_pairs(cells, a, b, relations)
    roots, ambiguous = cluster(cells, scored)
    store_persons(engine, cells, roots)
    engine.execute("""
        CREATE OR REPLACE TABLE involved_person AS
        SELECT c.*, e.cell_id, p.root FROM involved AS c
        JOIN cell AS e ON e.ident = c.ident AND e.name_id = c.name_id
        JOIN cell_person AS p ON p.cell_id = e.cell_id
    """)
    ids, records = cells["cell_id"], cells["first_record"]
    return Linked(
        [(int(ids[near]), int(ids[far])) for near, far in ambiguous],
        {int(ids[at]): int(records[at]) for pair in ambiguous for at in pair},
        relations,
    )


def make_claim_person(engine: Engine) -> None:
    """Make `fact` into `claim_person`: the facts of all records with `root`, their person, and `hh`, their county household.

    The person of a settled number is the number's key; the others are what linking made of them. Also `head_differs` (hh_no,
    record_id, copy_id): rows that carry another name or number of the head than the first of the household's own heads.
    """
    engine.execute("""
        CREATE OR REPLACE TABLE claim_person AS
        SELECT f.record_id, f.source_no, COALESCE(p.ident, f.ident) AS ident, f.kind, f.name_id, f.birth_date, f.id_birth,
            f.sex, COALESCE(f.village, v.village) AS village, f.person_no, f.relation, h.hh, f.hh_no, f.present,
            COALESCE(p.root, f.ident) AS root
        FROM fact AS f
        LEFT JOIN local_household AS h ON h.hh_no = f.hh_no
        LEFT JOIN involved_person AS p ON p.record_id = f.record_id
        LEFT JOIN sheet_village AS v ON v.source_no = f.source_no AND v.sheet = f.sheet
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE head_differs AS
        SELECT h.hh_no, h.record_id, m.record_id AS copy_id FROM (
            SELECT f.hh_no, f.record_id, f.name_id, COALESCE(f.ident, f.bad_key) AS id_key FROM fact AS f
            SEMI JOIN (SELECT MIN(record_id) AS record_id FROM fact
                WHERE relation = 1 AND present = 1 AND NOT hh_no IS NULL GROUP BY hh_no) AS o
                ON o.record_id = f.record_id) AS h
        JOIN fact AS m ON m.hh_no = h.hh_no
        WHERE (m.head_name_id <> h.name_id OR m.head_key <> h.id_key) AND NOT m.relation IS NULL
    """)
    engine.execute("DROP TABLE fact")  # as large as what was made of it


def forget_linking(engine: Engine) -> None:
    """Drop what only linking, judging and diagnosing read, so that the tables for rules and findings have its memory."""
    for name in MADE:
        engine.execute(f"DROP TABLE {name}")
