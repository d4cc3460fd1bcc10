"""The one mask of the product (law §4) for each kind of number, of a person and of a telephone."""


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
