"""What the values of a column look like: a veto against labels that lie, and the tie-break between labels that agree."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from taizhang.intake.model import FIELDS, FieldType, IdentityRole, code_list, plain

ENOUGH = 5  # values below which a profile says nothing
VETO_OWN, VETO_OTHER = (
    0.2,
    0.6,
)  # a label is refused when its own kind fits below the first and another above the second
MOST_DISTINCT = 80  # values a profile is computed on; shares are then known to about ±0.1
_ID = re.compile(r"^[1-9]\d{14}$|^[1-9]\d{16}[\dX]$|^[1-9]\d{16}[\dX][1-7][1-4](?:B\d)?$|^[GJL][1-9]\d{16}[\dX]$")
_ID_DAMAGED = re.compile(r"^\d(?:\.\d+)?E\+?1[4-9]$|^[1-9]\d{13,18}$|^[\dX*]{15,22}$")
_MOBILE = re.compile(r"^(?:\+?86)?1[3-9]\d{9}$")
_LANDLINE = re.compile(r"^(?:0\d{2,3}-?)?[2-8]\d{6,7}$")
_DATE = re.compile(
    r"^(?:19|20)\d\d(?:[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?月?|(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])?)(?:[ T].*)?$"
)
_SERIAL = re.compile(r"^[1-4]\d{4}(?:\.\d+)?$")  # a date as a spreadsheet counts days: 1927 to 2036
_NUMBER = re.compile(r"^-?[\d,]+(?:\.\d+)?%?(?:元|亩|月|个月|人|平方米|㎡)?$|^[零一二三四五六七八九十百千万点]+$")
_HAN_NAME = re.compile(
    r"^[\u3400-\u9fff\U00020000-\U0003ffff\ue000-\uf8ff?？□\ufffd]{2,4}$|^[\u3400-\u9fff]{2,12}[·•・.][\u3400-\u9fff·]{1,12}$"
)
_REGION = re.compile(r"[省市县区镇乡村旗组]$|街道$|街道办$|社区$|办事处$|村委会$|居委会$|[镇村]办$")


def _is_id(value: str) -> bool:
    return bool(_ID.match(value))


def _is_id_or_damaged(value: str) -> bool:
    return _is_id(value) or bool(_ID_DAMAGED.match(value))


def _is_phone(value: str) -> bool:
    return any(_MOBILE.match(part) or _LANDLINE.match(part) for part in re.split("[、/;,]", value))


def _is_date(value: str) -> bool:
    return bool(_DATE.match(value) or _SERIAL.match(value))


def _is_number(value: str) -> bool:
    return bool(_NUMBER.match(value))


def is_name(value: str) -> bool:
    """Whether a folded value looks like the name of a person."""
    return bool(_HAN_NAME.match(value)) and not is_coded(value)


_COMMON_LISTS = ("sex", "relation_to_head", "yesno", "education", "health", "political_status", "ethnic_group")


def is_coded(value: str) -> bool:
    """Whether a value is one of the commonest code lists, as 男 or 户主."""
    return any(code_list(name).canonical(value) is not None for name in _COMMON_LISTS)


def _is_code(list_name: str) -> Callable[[str], bool]:
    codes = code_list(list_name)
    return lambda value: bool(codes.canonical(value) or codes.canonical_set(value)[0])


# The kinds a value may clearly be; a value of one of these in a column of another kind speaks against the label.
_KINDS: dict[str, Callable[[str], bool]] = {
    "id": _is_id,
    "phone": lambda value: bool(_MOBILE.match(value)),
    "date": lambda value: bool(_DATE.match(value)) and not (value.isdigit() and len(value) < 8),
    "sex": lambda value: value in ("男", "女"),
    "relation": lambda value: not value.isdigit() and code_list("relation_to_head").canonical(value) is not None,
    "ethnic": lambda value: value.endswith("族") and code_list("ethnic_group").canonical(value) is not None,
    "yesno": lambda value: value in ("是", "否"),
    "region": lambda value: len(value) >= 2 and bool(_REGION.search(value)),
}


@dataclass(frozen=True)
class Profile:
    """A column's sample: distinct values (folded for comparison), at most `MOST_DISTINCT` of them."""

    values: tuple[str, ...]

    @property
    def says_nothing(self) -> bool:
        """Whether there are too few values to judge by."""
        return len(self.values) < min(ENOUGH, MOST_DISTINCT)

    def share(self, test: Callable[[str], bool]) -> float:
        """Share of the values that pass a test."""
        return sum(map(test, self.values)) / len(self.values) if self.values else 0.0

    def kind(self) -> tuple[str, float] | None:
        """The clear kind most values have, with its share; None where none reaches `VETO_OTHER`."""
        for name, test in _KINDS.items():
            share = self.share(test)
            if share >= VETO_OTHER:
                return name, share
        return None


