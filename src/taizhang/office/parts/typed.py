"""Whole numbers as they come from outside: in forms, addresses and headers."""

MOST_DIGITS = 9
"""As many fit a column of numbers on both databases."""


def whole_number(text: str, digits: int = MOST_DIGITS) -> int | None:
    """The number that at most so many of the digits 0 to 9 write; None for anything else, be it a digit of another script."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
