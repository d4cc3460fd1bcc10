"""Values side by side: where they differ, marked, with numbers masked at every place but the first four."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from taizhang.identity.names import readings_of
from taizhang.office.crypto.masks import mask_number, mask_phone
from taizhang.office.parts.punctuation import listed
from taizhang.sweep.findings.masking import month_only

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
    for what, start, end, *_others in SequenceMatcher(None, value, other, autojunk=False).get_opcodes():
        if what in {"delete", "replace"}:
            found |= set(range(start, end))
    return frozenset(found)


def marked(field: str, value: str, common: str, *, in_full: bool = False) -> Marked:
    """One value against what most sources say. in_full: numbers of this person were revealed to whoever looks."""
    apart = places_apart(value, common) if common else frozenset()
    shown = value if in_full and field in NUMBERS | PHONES else hidden(field, value)
    gaps = missing_before(value, common) if len(shown) == len(value) < len(common) else frozenset()
    return Marked(_drawn(shown, apart, gaps), bool(common) and value != common, _note(field, value, apart))


def _drawn(shown: str, apart: frozenset[int], gaps: frozenset[int]) -> SafeString:
    if not apart and not gaps:
        return escape(shown)
    return format_html_join(
        "", "{}{}", ((_gap(at, gaps), _character(shown[at : at + 1], at in apart)) for at in range(len(shown) + 1))
    )


def missing_before(value: str, other: str) -> frozenset[int]:
    """Places (0-based) of `value` before which `other` has characters that `value` lacks; its length for the end."""
    found = SequenceMatcher(None, value, other, autojunk=False).get_opcodes()
    return frozenset(start for what, start, *_others in found if what == "insert")


def _gap(at: int, gaps: frozenset[int]) -> SafeString:
    return format_html('<mark class="missing" title="{}"></mark>', _("此处缺字")) if at in gaps else SafeString("")


def _character(character: str, differs: bool) -> str:  # noqa: FBT001 - one of two ways to draw it
    return format_html('<mark class="differs">{}</mark>', character) if differs and character else character


def _note(field: str, value: str, apart: frozenset[int]) -> str:
    """Readings of the characters of a name that differ, or which digits of a number do."""
    if not apart:
        return ""
    if field in NUMBERS:
        return _("第%(places)s位不同") % {"places": listed(at + 1 for at in sorted(apart))}
    if field in {"name", "head_name"}:
        return listed(
            f"{value[at]} {'/'.join(readings_of(value, at))}" for at in sorted(apart) if readings_of(value, at)
        )
    return ""


def hidden(field: str, value: str) -> str:
    """A value as everybody may see it: numbers, phones and accounts by their masks, months without a day."""
    if field in NUMBERS:
        return mask_number(value)
    if field in PHONES:
        return mask_phone(value)
    if field in HIDDEN:
        return "*" * len(value)
    longest = max(
        (len(run) for run in "".join(c if c.isascii() and c.isalnum() else " " for c in value).split()), default=0
    )
    return mask_number(value) if longest >= 11 else month_only(field, value)
