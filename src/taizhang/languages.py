"""The languages of terminal, report and notebook: which one is spoken, our texts in it, and how it strings them together.

The code holds the Simplified Chinese texts; `errors.yaml`, `titles.yaml` for what columns and parameters are called, and
`evidence.yaml` for the sentences of evidence that a sweep stores, hold each of them in Traditional Chinese and English, with {}
where a value stands. A text is found again by its fixed parts, so whoever raises an error knows nothing of languages.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from taizhang.errors import UserError

_PLACE = "{}"
_TEXTS, _EVIDENCE = ("errors.yaml", "titles.yaml"), ("sweep/diagnose/evidence.yaml",)
_LISTED = "、"
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # ten times as fast where libyaml is there
_BRACKETS = re.compile("（([^（）]*)）")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # in the order POSIX asks them


class Language(StrEnum):
    """The languages spoken, by their BCP 47 tags."""

    ZH = "zh-Hans"
    HANT = "zh-Hant"
    EN = "en"


_spoken: list[Language] = []


def speak(language: Language | None) -> None:
    """Choose the language of this process; None leaves it to the environment."""
    _spoken[:] = [] if language is None else [language]


def spoken(environment: Mapping[str, str] | None = None) -> Language:
    """The language chosen by `speak`, else by TAIZHANG_LANG, else by the locale; Simplified Chinese where none says.

    environment: in place of the process's own.
    """
    if _spoken:
        return _spoken[0]
    given = os.environ if environment is None else environment
    locale = next((given[name] for name in _VARIABLES if given.get(name)), "")
    return language_of(given.get("TAIZHANG_LANG", "")) or language_of(locale) or Language.ZH


def language_of(tag: str) -> Language | None:
    """The language a tag or locale names (zh-TW, zh_CN.UTF-8, en_GB); None for any other, as C.UTF-8."""
    parts = re.split(r"[-_.@]", tag.strip().casefold())
    if parts[0] == "zh":
        return Language.HANT if set(parts) & {"hant", "tw", "hk", "mo"} else Language.ZH
    return Language.EN if parts[0] == "en" else None


@dataclass(frozen=True, slots=True)
class Said:
    """An error in one language; where is a place and stays as it is."""

    message: str
    where: str
    why: str
    hint: str


def said(error: UserError, language: Language) -> Said:
    """The texts of an error in a language."""
    message, why, hint = (translated(text, language) for text in (error.message, error.why, error.hint))
    return Said(message, error.where, why, hint)


def translated(text: str, language: Language) -> str:
    """A text of ours in a language; one that `errors.yaml` and `titles.yaml` do not know stays as it is.

    What stands in its places is translated too where it is a text of ours (a limit's name, a kind of file, titles of
    columns, one or several).
    """
    return _looked_up(text, language, _TEXTS)


def listed(parts: Iterable[str], language: Language) -> str:
    """Short things in a row."""
    return (", " if language is Language.EN else "、").join(parts)


def apart(parts: Iterable[str], language: Language) -> str:
    """Longer things in a row."""
    return ("; " if language is Language.EN else "；").join(parts)


def bracketed(text: str, language: Language) -> str:
    """A remark behind something."""
    return f" ({text})" if language is Language.EN else f"（{text}）"


def told(name: str, text: str, language: Language) -> str:
    """A thing under its name."""
    return f"{name}{': ' if language is Language.EN else '：'}{text}"


@lru_cache(maxsize=4096)
def evidence_in(sentence: str, language: Language) -> str:
    """A stored sentence of evidence in a language; one that `evidence.yaml` does not know stays as it is."""
    return _looked_up(sentence, language, _EVIDENCE)


def _looked_up(text: str, language: Language, known: tuple[str, ...]) -> str:
    if language is Language.ZH or not text:
        return text
    at = 0 if language is Language.HANT else 1
    catalogue = _catalogue(known)
    if text in catalogue.plain:
        return catalogue.plain[text][at]
    parts = text.split(_LISTED)
    if len(parts) > 1:
        listed = [_looked_up(part, language, known) for part in parts]
        if all(new != old for new, old in zip(listed, parts, strict=True)):
            return (", " if language is Language.EN else _LISTED).join(listed)
    for pattern, versions, has_words in catalogue.patterns:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        values = [_value(one, language, known) for one in found.groups()]
        # Brackets and semicolons alone prove no text of ours: a value of somebody's may have them too.
        if has_words or all(
            new != old for new, old in zip(values, found.groups(), strict=True) if _CHINESE.search(old)
        ):
            return versions[at].format(*values)
    return text


def _value(value: str, language: Language, known: tuple[str, ...]) -> str:
    """What stands in a place: a text of ours translated, a list or brackets as the language writes them, else as it is."""
    said = _looked_up(value, language, known) if _CHINESE.search(value) else value
    if said != value or language is not Language.EN:
        return said
    inner = _BRACKETS.fullmatch(value)
    text = listed((inner[1] if inner else value).split(_LISTED), language)
    return bracketed(text, language) if inner else text


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """plain: texts without places; patterns: the others, those with most fixed text first, and whether it has words."""

    plain: dict[str, tuple[str, str]]
    patterns: tuple[tuple[re.Pattern[str], tuple[str, str], bool], ...]


@cache
def _catalogue(known: tuple[str, ...]) -> _Catalogue:
    texts = [files("taizhang").joinpath(file).read_text(encoding="utf-8") for file in known]
    read = [yaml.load(text, Loader=_LOADER) for text in texts]  # noqa: S506 - a BaseLoader builds text only
    versions = {entry["zh"]: (entry["zh_hant"], entry["en"]) for entries in reversed(read) for entry in entries}
    patterns = [
        (
            re.compile("(.*?)".join(re.escape(part) for part in zh.split(_PLACE)), re.DOTALL),
            others,
            _CHINESE.search(zh) is not None,
        )
        for zh, others in sorted(versions.items(), key=lambda entry: -len(entry[0].replace(_PLACE, "")))
        if _PLACE in zh
    ]
    return _Catalogue({zh: others for zh, others in versions.items() if _PLACE not in zh}, tuple(patterns))
