"""Lossless normalising of an ID cell: every step named, nothing guessed (intake design §13, identity science §4)."""

import re

_INVISIBLE = re.compile("[\u0000-\u0020\u007f\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]")
_FULL_WIDTH = {ord("！") + place: ord("!") + place for place in range(94)}  # U+FF01–FF5E stand in the order of ASCII
_LOOK_ALIKE = {ord("Х"): ord("X"), ord("х"): ord("x"), ord("×"): ord("X"), ord("〇"): ord("0"), ord("○"): ord("0")}
_EXCEL_FORMULA = re.compile(r'="([^"]*)"')
_QUOTES = "'’‘`´\"“”"
_DOT_ZERO = re.compile(r"([0-9]{15,18})\.0+")
_HYPHENS = re.compile("(?<=[0-9])[-‐‑‒–—](?=[0-9Xx])")


def normalise_number(raw: str) -> tuple[str, tuple[str, ...]]:
    """The text without what writing and spreadsheets add, and the names of the steps that changed it.

    Letters that merely resemble digits (O, l) are left: reading them as digits would be a guess. Idempotent.
    """
    if raw.isascii() and raw.isalnum():
        return raw, ()
    steps: list[str] = []
    text, before = raw, None
    while text != before:  # one wrapping may hide another: an apostrophe before a formula; every round shortens or maps
        before = text
        text = _round(text, steps)
    return text, tuple(dict.fromkeys(steps))


def _round(text: str, steps: list[str]) -> str:
    def take(new: str, step: str) -> None:
        nonlocal text
        if new != text:
            text = new
            steps.append(step)

    formula = _EXCEL_FORMULA.fullmatch(text.strip())
    take(formula[1] if formula else text, "EXCEL_TEXT")
    take(_INVISIBLE.sub("", text), "STRIP")
    take(text.translate(_FULL_WIDTH), "FULLWIDTH")
    bare = text.lstrip(_QUOTES)
    take(bare if bare.startswith('="') else bare.rstrip(_QUOTES), "EXCEL_TEXT")
    take(text.translate(_LOOK_ALIKE), "LOOK_ALIKE")
    take(_HYPHENS.sub("", text), "HYPHEN")
    dotted = _DOT_ZERO.fullmatch(text)
    take(dotted[1] if dotted else text, "DOT_ZERO")
    return text
