"""The one mask of the product (law §4) for each kind of number, of a person and of a telephone."""

import re

_TELEPHONE = re.compile(r"1(?:[ \t]?[0-9]){10}|0(?:[ \t]?[0-9]){9,11}|(?!20)[2-9](?:[ \t]?[0-9]){6,7}")
"""A mobile number, or a fixed one with or without its area; 20200219 is a day."""


def mask_number(text: str | None) -> str:
    """First four characters (province and prefecture) and a star for each other; None and the empty text give the empty text.

    Two masks of one value could be combined, so there is no other.
    """
    return "" if not text else text[:4] + "*" * (len(text) - 4)


def mask_phone(phone: str) -> str:
    """`138****5678`, place for place; anything shorter than a mobile number keeps two digits at its end."""
    if len(phone) < 11:
        return "*" * (len(phone) - 2) + phone[-2:]
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]


def mask_run(text: str) -> str:
    """Digits and letters, blanks among them, of which nobody said what they are: by the mask of telephones where they can be one."""
    return mask_phone(text) if _TELEPHONE.fullmatch(text) else mask_number(text)
