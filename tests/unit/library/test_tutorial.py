"""The tutorial runs from its first block to its last and prints what it says it prints."""

import ast
import contextlib
import importlib.util
import io
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
_BLOCK = re.compile(r"```python\n(.*?)```(?:\n+```text\n(.*?)```)?", re.DOTALL)


def blocks(page):
    """(code, what the page says it prints, "" for nothing) of every block of a page."""
    return _BLOCK.findall((ROOT / "docs" / page).read_text("utf-8"))


def printed(code, names):
    """What a notebook shows for a block: what it prints, and the value of its last line where that is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(tree, "tutorial", "exec"), names)  # noqa: S102 - the page's own blocks
        value = eval(compile(ast.Expression(last.value), "tutorial", "eval"), names) if last else None  # noqa: S307
    return out.getvalue() + (f"{value!r}\n" if value is not None else "")


def run(page):
    """(what the page says, what its blocks show), in order."""
    names = {}
    found = blocks(page)
    return [said for _, said in found], [printed(code, names) for code, _ in found]


def test_the_tutorial_prints_what_it_says():
    said, shown = run("tutorial.md")

    assert shown == said


def test_the_library_page_prints_what_it_says():
    said, shown = run("library.md")

    assert shown == said


def test_a_block_that_prints_something_else_would_be_seen():
    """The twin: the reader of blocks shows values as a notebook does."""
    assert printed("x = 2\nx + 1", {}) == "3\n"
    assert printed("print('a')", {}) == "a\n"


def test_the_notebook_is_the_tutorial():
    spec = importlib.util.spec_from_file_location("tutorial_notebook", ROOT / "tools" / "tutorial_notebook.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = (ROOT / "docs" / "tutorial.ipynb").read_text("utf-8")

    assert written == tool.notebook((ROOT / "docs" / "tutorial.md").read_text("utf-8"))
    assert ["".join(cell["source"]) for cell in json.loads(written)["cells"] if cell["cell_type"] == "code"] == [
        code.strip() for code, _ in blocks("tutorial.md")
    ]
