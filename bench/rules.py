"""Seven checks on made-up rows: our rule engine, plain DuckDB, pandera on polars and Great Expectations on pandas.

Name not blank, pattern of the ID number, two code lists, a range, pattern of the telephone, ID number unique. Each
contestant runs in a process of its own with the rows already in its own kind of table; the time is that of the checks
alone, the peak that of the whole process with its libraries and the rows.

    python bench/rules.py --rows 1000000 --repeat 3
"""

import argparse
import importlib.util
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from measure import in_own_process, table

# ruff: noqa: PLC0415 - each process loads only the contestant it measures

PACK = Path(__file__).parent / "data" / "rules_pack.yaml"
CHECKS = 7
DAY = date(2020, 2, 19)
SEXES = ["男", "女"]
LABOUR = ["普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "无劳动力"]
ID_PATTERN = "^[1-9][0-9]{16}[0-9X]$"
PHONE_PATTERN = "^1[3-9][0-9]{9}$"
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "明华芳军霞杰静平辉燕波林云娟强凤兰香"
DAMAGED = 0.01
Work = Callable[[], tuple[int, str]]
"""The checks themselves: how many failures they return, and what each of them says."""


def make_rows(path: Path, rows: int, seed: int) -> None:
    """Eleven columns; each of the seven checks fails for about one row in a hundred."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    chance = random.Random(seed)

    def damaged() -> bool:
        return chance.random() < DAMAGED

    names, numbers, sexes, labour, months, phones = [], [], [], [], [], []
    for row in range(rows):
        names.append(None if damaged() else "".join(map(chance.choice, (SURNAMES, GIVEN, GIVEN))))
        numbers.append(f"6107231{10**10 + row * 7919 % 10**10:011d}"[:18])
        if damaged():
            numbers[-1] = numbers[chance.randrange(row + 1)]
        elif damaged():
            numbers[-1] = numbers[-1][:15]
        sexes.append("未说明" if damaged() else chance.choice(SEXES))
        labour.append("丧失劳动力" if damaged() else chance.choice(LABOUR))
        months.append(90 if damaged() else chance.randrange(13))
        phones.append("0916" if damaged() else f"1{chance.randrange(3, 10)}{chance.randrange(10**9):09d}")
    keys = pa.array(range(1, rows + 1), pa.int64())
    filled = {
        "record_id": keys, "person_id": keys, "is_present": pa.array([True] * rows),
        "source": pa.array(["national"] * rows), "as_of": pa.array([DAY] * rows, pa.date32()),
        "name": pa.array(names, pa.string()), "id_no": pa.array(numbers), "sex": pa.array(sexes),
        "labour_ability": pa.array(labour), "work_months": pa.array(months, pa.int64()), "member_phone": pa.array(phones),
    }  # fmt: skip
    pq.write_table(pa.table(filled), path)


def ours(path: Path) -> Work:
    import pyarrow.parquet as pq

    from taizhang.sweep.engines import DuckDbEngine
    from taizhang.sweep.rules import load_packs

    ruleset = load_packs([PACK], shipped=False)
    engine = DuckDbEngine()
    engine.register("given", pq.read_table(path))  # the engine itself opens no files
    engine.execute("CREATE TABLE record AS SELECT * FROM given")

    def check() -> tuple[int, str]:
        ran = ruleset.run(engine, as_of=DAY)
        if ran.faults or ran.not_run or ran.rules != CHECKS:
            raise SystemExit(f"not every rule was judged: {ran}")
        hits = engine.fetch("SELECT rule, record_id, subject, message_zh FROM rule_hit")
        return hits.num_rows, "every key, masked messages in 3 languages, four verdicts counted"

    return check


def plain_sql(path: Path) -> Work:
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE record AS SELECT * FROM read_parquet('{path}')")
    quoted = {name: ", ".join(f"'{v}'" for v in values) for name, values in (("sex", SEXES), ("labour", LABOUR))}
    failing = {
        "name": "name IS NULL",
        "number": f"NOT regexp_matches(id_no, '{ID_PATTERN}')",
        "sex": f"sex NOT IN ({quoted['sex']})",
        "labour": f"labour_ability NOT IN ({quoted['labour']})",
        "months": "work_months NOT BETWEEN 0 AND 12",
        "phone": f"NOT regexp_matches(member_phone, '{PHONE_PATTERN}')",
    }
    parts = [f"SELECT '{name}' AS rule, record_id FROM record WHERE {test}" for name, test in failing.items()]
    parts.append("SELECT 'twice', record_id FROM record QUALIFY count(*) OVER (PARTITION BY id_no) > 1")

    def check() -> tuple[int, str]:
        return connection.execute(" UNION ALL ".join(parts)).to_arrow_table().num_rows, "every key"

    return check


def pandera_polars(path: Path) -> Work:
    import pandera.polars as pandera
    import polars as pl

    frame = pl.read_parquet(path)
    schema = pandera.DataFrameSchema({
        "name": pandera.Column(str, nullable=False),
        "id_no": pandera.Column(str, pandera.Check.str_matches(ID_PATTERN), unique=True),
        "sex": pandera.Column(str, pandera.Check.isin(SEXES)),
        "labour_ability": pandera.Column(str, pandera.Check.isin(LABOUR)),
        "work_months": pandera.Column(int, pandera.Check.in_range(0, 12)),
        "member_phone": pandera.Column(str, pandera.Check.str_matches(PHONE_PATTERN)),
    })  # fmt: skip

    def check() -> tuple[int, str]:
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            cases = errors.failure_cases
            placed = cases.filter(pl.col("index").is_not_null()).height
            return cases.height, f"every failing value; row number for {placed:,} of them"
        return 0, "nothing"

    return check


def great_expectations(path: Path) -> Work:
    import great_expectations as gx
    import pandas as pd

    frame = pd.read_parquet(path)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("bench").add_dataframe_asset("record")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    make = gx.expectations
    suite = gx.ExpectationSuite(
        name="bench",
        expectations=[
            make.ExpectColumnValuesToNotBeNull(column="name"),
            make.ExpectColumnValuesToMatchRegex(column="id_no", regex=ID_PATTERN),
            make.ExpectColumnValuesToBeInSet(column="sex", value_set=SEXES),
            make.ExpectColumnValuesToBeInSet(column="labour_ability", value_set=LABOUR),
            make.ExpectColumnValuesToBeBetween(column="work_months", min_value=0, max_value=12),
            make.ExpectColumnValuesToMatchRegex(column="member_phone", regex=PHONE_PATTERN),
            make.ExpectColumnValuesToBeUnique(column="id_no"),
        ],
    )
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["record_id"]}

    def check() -> tuple[int, str]:
        said = [result.result for result in batch.validate(suite, result_format=wanted).results]
        keys = sum(len(result.get("unexpected_index_list") or ()) for result in said)
        counted = sum(result["unexpected_count"] for result in said)
        return counted, "every key and value (COMPLETE), counts" if keys == counted else f"counts; {keys:,} keys"

    return check


CONTESTANTS: dict[str, tuple[Callable[[Path], Work], tuple[str, ...]]] = {
    "taizhang rules": (ours, ()),
    "plain DuckDB SQL": (plain_sql, ()),
    "pandera on polars": (pandera_polars, ("pandera", "polars")),
    "Great Expectations on pandas": (great_expectations, ("great_expectations", "pandas")),
}


def measure(name: str, path: Path) -> None:
    """Run one contestant in this process; one line of JSON."""
    check = CONTESTANTS[name][0](path)
    started = time.perf_counter()
    failures, gives = check()
    seconds = time.perf_counter() - started
    # Not getrusage: its peak is inherited from the process that started this one.
    peak: Any = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    print(json.dumps({"seconds": seconds, "peak_mb": int(peak[1]) / 1024, "failures": failures, "gives": gives}))


def missing(name: str) -> list[str]:
    """The modules of a contestant that are not installed."""
    return [module for module in CONTESTANTS[name][1] if importlib.util.find_spec(module) is None]


def compare(path: Path, repeat: int) -> list[list[object]]:
    """A line of the table for each contestant that is installed, in turn so that a slow phase hits all alike."""
    able = []
    for name in CONTESTANTS:
        if absent := missing(name):
            print(f"{name} left out: {', '.join(absent)} not installed (requirements/bench.txt)", file=sys.stderr)
        else:
            able.append(name)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in able}
    for _ in range(repeat):
        for name in able:
            runs[name].append(in_own_process(["--one", name, "--path", str(path)])[2])
    seconds = {name: statistics.median(run["seconds"] for run in runs[name]) for name in able}
    base = seconds[able[0]]
    return [
        [
            name,
            f"{seconds[name]:.2f}",
            f"{seconds[name] / base:.1f} ×",
            f"{statistics.median(run['peak_mb'] for run in runs[name]):,.0f}",
            f"{runs[name][0]['failures']:,}",
            runs[name][0]["gives"],
        ]
        for name in able
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        measure(chosen.one, chosen.path)
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "rows.parquet"
        make_rows(path, chosen.rows, chosen.seed)
        print("# Rules: seven checks on the same rows\n")
        print(f"{chosen.rows:,} made-up rows of 11 columns, seed {chosen.seed}; median of {chosen.repeat} runs.\n")
        head = ["Contestant", "check s", "against ours", "peak MB", "failures", "returns"]
        print(table(head, compare(path, chosen.repeat)))


if __name__ == "__main__":
    main()
