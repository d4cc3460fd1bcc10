"""Reasons that people state for what goes into the ledger of actions."""

from taizhang.office.errors import ReasonMissing

LEAST_WORDS, LONGEST = 4, 500
"""Characters: fewer say nothing, and more than these are not kept."""


def stated(text: str, *fields: str) -> str:
    """A reason as it is kept. fields: of the form, by which it is told. Raises ReasonMissing for one that says nothing."""
    words = text.strip()[:LONGEST]
    if len(words) < LEAST_WORDS:
        raise ReasonMissing(*fields or ("reason",))
    return words
