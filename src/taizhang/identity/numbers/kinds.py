"""What a number in an ID column can be, and everything that can be wrong with it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from html import escape

from taizhang.identity.numbers.masking import mask_number


class IdKind(StrEnum):
    """Kinds of numbers met in the column 证件号码 (identity science §3, §5)."""

    CITIZEN = "citizen"
    CITIZEN_15 = "citizen_15"
    DISABILITY = "disability"
    STUDENT = "student"
    HMT_PERMIT = "hmt_permit"
    FOREIGN_2017 = "foreign_2017"
    FOREIGN_2023 = "foreign_2023"
    PASSPORT = "passport"
    OFFICER = "officer"
    PLACEHOLDER = "placeholder"
    SCIENTIFIC = "scientific"
    UNKNOWN = "unknown"
    EMPTY = "empty"


class IdDefect(StrEnum):
    """Rule ids of group A that can be decided from the cell itself (identity science §15.1)."""

    MISSING = "ID-MISSING"
    PLACEHOLDER = "ID-PLACEHOLDER"
    FORMAT_NOISE = "ID-FORMAT-NOISE"
    LOWER_X = "ID-LOWER-X"
    CHARSET = "ID-CHARSET"
    LENGTH = "ID-LENGTH"
    LEGACY_15 = "ID-15"
    CHECKSUM = "ID-CHECKSUM"
    CHECKSUM_DISABILITY = "ID-CHECKSUM-DISABILITY"
    EXCEL_NUMERIC = "ID-EXCEL-NUMERIC"
    EXCEL_TRUNC = "ID-EXCEL-TRUNC"
    SCIENTIFIC = "ID-SCIENTIFIC"
    BIRTH_INVALID = "ID-BIRTH-INVALID"
    BIRTH_FUTURE = "ID-BIRTH-FUTURE"
    BIRTH_ANCIENT = "ID-BIRTH-ANCIENT"
    REGION_UNKNOWN = "ID-REGION-UNKNOWN"
    REGION_ANACHRONISM = "ID-REGION-ANACHRONISM"
    SEQ_RESERVED = "ID-SEQ-RESERVED"
    DISABILITY_CLASS = "ID-DISABILITY-CLASS"
    DISABILITY_LEVEL = "ID-DISABILITY-LEVEL"
    DISABILITY_SUFFIX = "ID-DISABILITY-SUFFIX"
    HMT_PERMIT = "ID-HMT-PERMIT"
    FOREIGN_CARD = "ID-FOREIGN-CARD"
    STUDENT_NO = "ID-STUDENT-NO"
    TWO_IN_CELL = "ID-TWO-IN-CELL"


@dataclass(frozen=True, slots=True, repr=False)
class IdParse:
    """Everything one cell tells.

    text: the number after lossless normalising; None for an empty cell and for a number that a numeric cell has
        damaged (its digits are never kept as a value).
    core18: 17 digits and a check character: the number itself, a certificate's or student number's citizen part, or a
        15-digit number converted; None where there is none. Its check may be wrong: see `valid`.
    key: `id_key(core18)`.
    valid: the kind's own form, check character and date are right. Oddities that leave a number usable (unknown
        division, an ending of 000 that passes the check) are defects, not invalidity.
    birth, sex ("男"/"女"), area (6 digits): read from `core18`; None where the part is impossible.
    defects: all of them, in the order of `IdDefect`.
    steps: normalising steps that changed the text, in order.
    """

    kind: IdKind
    text: str | None = None
    core18: str | None = None
    key: int | None = None
    valid: bool = False
    birth: date | None = None
    sex: str | None = None
    area: str | None = None
    disability_class: str | None = None
    disability_level: str | None = None
    defects: tuple[IdDefect, ...] = ()
    steps: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Masked: neither the number nor its birth date, so that no log and no notebook shows them by accident."""
        told = [f"IdParse({self.kind.value}", mask_number(self.text) or "-", "valid" if self.valid else "not valid"]
        return ", ".join([*told, *(defect.value for defect in self.defects)]) + ")"

    def _repr_html_(self) -> str:
        verdict = "✓" if self.valid else "✗"
        codes = "".join(f" <code>{defect.value}</code>" for defect in self.defects)
        return f"<code>{escape(mask_number(self.text)) or '—'}</code> {escape(self.kind.value)} {verdict}{codes}"
