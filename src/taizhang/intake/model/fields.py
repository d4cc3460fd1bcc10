"""The canonical fields: what a column of any ledger may turn out to be."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from taizhang.intake.model.source_text import packaged


class FieldType(StrEnum):
    """How a field's values are read and stored."""

    TEXT = "text"
    INT = "int"
    DEC = "dec"
    DATE = "date"
    MONTH = "month"
    BOOL = "bool"
    CODE = "code"
    CODES = "codes"
    ID = "id"
    NAME = "name"
    PHONE = "phone"


class IdentityRole(StrEnum):
    """What the comparison engine may compare a field as (registry-model.md §10)."""

    ID_NO = "id_no"
    NAME = "name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    HOUSEHOLD_NO = "household_no"
    PERSON_NO = "person_no"
    PHONE = "phone"
    DIVISION = "division"
    HEAD_NAME = "head_name"
    HEAD_ID_NO = "head_id_no"


class Sensitivity(StrEnum):
    """How far a value may be shown (law.md §4)."""

    OPEN = "open"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Alias:
    """Another label of a field; None means that it holds for every source, layout, year and table."""

    label: str
    source: str | None = None
    layout: str | None = None
    year: int | None = None
    table: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical field.

    tables: the tables it is a column of; `household` among them means that the value belongs to the household.
    code_list: name of the code list of a code/codes field, else None.
    column: code of the national table's column as seen downstream (aac001 …), itself accepted as a header.
    repeats: how many numbered columns of one sheet feed it (致贫/返贫风险1…5 → risk_types), 1 for nearly all.
    unit: unit of the stored value.
    """

    name: str
    zh: str
    type: FieldType
    tables: tuple[str, ...]
    aliases: tuple[Alias, ...] = ()
    code_list: str | None = None
    column: str | None = None
    unit: str | None = None
    role: IdentityRole | None = None
    sensitivity: Sensitivity = Sensitivity.OPEN
    repeats: int = 1

    @property
    def of_household(self) -> bool:
        """Whether the value belongs to the household as a whole."""
        return "household" in self.tables


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a delivery and its fields in catalogue order."""

    name: str
    zh: str
    fields: dict[str, Field]


_TABLE_LABELS = {
    "record": "人员",
    "household": "户",
    "work_spell": "务工",
    "planned_work": "计划务工",
    "village": "村",
    "cadre": "帮扶干部",
    "pairing": "结对",
    "measure": "措施台账",
}


def _alias(entry: str | dict[str, str]) -> Alias:
    if isinstance(entry, str):
        return Alias(entry)
    year = entry.get("year")
    return Alias(
        label=entry["label"],
        source=entry.get("source"),
        layout=entry.get("layout"),
        year=int(year) if year else None,
        table=entry.get("table"),
        unit=entry.get("unit"),
    )


def _field(name: str, entry: dict[str, Any], tables: list[str]) -> Field:
    return Field(
        name=name,
        zh=entry["zh"],
        type=FieldType(entry["type"]),
        tables=tuple(entry.get("tables", tables)),
        aliases=tuple(_alias(alias) for alias in entry.get("aliases", ())),
        code_list=entry.get("list"),
        column=entry.get("col"),
        unit=entry.get("unit"),
        role=IdentityRole(entry["role"]) if "role" in entry else None,
        sensitivity=Sensitivity(entry.get("sensitive", "open")),
        repeats=int(entry.get("repeats", "1")),
    )


@cache
def _catalogue() -> tuple[str, dict[str, Field]]:
    document = packaged("taizhang.intake.model", "fields.yaml")
    fields = {
        name: _field(name, entry, group["tables"])
        for group in document["groups"]
        for name, entry in group["fields"].items()
    }
    return document["version"], fields


MODEL_VERSION, FIELDS = _catalogue()
"""Version of the catalogue, and every canonical field by name in catalogue order."""

TABLES: dict[str, Table] = {
    table: Table(table, zh, {name: field for name, field in FIELDS.items() if table in field.tables})
    for table, zh in _TABLE_LABELS.items()
}
"""The tables of a delivery by name."""
