"""The one mask of the product (law §4): the province and prefecture stay, the rest goes."""


def mask_number(text: str | None) -> str:
    """First four characters and a star for each other; None and the empty text give the empty text.

    Two masks of one value could be combined, so there is no other.
    """
    return "" if not text else text[:4] + "*" * (len(text) - 4)
