"""The `_xHHHH_` escapes of SpreadsheetML text (ECMA-376 part 1, §22.9.2.19 ST_Xstring)."""

import re

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """The text with `_x000D_` and its like turned into characters; `_x005F_` guards a literal underscore.

    Two escapes that form a surrogate pair become one character; a lone surrogate becomes U+FFFD, because no UTF-8
    buffer can hold it.
    """
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if any("\ud800" <= character <= "\udfff" for character in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
