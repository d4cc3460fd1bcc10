"""What went wrong, kept as it was said and told in the language of whoever reads.

A stored text is Simplified Chinese, a line a sentence of ours; it is found again in the engine's catalogue (languages.py)
or the office's by its fixed parts, so that the language is chosen by the reader and not by the worker that wrote it.
Texts of before, whose sentences stand in one line, are taken apart.
"""

import re
from functools import lru_cache

from django.utils.translation import gettext, override

from taizhang.errors import UserError
from taizhang.languages import Language, translated
from taizhang.office.errors import OfficeError
from taizhang.office.parts.language import page_language

FAULT = "E-FAULT"
_SENTENCE = re.compile("。")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def kept(error: UserError | OfficeError) -> str:
    """The text of an error as it is stored; a value of a record is never in it."""
    with override("zh-hans"):
        return f"{error.message}\n{error.hint}".strip()


def told(text: str, code: str = "") -> str:
    """A stored text in the language of the page; one that no catalogue knows stays as it is. code: of the error."""
    if code == FAULT:
        return gettext("程序出错（%(name)s），详情在程序日志中。") % {"name": text}
    language = page_language()
    if language is Language.ZH:
        return text.replace("\n", "")
    between = " " if language is Language.EN else ""
    return between.join(_known(part, language) for line in text.split("\n") for part in _parts(line))


@lru_cache(maxsize=1000)
def _parts(line: str) -> tuple[str, ...]:
    """A line cut at the ends of sentences into texts of ours: as the fewest characters stay Chinese in English."""
    ends = [found.end() for found in _SENTENCE.finditer(line)]
    cuts = [(line[:end], *_parts(line[end:].lstrip())) for end in reversed(ends) if end < len(line)]
    return min([(line,), *cuts] if line else [()], key=_left_in_chinese)


def _left_in_chinese(parts: tuple[str, ...]) -> int:
    with override("en"):
        return sum(len(_CHINESE.findall(_known(part, Language.EN))) for part in parts)


def _known(text: str, language: Language) -> str:
    found = gettext(text)
    return found if found != text else translated(text, language)
