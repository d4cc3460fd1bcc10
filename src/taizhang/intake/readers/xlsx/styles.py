"""What a style id tells us of a cell: whether its number shows a date, and whether it is struck out."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from taizhang.intake.preflight import Limits
from taizhang.intake.readers.safexml import Node, parse_small
from taizhang.intake.readers.xlsx.package import Package

# Built-in formats that show a date or a time: ECMA-376 part 1 §18.8.30, with the East Asian ids 27-36 and 50-58.
DATE_FORMAT_IDS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})

_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[ymdhseg年月日]")
_SCIENTIFIC = re.compile(r"[0#?]e[+-]")


@dataclass(frozen=True, slots=True)
class Styles:
    """By style id (the `s` of a cell): does it show a date, is it struck out. Unknown ids are neither."""

    date: npt.NDArray[np.bool_]
    struck: npt.NDArray[np.bool_]


def is_date_format(code: str) -> bool:
    """Whether a custom number format shows a date or time: a date letter outside quotes, escapes and brackets."""
    first = code.split(";", maxsplit=1)[0]
    bare = _LITERALS.sub("", first).lower().replace("general", "").replace("g/通用格式", "")
    bare = _SCIENTIFIC.sub("", bare)
    return bool(_DATE_LETTERS.search(bare))


def no_styles() -> Styles:
    """The styles of a workbook that has none."""
    return Styles(np.zeros(1, np.bool_), np.zeros(1, np.bool_))


def read_styles(package: Package, part: str, limits: Limits) -> Styles:
    """The styles in `part`. A font or format that is referred to but absent counts as plain."""
    root = parse_small(package.open(part).read, limits)
    custom: dict[int, bool] = {}
    for node in root.all("numFmts", "numFmt"):
        custom[_integer(node, "numFmtId", -1)] = is_date_format(node.attributes.get("formatCode", ""))
    struck_fonts = [_is_on(font.find("strike")) for font in root.all("fonts", "font")]
    date: list[bool] = []
    struck: list[bool] = []
    for style in root.all("cellXfs", "xf"):
        number_format = _integer(style, "numFmtId", 0)
        date.append(custom.get(number_format, number_format in DATE_FORMAT_IDS))
        font = _integer(style, "fontId", 0)
        struck.append(0 <= font < len(struck_fonts) and struck_fonts[font])
    if not date:
        return no_styles()
    return Styles(np.array(date, np.bool_), np.array(struck, np.bool_))


def _integer(node: Node, key: str, default: int) -> int:
    text = node.attributes.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _is_on(node: Node | None) -> bool:
    return node is not None and node.attributes.get("val", "1") not in {"0", "false", "off"}
