"""Text that is safe to open in a spreadsheet program (OWASP ASVS 5.0 V1.2.10, formula injection)."""

import re

import pyarrow as pa
import pyarrow.compute as pc

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_RISKY = rf"(?s)^[{re.escape(''.join(_STARTS_A_FORMULA))}]."


def safe_text(text: str) -> str:
    """`text` with a leading apostrophe where a spreadsheet program could take it for a formula.

    The full-width forms count too: some programs fold them before they look. A lone sign is left as it is.
    """
    return f"'{text}" if len(text) > 1 and text.startswith(_STARTS_A_FORMULA) else text


def safe_texts(texts: pa.StringArray) -> pa.StringArray:
    """`safe_text` of every text of a column; nulls stay."""
    risky = pc.match_substring_regex(texts, _RISKY)
    return pc.if_else(risky, pc.binary_join_element_wise("'", texts, ""), texts)
