"""The documents about rules say what the program does."""

import re
from pathlib import Path

import pytest

from taizhang.sweep.rules import service
from taizhang.sweep.rules.frames import COLUMNS, WITH_CHECKS
from taizhang.sweep.rules.functions import FUNCTIONS
from taizhang.sweep.rules.loading import PACK_KEYS, ROLES, RULE_KEYS
from taizhang.sweep.rules.model import Scope, Severity, Status
from taizhang.sweep.rules.run import COUNT_COLUMNS, HIT_COLUMNS

ROOT = Path(__file__).parents[3]
FORMAT = (ROOT / "docs/formats/rule-pack.md").read_text("utf-8")
GUIDE = (ROOT / "docs/developer/adding-a-rule.md").read_text("utf-8")


@pytest.mark.parametrize("word", sorted(PACK_KEYS | RULE_KEYS | ROLES | set(Scope) | set(Severity) | set(Status)))
def test_the_format_names_every_key_and_word(word):
    assert f"`{word}`" in FORMAT


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_format_explains_every_function(function):
    assert f"| `{function.name}` ({len(function.takes)}) | {function.meaning} |" in FORMAT


def test_the_format_lists_the_tables_a_run_leaves():
    assert f"`{', '.join(HIT_COLUMNS)}`" in FORMAT
    assert f"`{', '.join(COUNT_COLUMNS)}`" in FORMAT
    assert f"`{','.join(COLUMNS)}[,{WITH_CHECKS[-1]}]`" in FORMAT


def test_the_worked_pack_of_the_format_loads_and_keeps_its_examples(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(re.search(r"```yaml\n(.*?)```", FORMAT, re.DOTALL)[1], "utf-8")

    assert service.check_pack(path) == []
    assert service.test_pack(path).failures == ()


def test_every_module_the_guide_names_exists():
    named = re.findall(r"`([a-z_]+\.py)`", GUIDE.split("## Where things are")[1])
    there = {path.name for path in (ROOT / "src/taizhang/sweep/rules").glob("*.py")}

    assert set(named) <= there
    assert there - set(named) <= {"__init__.py", "errors.py", "frames.py", "messages.py", "model.py", "ruleset.py"}
