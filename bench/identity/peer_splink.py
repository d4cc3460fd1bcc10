"""Splink on the same lake: linked by its own model, then a majority in each cluster says which value is wrong.

Runs in the environment of the peers (`make bench`). Splink answers which rows are one person; which of them is wrong is the
vote that anybody would add. The threshold is the one of several that makes its score best.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from identity.ledgers import SOURCES
from measure import peak_mb

THRESHOLDS = (0.1, 0.5, 0.95)
CERTIFICATE = 20


def comparison_set() -> list[Any]:
    """Name with term frequencies, number, date of birth read off the number, village, telephone."""
    return [
        comparisons.CustomComparison(
            output_column_name="name",
            comparison_levels=[
                levels.NullLevel("name"),
                levels.ExactMatchLevel("name", term_frequency_adjustments=True),
                levels.LevenshteinLevel("name", 1),
                levels.ElseLevel(),
            ],
        ),
        comparisons.DamerauLevenshteinAtThresholds("id_no", [1, 3]),
        comparisons.ExactMatch("dob"),
        comparisons.ExactMatch("village"),
        comparisons.ExactMatch("phone"),
    ]


def link(db: duckdb.DuckDBPyConnection, sources: list[str]) -> tuple[Linker, Any, dict[str, float]]:
    """Train and predict on tables of the connection named like the sources."""
    api = DuckDBAPI(connection=db)
    started = time.perf_counter()
    tables = [api.register(source, dataset_display_name=f"ledger_{source}") for source in sources]
    linker = Linker(
        tables,
        SettingsCreator(
            link_type="link_and_dedupe",
            unique_id_column_name="record_no",
            blocking_rules_to_generate_predictions=[
                block_on("id_no"),
                block_on("name", "dob"),
                block_on("name", "village"),
                block_on("phone", "dob"),
            ],
            comparisons=comparison_set(),
        ),
        log_level=None,
    )
    linker.training.estimate_probability_two_random_records_match([block_on("id_no")], recall=0.97)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("id_no"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name", "village"))
    trained = time.perf_counter()
    predicted = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    return linker, predicted, {"train": trained - started, "predict": time.perf_counter() - trained}


def load(db: duckdb.DuckDBPyConnection, lake: Path) -> float:
    """The raw columns of every ledger into tables; seconds."""
    started = time.perf_counter()
    for source in SOURCES:
        (path,) = lake.glob(f"data/deliveries/{source}/*/record.parquet")
        db.execute(f"""
            CREATE TABLE {source} AS SELECT record_no, name, id_no,
                CASE WHEN length(id_no) >= 18 THEN substr(id_no, 7, 8) WHEN length(id_no) = 15 THEN '19' || substr(id_no, 7, 6)
                END AS dob, village_code AS village, member_phone AS phone
            FROM read_parquet('{path}')
        """)
    return time.perf_counter() - started


def score(db: duckdb.DuckDBPyConnection, lake: Path, clusters: str) -> dict[str, float]:
    """Detection F1 and repair of the majority in each cluster; where two values tie, the smaller text has it."""
    parts = [
        f"SELECT 'ledger_{s}' AS source_dataset, r.record_no, r.name, r.id_no, t.person,"
        f" (t.name_wrong OR t.id_wrong) AND NOT t.neutral AS wrong, t.neutral OR t.repeat AS odd FROM {s} AS r"
        f" JOIN read_parquet('{lake}/truth/{s}.parquet') AS t USING (record_no)"
        for s in SOURCES
    ]
    db.execute(f"""
        CREATE OR REPLACE TABLE placed AS SELECT c.cluster_id, a.* FROM ({" UNION ALL ".join(parts)}) AS a
        JOIN {clusters} AS c ON c.record_no = a.record_no AND c.source_dataset = a.source_dataset
    """)
    for column in ("name", "id_no"):
        db.execute(f"""
            CREATE OR REPLACE TABLE vote_{column} AS SELECT cluster_id, {column} AS value FROM placed
            WHERE {column} IS NOT NULL GROUP BY cluster_id, {column}
            QUALIFY row_number() OVER (PARTITION BY cluster_id ORDER BY count(*) DESC, {column}) = 1
        """)
    row = db.execute(f"""
        SELECT count(*) FILTER (WHERE flagged AND wrong), count(*) FILTER (WHERE flagged AND NOT wrong AND NOT odd),
            count(*) FILTER (WHERE wrong), count(*) FILTER (WHERE wrong AND name_vote = true_name AND id_vote = true_id)
        FROM (SELECT p.*, n.value AS name_vote, i.value AS id_vote, t.name AS true_name, t.id_no AS true_id,
                p.name IS DISTINCT FROM n.value OR p.id_no IS DISTINCT FROM i.value AS flagged
            FROM placed AS p LEFT JOIN vote_name AS n USING (cluster_id) LEFT JOIN vote_id_no AS i USING (cluster_id)
            JOIN read_parquet('{lake}/truth/persons.parquet') AS t USING (person) WHERE NOT t.shared)
    """).fetchone()
    found, false, wrong, mended = row or (0, 0, 0, 0)
    return {"f1": 2 * found / max(1, found + false + wrong), "repair": mended / max(1, wrong)}


def main() -> None:
    """Arguments: the lake, and a folder for a data base on disk or nothing. Prints a line of JSON after every stage.

    A lake that needs the disk is clustered at one threshold: the lowest, which suited it best wherever several were tried.
    """
    lake = Path(sys.argv[1])
    on_disk = len(sys.argv) > 2
    database = str(Path(sys.argv[2]) / "splink.duckdb") if on_disk else ":memory:"
    db = duckdb.connect(database, config={"threads": 2, "memory_limit": "14GB"})
    seconds = {"load": load(db, lake)}
    tell(seconds)
    linker, predicted, spent = link(db, list(SOURCES))
    seconds |= spent
    tell(seconds)
    scores = {}
    for threshold in THRESHOLDS[:1] if on_disk else THRESHOLDS:
        started = time.perf_counter()
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
        seconds["cluster"] = time.perf_counter() - started
        tell(seconds)
        scores[threshold] = score(db, lake, clusters.physical_name)
    best = max(scores, key=lambda one: scores[one]["f1"])
    tell(seconds, threshold=best, **scores[best])


def tell(seconds: dict[str, float], **further: float) -> None:
    """What is known so far, so that something is known of a run that does not end."""
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), **further}), flush=True)


if __name__ == "__main__":
    main()
