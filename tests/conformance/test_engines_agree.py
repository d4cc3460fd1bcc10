"""One definition, two engines: the casebook swept on DuckDB and on Spark gives the same files, byte for byte.

Spark runs in processes of its own: on this machine with every rule, and on a cluster of two executors.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from casebook import CASES
from click.testing import CliRunner
from ledgers import FIRST, SON, SOURCES, Ledgers, everywhere, family, identity_rules, number

from taizhang.cli.main import cli
from taizhang.errors import UserError
from taizhang.identity.names.columnar import name_id
from taizhang.identity.numbers import id_key
from taizhang.sweep import run
from taizhang.sweep.authority import Answer, AuthorityAnswer, keep_answers
from taizhang.sweep.engines import DuckDbEngine, open_engine
from taizhang.sweep.engines.spark import SparkMissing
from taizhang.sweep.history import latest_sweep
from taizhang.sweep.rules import load_packs

pytestmark = pytest.mark.slow
here = Path(__file__).parent
needs_spark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None, reason="the Spark extra is not installed: make .venv/.spark"
)
COUNTY = '[county]\ncode = "610723"\nname = "洋县"\ndata = "data"\n'
FILES = ("findings.parquet", "counts.parquet", "passes.parquet")


def casebook(folder):
    """A county in which every family has one trouble of its own, and the authority has answered about one of them."""
    told = {source: [] for source in SOURCES}
    for code, case in enumerate(CASES.values()):
        for source, rows in case.rows(code).items():
            told[source] += rows
    made = Ledgers(folder).deliver(told)
    sources = "".join(
        f'[[source]]\nid = "{one}"\nkind = "{one}"\ntitle = "{one}台账"\nfolder = "in"\n' for one in SOURCES
    )
    (folder / "county.toml").write_text(COUNTY + sources, encoding="utf-8")
    row = next(one for one in told["national"] if one["id_no"] == number(3, SON))
    answer = AuthorityAnswer(id_key(row["id_no"]), name_id(row["name"]), Answer.MISMATCH, FIRST, "AU-T")
    keep_answers(folder / "data", [answer])
    return made


def tables(folder):
    """The sweep's tables by file."""
    return {name: pq.read_table(folder / name) for name in FILES}


def in_its_own_process(*command):
    """Run with Spark's settings for small data and without a Java of the machine's own having to be there."""
    environment = os.environ | {"SPARK_CONF_DIR": str(here / "spark"), "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, *map(str, command)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]


@needs_spark
@pytest.mark.parametrize(
    ("master", "rules"), [("local[2]", "all"), ("local-cluster[2,1,1024]", "identity")], ids=["local", "cluster"]
)
def test_a_sweep_on_spark_says_what_a_sweep_on_duckdb_says(tmp_path, master, rules):
    one, other = casebook(tmp_path / "duckdb"), casebook(tmp_path / "spark")

    one.sweep(rules=load_packs() if rules == "all" else identity_rules())
    in_its_own_process(here / "sparksweep.py", tmp_path / "spark", master, rules)

    left, right = tables(latest_sweep(one.county)), tables(latest_sweep(other.county))
    assert left["findings.parquet"].num_rows > len(CASES) / 2
    assert {name: right[name].equals(left[name]) for name in FILES} == dict.fromkeys(FILES, True)


def test_a_sweep_whose_tables_are_stored_in_a_file_says_the_same_and_leaves_none(tmp_path, monkeypatch):
    one, other = casebook(tmp_path / "memory"), casebook(tmp_path / "file")
    spilling = tmp_path / "spilling"
    spilling.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spilling))
    seen = []
    limit = DuckDbEngine.limit_memory

    def looked_into(engine, memory):
        seen.extend(path.stat().st_size for path in spilling.rglob("tables.duckdb"))
        limit(engine, memory)

    monkeypatch.setattr(DuckDbEngine, "limit_memory", looked_into)

    one.sweep(rules=load_packs())
    in_memory = list(seen)
    monkeypatch.setattr(run, "MOST_IN_MEMORY", -1)
    other.sweep(rules=load_packs())

    left, right = tables(latest_sweep(one.county)), tables(latest_sweep(other.county))
    assert left["findings.parquet"].num_rows > len(CASES) / 2
    assert {name: right[name].equals(left[name]) for name in FILES} == dict.fromkeys(FILES, True)
    assert (in_memory, len(seen)) == ([], 1)
    assert not list(spilling.rglob("*"))


def test_the_command_without_the_extra_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    made = Ledgers(tmp_path).deliver(everywhere(family(1)))
    sources = "".join(f'[[source]]\nid = "{one}"\nkind = "{one}"\nfolder = "in/{one}"\n' for one in made.order)
    (tmp_path / "county.toml").write_text(COUNTY + sources, encoding="utf-8")

    told = CliRunner().invoke(cli, ["sweep", str(tmp_path / "county.toml"), "--no-intake", "--engine", "spark"])

    assert isinstance(told.exception, SparkMissing)
    assert not list((tmp_path / "data" / "sweeps").glob("*"))


def test_without_the_extra_the_engine_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)

    with (
        pytest.raises(SparkMissing, match="没有安装 Spark") as missing,
        open_engine("spark", [tmp_path], memory="512MB"),
    ):
        pass

    assert isinstance(missing.value, UserError)
    assert "taizhang[spark]" in missing.value.hint
