"""What rules and sources are called, read once a process."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, pgettext

from taizhang.intake.model import FIELDS
from taizhang.report.facts import rule_titles, source_titles
from taizhang.report.texts import Label

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


def source_title(source: str) -> str:
    """How the county calls a source."""
    return _sources().get(source, source)


def field_title(field: str) -> str:
    """What a field is called in the language of the page."""
    return pgettext(field, FIELDS[field].zh) if field in FIELDS else field


def in_language(text: Any) -> str:
    """One of three languages of a text with zh, hant and en."""
    return str({"zh-hant": text.hant, "en": text.en}.get(get_language() or "", text.zh))
