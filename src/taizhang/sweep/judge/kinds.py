"""Families of mistakes: what a source is prone to is learned per family, not per code and not in one lump."""

NAME_FAMILIES = ("form", "sound", "shape", "length", "other")
NUMBER_FAMILIES = ("slip", "part", "other")

_FAMILY = {
    "XS-NAME-FORMAT": "form", "XS-NAME-VARIANT": "form", "XS-NAME-LOSS": "form", "XS-NAME-DAMAGED": "form",
    "XS-NAME-ALIAS": "form", "XS-NAME-HOMOPHONE": "sound", "XS-NAME-NEARPHONE": "sound", "XS-NAME-KEY": "sound",
    "XS-NAME-SHAPE": "shape", "XS-NAME-ONECHAR": "shape", "XS-NAME-EXTRA": "length", "XS-NAME-CLAN": "length",
    "XS-NAME-ORDER": "length",
    "XS-ID-SUBST": "slip", "XS-ID-TRANSPOSE": "slip", "XS-ID-INDEL": "slip", "XS-ID-EXCEL": "slip",
    "XS-ID-JUMP": "slip", "XS-ID-15-18": "slip", "XS-ID-DISABILITY": "slip", "XS-ID-STUDENT": "slip",
    "XS-ID-BIRTH": "part", "XS-ID-REGION": "part", "XS-ID-SEQ": "part",
}  # fmt: skip

LOG_ONE_OF = {"form": -2.0, "sound": -3.0, "shape": -3.0, "length": -2.5, "slip": -5.0, "part": -6.0, "other": -8.0}
"""Natural logarithm of the chance that a mistake of a family lands on exactly this wrong value."""
HOUSEMATE_ONE_OF = -1.0
"""The same where the value is a housemate's number: whoever slips into the next row has a few to choose from."""

SOUND_CODES = frozenset(code for code, family in _FAMILY.items() if family == "sound")

PRIOR_RATE = {
    "form": 0.003,
    "sound": 0.004,
    "shape": 0.003,
    "length": 0.001,
    "slip": 0.005,
    "part": 0.001,
    "other": 0.001,
}
"""Mistakes per record before anything is learned (identity.md, section 18: 0.5–3 % in all)."""

PRIOR_WEIGHT = 400.0
"""Records the prior rates count for: a small ledger is judged mostly by them."""


def family_of(code: str, families: tuple[str, ...]) -> int:
    """The number of a code's family in `families`; an unknown code is of the last one."""
    family = _FAMILY.get(code, "other")
    return families.index(family) if family in families else len(families) - 1
