"""Values side by side: where they differ, marked, with numbers masked at every place but the first four."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from taizhang.identity.names import readings_of
from taizhang.office.crypto.masks import mask_number, mask_phone

NUMBERS = frozenset({"id_no", "head_id_no", "core18", "head_core18"})
PHONES = frozenset({"member_phone", "household_phone"})
HIDDEN = frozenset({"bank_account"})


@dataclass(frozen=True)
class Marked:
    """A value ready to be shown. odd: it is not what most sources say; note: readings of the characters that differ."""

    text: SafeString
    odd: bool = False
    note: str = ""


def reference(values: Sequence[str]) -> str:
    """What most say; of equally many the first."""
    return Counter(values).most_common(1)[0][0] if values else ""


def places_apart(value: str, other: str) -> frozenset[int]:
    """Places (0-based) of `value` that are not as in `other`."""
    if len(value) == len(other):
        return frozenset(at for at, (a, b) in enumerate(zip(value, other, strict=True)) if a != b)
    found: set[int] = set()
    for what, start, end, _, _ in SequenceMatcher(None, value, other, autojunk=False).get_opcodes():
        if what in {"delete", "replace"}:
            found |= set(range(start, end))
    return frozenset(found)


def marked(field: str, value: str, common: str, *, in_full: bool = False) -> Marked:
    """One value against what most sources say. in_full: numbers of this person were revealed to whoever looks."""
    apart = places_apart(value, common) if common else frozenset()
    shown = value if in_full and field in NUMBERS | PHONES else hidden(field, value)
    text = format_html_join(
        "",
        "{}",
        ((format_html('<mark class="differs">{}</mark>', c) if at in apart else c,) for at, c in enumerate(shown)),
    )
    note = ""
    if field in {"name", "head_name"} and apart:
        note = "，".join(
            f"{value[at]} {'/'.join(readings_of(value, at))}" for at in sorted(apart) if readings_of(value, at)
        )
    return Marked(text, bool(common) and value != common, note)


def hidden(field: str, value: str) -> str:
    """A value as everybody may see it: numbers, phones and accounts by their masks."""
    if field in NUMBERS:
        return mask_number(value)
    if field in PHONES:
        return mask_phone(value)
    if field in HIDDEN:
        return "*" * len(value)
    longest = max(
        (len(run) for run in "".join(c if c.isascii() and c.isalnum() else " " for c in value).split()), default=0
    )
    return mask_number(value) if longest >= 11 else value