def profile_of(sample: Sequence[str]) -> Profile:
    """The profile of sampled texts. Values repeat in few-valued columns: distinct ones are enough for every veto."""
    distinct = dict.fromkeys(sample)
    folded = (plain(text).strip("'=\"").upper() for text in list(distinct)[:MOST_DISTINCT])
    return Profile(tuple(text for text in folded if text not in ("", "-", "—", "/", "无", "不详", "同上")))


_FITS: dict[FieldType, Callable[[str], bool]] = {
    FieldType.ID: _is_id_or_damaged,
    FieldType.PHONE: _is_phone,
    FieldType.DATE: _is_date,
    FieldType.MONTH: _is_date,
    FieldType.NAME: is_name,
    FieldType.INT: _is_number,
    FieldType.DEC: _is_number,
    FieldType.BOOL: _is_code("yesno"),
}
# Kinds that are at home in a field of this type: no evidence against its label.
_AT_HOME: dict[FieldType, frozenset[str]] = {
    FieldType.ID: frozenset({"id"}),
    FieldType.PHONE: frozenset({"phone"}),
    FieldType.DATE: frozenset({"date"}),
    FieldType.MONTH: frozenset({"date"}),
    FieldType.BOOL: frozenset({"yesno"}),
}
_ROLE_KINDS: dict[IdentityRole | None, str] = {
    IdentityRole.SEX: "sex",
    IdentityRole.DIVISION: "region",
}


_NEVER_YES_OR_NO = frozenset({
    FieldType.INT, FieldType.DEC, FieldType.DATE, FieldType.MONTH, FieldType.ID, FieldType.PHONE, FieldType.NAME,
})  # fmt: skip


def _answers(value: str) -> bool:
    return value in ("是", "否", "有", "√")


def agreement(field_name: str, profile: Profile) -> float | None:
    """Share of the values that may be values of the field; None where the type allows any text."""
    field = FIELDS[field_name]
    if field.code_list is not None:
        return profile.share(_is_code(field.code_list))
    test = _FITS.get(field.type)
    return profile.share(test) if test is not None else None


def is_refuted(field_name: str, profile: Profile) -> str | None:
    """The clear kind the values have instead, where the values speak against the field; None where they do not.

    A column of damaged or badly typed values is never refuted: only values that are clearly of another kind do it.
    """
    field = FIELDS[field_name]
    if field.type in _NEVER_YES_OR_NO and profile.values and profile.share(_answers) == 1.0:
        return "yesno"  # 享受护理补贴 over 是 and 否 is no amount, however few the values are
    if profile.says_nothing:
        return None
    own = agreement(field_name, profile)
    if own is not None and own >= VETO_OWN:
        return None
    found = profile.kind()
    if found is None:
        return None
    kind = found[0]
    if (
        kind in _AT_HOME.get(field.type, frozenset())
        or kind == _ROLE_KINDS.get(field.role)
        or _is_free(field_name, kind)
    ):
        return None
    return kind


def _is_free(field_name: str, kind: str) -> bool:
    """Text fields hold anything; only identity fields among them mind numbers, phones and the like.

    A household or person number may be any digits, so only kinds that no numbering has speak against it.
    """
    field = FIELDS[field_name]
    if field.type is not FieldType.TEXT:
        # Coded columns often carry other words than ours; only numbers of persons, phones and dates refute them.
        return field.code_list is not None and kind not in (
            "id",
            "phone",
            "date",
            "sex",
            "ethnic",
            "relation",
            "region",
        )
    if field.role is IdentityRole.DIVISION:
        return field_name.endswith("_code") or kind == "region"
    if field.role in (IdentityRole.HOUSEHOLD_NO, IdentityRole.PERSON_NO):
        return kind not in ("phone", "sex", "relation", "ethnic", "yesno")
    return True
