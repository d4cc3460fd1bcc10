"""The commands from a sweep over the request file to the sweep that knows the answer."""

import csv

import pytest
from click.testing import CliRunner
from ledgers import SON, Ledgers, changed, everywhere, family, identity_rules, number
from registers import Register, served

from taizhang.cli.main import cli
from taizhang.errors import UserError
from taizhang.sweep.authority import Answer, read_answers

ONE, OTHER = "刘建军", "刘健军"
COUNTY = """
[county]
code = "610723"
name = "洋县"
data = "data"
"""


@pytest.fixture
def county(tmp_path):
    ledgers = everywhere(family(1, m2=ONE))
    for source in ("city", "app"):
        ledgers[source] = changed(ledgers[source], SON, name=OTHER)
    made = Ledgers(tmp_path).deliver(ledgers)
    made.sweep(rules=identity_rules())
    sources = "".join(f'[[source]]\nid = "{one}"\nkind = "{one}"\nfolder = "inbox/{one}"\n' for one in made.order)
    (tmp_path / "county.toml").write_text(COUNTY + sources, encoding="utf-8")
    return tmp_path / "county.toml"


def run(*arguments):
    """What a command prints; errors are raised."""
    return CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False, standalone_mode=False)


def test_a_request_is_written_answered_and_kept(county, tmp_path):
    path = tmp_path / "提请.csv"
    run("authority", "request", county, "--purpose", "核实", "--out", path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    for row in rows[1:]:
        row[-1] = "一致" if row[4] == ONE else "不一致"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)

    run("authority", "answer", county, path)

    assert sorted(one.answer for one in read_answers(tmp_path / "data")) == [Answer.MATCH, Answer.MISMATCH]


def test_nothing_is_asked_over_the_network_unless_configured(county):
    with pytest.raises(UserError, match="没有配置"):
        run("authority", "ask", county, "--purpose", "核实")


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_configured_service_is_asked(county, tmp_path, monkeypatch):
    monkeypatch.setenv("REGISTER_TOKEN", "secret")
    with served(Register({number(1, SON): ONE})) as address:
        told = f'[authority]\nosia = "{address}"\ntoken_variable = "REGISTER_TOKEN"\n'
        county.write_text(county.read_text("utf-8") + told, encoding="utf-8")

        run("authority", "ask", county, "--purpose", "核实")

    assert sorted(one.answer for one in read_answers(tmp_path / "data")) == [Answer.MATCH, Answer.MISMATCH]
