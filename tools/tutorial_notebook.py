"""docs/tutorial.ipynb out of docs/tutorial.md: prose becomes Markdown cells, ```python blocks code cells.

Run it after changing the tutorial: python tools/tutorial_notebook.py
"""

import hashlib
import json
import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(r"```(python|text)\n(.*?)```\n?", re.DOTALL)


def notebook(markdown: str) -> str:
    """The notebook's JSON (nbformat 4.5); the printed answers are left to whoever runs it."""
    cells: list[dict[str, object]] = []
    at = 0
    for block in _BLOCK.finditer(markdown):
        _prose(cells, markdown[at : block.start()])
        if block[1] == "python":
            cells.append(_cell("code", block[2], len(cells)) | {"execution_count": None, "outputs": []})
        at = block.end()
    _prose(cells, markdown[at:])
    language = {"name": "python"}
    about = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": language,
    }
    document = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _prose(cells: list[dict[str, object]], text: str) -> None:
    if text.strip():
        cells.append(_cell("markdown", text, len(cells)))


def _cell(kind: str, text: str, number: int) -> dict[str, object]:
    identity = hashlib.sha256(f"{number} {text}".encode()).hexdigest()[:8]
    return {"cell_type": kind, "id": identity, "metadata": {}, "source": text.strip().splitlines(keepends=True)}


if __name__ == "__main__":
    (DOCS / "tutorial.ipynb").write_text(notebook((DOCS / "tutorial.md").read_text("utf-8")), encoding="utf-8")
