"""The labels of the reports in Simplified Chinese, Traditional Chinese and English."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from taizhang.languages import Language


@dataclass(frozen=True, slots=True)
class Label:
    """One text in three languages."""

    zh: str
    hant: str
    en: str

    def said_in(self, language: Language) -> str:
        """The text in one language."""
        return {Language.ZH: self.zh, Language.HANT: self.hant, Language.EN: self.en}[language]

    def filled(self, **values: str | int) -> "Label":
        """The same text with its places filled."""
        return Label(self.zh.format(**values), self.hant.format(**values), self.en.format(**values))


@cache
def _all() -> dict[str, Label]:
    text = files(__package__).joinpath("texts.yaml").read_text(encoding="utf-8")
    raw = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader builds text only
    groups = raw.pop("groups")
    return {**{k: Label(**v) for k, v in raw.items()}, **{f"group.{k}": Label(**v) for k, v in groups.items()}}


def label(name: str) -> Label:
    """The label of this name; KeyError for one that does not exist."""
    return _all()[name]


def group_label(group: str) -> Label:
    """The title of a rule group (A…Y); an unknown letter stands for itself."""
    return _all().get(f"group.{group}", Label(group, group, group))


def label_names() -> list[str]:
    """All names, for the test that keeps them complete."""
    return sorted(_all())
