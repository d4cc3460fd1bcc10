"""The one way each kind of value is hidden: two different masks of one number could be put together to recover it."""

import re

from taizhang.identity.numbers import mask_number, mask_phone

__all__ = ["mask_name", "mask_number", "mask_numbers", "mask_phone"]

_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9])")


def mask_numbers(text: str) -> str:
    """A text in which the numbers of persons, of 15 or 18 characters, are masked."""
    return _NUMBER.sub(lambda found: mask_number(found.group()), text)


def mask_name(name: str) -> str:
    """`张*`: for readers outside the area; inside it names are written in full."""
    return name[:1] + "*" * max(1, min(len(name) - 1, 3)) if name else ""
