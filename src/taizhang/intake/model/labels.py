"""How a label or a header is made comparable: one normalisation, used by code lists and by column mapping alike."""

import re
import unicodedata

# Zero-width characters, bidi marks and the BOM: invisible in a spreadsheet, common in pasted headers.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_BLANK = re.compile(r"\s+")
_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "〔": "(", "〕": ")", "【": "(", "】": ")", "[": "(", "]": ")"}
)


def plain(text: str) -> str:
    """NFKC, one kind of bracket and quotation mark, no blanks and no invisible characters; case is kept.

    Only for comparing labels: names and values of records are never folded this way (identity.md §8).
    """
    if text.isalnum() and text.isascii():
        return text
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTES)
    return _BLANK.sub("", folded)


def label_key(text: str) -> str:
    """The key under which labels are looked up: `plain`, case-insensitive."""
    return plain(text).casefold()
