"""Text that is safe to open in a spreadsheet program (OWASP ASVS 5.0 V1.2.10, formula injection)."""

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_text(text: str) -> str:
    """`text` with a leading apostrophe where a spreadsheet program could take it for a formula.

    The full-width forms count too: some programs fold them before they look. A lone sign is left as it is.
    """
    return f"'{text}" if len(text) > 1 and text.startswith(_STARTS_A_FORMULA) else text
