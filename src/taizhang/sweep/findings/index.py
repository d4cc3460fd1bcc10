"""The sweep's persons and households for whoever looks one up: who they are and where each ledger has them.

persons.parquet and households.parquet hold full numbers and stay in the lake (docs/formats/findings.md).
"""

from pathlib import Path

from taizhang.sweep.engines import Engine

_POINTER = (
    "{'source': r.source, 'delivery': r.delivery, 'record_no': r.record_no, 'file_no': r.file_no,"
    " 'sheet_no': r.sheet_no, 'row_no': r.row_no, 'village_code': COALESCE(r.village_code, r.town_code)}"
)
"""Where one record of a person stands."""


def write_index(folder: Path, engine: Engine) -> None:
    """Write persons.parquet and households.parquet from the sweep's tables `person`, `household` and `record`."""
    engine.write(
        f"""
        SELECT p.person_id, p.household_id, p.name, p.core18, p.birth_date AS birth, p.sex, p.town_code, p.village_code,
            p.is_present, p.n_sources, i.household_no, i.relation_to_head AS relation, i.phone, i.names, i.numbers, i.phones,
            i.records
        FROM person AS p LEFT JOIN (
            SELECT r.person_id, MIN(r.household_no) AS household_no, MODE(r.relation_to_head) AS relation_to_head,
                MODE(COALESCE(r.member_phone, r.household_phone)) AS phone,
                LIST_SORT(LIST(DISTINCT r.name) FILTER (WHERE NOT r.name IS NULL)) AS names,
                LIST_SORT(LIST(DISTINCT COALESCE(r.core18, r.id_no)) FILTER (WHERE NOT COALESCE(r.core18, r.id_no) IS NULL))
                    AS numbers,
                LIST_SORT(LIST(DISTINCT COALESCE(r.member_phone, r.household_phone))
                    FILTER (WHERE NOT COALESCE(r.member_phone, r.household_phone) IS NULL)) AS phones,
                LIST({_POINTER} ORDER BY r.source, r.record_no) AS records
            FROM record AS r WHERE NOT r.person_id IS NULL GROUP BY r.person_id) AS i ON i.person_id = p.person_id
        ORDER BY p.person_id
        """,
        folder / "persons.parquet",
    )
    engine.write(
        """
        SELECT h.household_id, MODE(h.household_no) AS household_no, MODE(h.head_name) AS head_name,
            MODE(h.town_code) AS town_code, MODE(h.village_code) AS village_code, MODE(h.town_name) AS town_name,
            MODE(h.village_name) AS village_name, MAX(h.member_count) AS member_count,
            LIST_SORT(LIST(DISTINCT h.source)) AS sources,
            LIST_SORT(LIST(DISTINCT h.household_no) FILTER (WHERE NOT h.household_no IS NULL)) AS numbers
        FROM household AS h WHERE NOT h.household_id IS NULL GROUP BY h.household_id ORDER BY h.household_id
        """,
        folder / "households.parquet",
    )
