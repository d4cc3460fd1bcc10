"""The languages of the office: catalogues that are whole, texts that follow the reader's language, a language that is kept."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OFFICE = ROOT / "src" / "taizhang" / "office"
sys.path.insert(0, str(ROOT / "tools"))

import messages  # noqa: E402 - of tools/


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_text_is_translated_and_keeps_its_places(language):
    assert messages.lacking(language) == []


def test_the_catalogues_are_in_step_with_the_sources_and_compiled():
    assert messages.stale() == [], "run make messages"


def test_a_text_without_a_translation_is_told(tmp_path, monkeypatch):
    (tmp_path / "views.py").write_text('from x import _\n_("未译%(n)s")\n', "utf-8")
    monkeypatch.setattr(messages, "OFFICE", tmp_path)
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")

    assert messages.lacking("en") == ["en: 未译%(n)s"]
    assert messages.lacking("zh_Hant") == []
    assert len(messages.stale()) == 4


def test_a_template_gives_its_texts_with_their_plurals(tmp_path, monkeypatch):
    source = (
        '{% trans "甲" %}\n  <p>{% blocktrans count n=n %}{{ n }} 人{% plural %}{{ n }} 人们{% endblocktrans %}</p>'
    )
    (tmp_path / "page.html").write_text(source, "utf-8")
    monkeypatch.setattr(messages, "OFFICE", tmp_path)
    monkeypatch.setattr(messages, "ROOT", tmp_path)

    assert [one.id for one in messages.collected() if one.id] == ["甲", ("%(n)s 人", "%(n)s 人们")]


def eager_at_import(path):
    """Lines where a text is translated while the module is imported, in the language of nobody."""
    tree = ast.parse(path.read_text("utf-8"))
    imported = [
        one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom) and one.module == "django.utils.translation"
    ]
    eager = {
        name.asname or name.name
        for one in imported
        for name in one.names
        if name.name in ("gettext", "ngettext", "pgettext")
    }
    waiting = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in eager:
                yield f"{path.relative_to(ROOT)}:{node.lineno}"
            if not isinstance(node, ast.FunctionDef | ast.Lambda):
                waiting.append(node)


def test_no_text_is_translated_while_its_module_is_imported():
    assert [place for path in OFFICE.rglob("*.py") for place in eager_at_import(path)] == []
