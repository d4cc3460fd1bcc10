"""What rules and sources are called, read once a process."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from taizhang.intake.model import FIELDS, TABLES
from taizhang.languages import translated
from taizhang.office.parts.language import page_language
from taizhang.report.facts import rule_titles, source_titles
from taizhang.report.texts import Label
from taizhang.sweep.rules.catalogue import GROUPS
from taizhang.sweep.rules.service import list_rules

IDENTITY_GROUPS = ("A", "B", "C", "D", "E")
"""The groups of rules about numbers, names and whether they belong together (docs/rules.md)."""


@cache
def _rules() -> dict[str, Label]:
    return rule_titles(settings.INSTALLATION.county)


@cache
def _sources() -> dict[str, str]:
    return source_titles(settings.INSTALLATION.county)


def rule_title(rule: str) -> str:
    """The title of a rule in the language of the page; its id where the packs do not know it."""
    return in_language(_rules()[rule]) if rule in _rules() else rule


def rule_groups() -> dict[str, str]:
    """The letters of the groups of rules, each with its name in the language of the page."""
    is_english = get_language() == "en"
    found = {letter: text.partition(" ") for letter, text in GROUPS.items()}
    return {letter: name[2] if is_english else name[0] for letter, name in found.items()}


def rules_by_group() -> dict[str, list[str]]:
    """The ids of all rules of the county by the letter of their group."""
    found: dict[str, list[str]] = {}
    for rule, group in _groups().items():
        found.setdefault(group, []).append(rule)
    return found


@cache
def _groups() -> dict[str, str]:
    return {rule.id: rule.group for rule in list_rules(settings.INSTALLATION.county)}


def source_title(source: str) -> str:
    """How the county calls a source."""
    return _sources().get(source, source)


def field_title(field: str) -> str:
    """What a field is called in the language of the page."""
    return translated(FIELDS[field].zh, page_language()) if field in FIELDS else field


def table_title(table: str) -> str:
    """What a table of records is called in the language of the page."""
    return translated(TABLES[table].zh, page_language())


def in_language(text: Any) -> str:
    """One of three languages of a text with zh, hant and en."""
    return str({"zh-hant": text.hant, "en": text.en}.get(get_language() or "", text.zh))
