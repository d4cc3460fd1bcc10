"""Lossless normalising of an ID cell: every step named, nothing guessed (intake design §13, identity science §4)."""

import re

_INVISIBLE = re.compile("[\u0009\u000a\u000d\u0020\u00a0\u200b-\u200f\u202a-\u202e\u2060\u3000\ufeff]")
_FULL_WIDTH = {ord("０") + i: ord("0") + i for i in range(10)} | {ord("Ａ") + i: ord("A") + i for i in range(26)}
_FULL_WIDTH |= {ord("ａ") + i: ord("a") + i for i in range(26)}
_FULL_WIDTH |= {ord("－"): ord("-"), ord("／"): ord("/"), ord("．"): ord("."), ord("＋"): ord("+")}
_LOOK_ALIKE = {ord("Х"): ord("X"), ord("х"): ord("x"), ord("×"): ord("X"), ord("〇"): ord("0"), ord("○"): ord("0")}
_EXCEL_FORMULA = re.compile(r'="([^"]*)"')
_DOT_ZERO = re.compile(r"([0-9]{15,18})\.0+")
_HYPHENS = re.compile("(?<=[0-9])[-‐‑–—](?=[0-9Xx])")


def normalise_number(raw: str) -> tuple[str, tuple[str, ...]]:
    """The text without what writing and spreadsheets add, and the names of the steps that changed it.

    Letters that merely resemble digits (O, l) are left: reading them as digits would be a guess. Idempotent.
    """
    text, steps = raw, []

    def take(new: str, step: str) -> None:
        nonlocal text
        if new != text:
            text = new
            steps.append(step)

    formula = _EXCEL_FORMULA.fullmatch(text.strip())
    take(formula[1] if formula else text, "EXCEL_TEXT")
    take(_INVISIBLE.sub("", text), "STRIP")
    take(text.lstrip("'’‘`"), "EXCEL_TEXT")
    take(text.translate(_FULL_WIDTH), "FULLWIDTH")
    take(text.translate(_LOOK_ALIKE), "LOOK_ALIKE")
    take(_HYPHENS.sub("", text), "HYPHEN")
    dotted = _DOT_ZERO.fullmatch(text)
    take(dotted[1] if dotted else text, "DOT_ZERO")
    return text, tuple(dict.fromkeys(steps))
