"""What a report says of a finding besides its stored message and hint, in one language."""

from collections.abc import Mapping, Sequence
from typing import Any

from taizhang.intake.model import FIELDS
from taizhang.languages import Language, apart, bracketed, evidence_in, listed, translated
from taizhang.report.texts import Label, label
from taizhang.sweep.diagnose.wording import chance
from taizhang.sweep.findings.masking import masked_value

_OWN_REASONS = frozenset({"other_source", "member_row", "authority"})


def field_title(field: str, language: Language) -> str:
    """What a field is called; its name in code where the catalogue does not know it."""
    return translated(FIELDS[field].zh, language) if field in FIELDS else field


def place(record: Mapping[str, Any], source_titles: Mapping[str, str], language: Language) -> str:
    """Source, file, sheet and cells of a record; its row where no cell is named."""
    cells = listed((cell["cell"] for cell in record["cells"] or () if cell["cell"]), language)
    row = cells or (label("row_no").filled(n=record["row"]).said_in(language) if record["row"] else "")
    parts = (source_titles.get(record["source"], record["source"]), record["file"], record["sheet"], row)
    return " › ".join(part for part in parts if part)


def places(records: Sequence[Mapping[str, Any]], source_titles: Mapping[str, str], language: Language) -> str:
    """The places of several records."""
    return apart((place(record, source_titles, language) for record in records), language)


def value(field: str, text: str | None, language: Language) -> str:
    """A value as it may be shown: numbers and telephones masked, accounts hidden."""
    if text is None:
        return label("empty").said_in(language)
    return masked_value(field, text) or ""


def candidates(found: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Suggested values with their probabilities."""
    return apart(
        (
            value(one["field"], one["value"], language)
            + (bracketed(chance(one["probability"]), language) if one["probability"] is not None else "")
            for one in found
        ),
        language,
    )


def reason(code: str, rule_titles: Mapping[str, Label], language: Language) -> str:
    """Why a value is suggested."""
    if code in _OWN_REASONS:
        return label(f"reason_{code}").said_in(language)
    return rule_titles[code].said_in(language) if code in rule_titles else code


def evidence_sentences(stored: Sequence[str], language: Language) -> list[str]:
    """The stored sentences of a finding's evidence, without their full stops."""
    return [evidence_in(one, language).rstrip("。.") for one in stored]


def evidence(stored: Sequence[str], language: Language) -> str:
    """The evidence of a finding in a row."""
    return apart(evidence_sentences(stored, language), language)
