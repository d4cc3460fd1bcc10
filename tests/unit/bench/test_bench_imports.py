"""What the comparisons take from the product is there; their peers are not installed where the tests run."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[3] / "bench"


def taken(script):
    """Names that a script imports from the product, as (module, name)."""
    tree = ast.parse(script.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "taizhang":
            yield from ((node.module, one.name) for one in node.names if one.name != "*")


@pytest.mark.parametrize("script", sorted(BENCH.rglob("*.py")), ids=lambda one: one.relative_to(BENCH).as_posix())
def test_every_name_is_there(script):
    missing = [(module, name) for module, name in taken(script) if not _is_there(module, name)]

    assert missing == []


def _is_there(module, name):
    if hasattr(import_module(module), name):
        return True
    try:
        import_module(f"{module}.{name}")
    except ImportError:
        return False
    return True
