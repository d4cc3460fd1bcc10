"""The tables and columns a rule may read, with their kinds and code lists.

Fields that a source delivers come from the canonical fields of `intake.model`; the columns the sweep adds are listed
here. A rule that names anything else is refused when it is loaded.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import pyarrow as pa

from taizhang.intake.model import TABLES, Field, FieldType, Sensitivity, code_list


class Kind(StrEnum):
    """What a column or an expression holds."""

    BOOL = "bool"
    INT = "int"
    DECIMAL = "dec"
    TEXT = "text"
    DATE = "date"
    SET = "set"
    NULL = "null"


class Mask(StrEnum):
    """How a value may stand in a message (law, section 4: one policy for the whole product)."""

    NONE = "none"
    NUMBER = "number"
    HIDDEN = "hidden"
    YEAR = "year"
    MONTH = "month"


_ARROW = {
    Kind.BOOL: pa.bool_(), Kind.INT: pa.int64(), Kind.DECIMAL: pa.decimal128(14, 2), Kind.TEXT: pa.string(),
    Kind.DATE: pa.date32(), Kind.SET: pa.string(),
}  # fmt: skip


def arrow_type(kind: Kind) -> pa.DataType:
    """How a column of this kind is held in Arrow."""
    return _ARROW[kind]


@dataclass(frozen=True)
class Column:
    """One column: `labels` are the members of its code list, `empty_is_none` means a blank set is known to be empty.

    `delivered` columns come from a source and can be missing from it altogether; the others are always there.
    """

    name: str
    kind: Kind
    title: str
    labels: frozenset[str] | None = None
    mask: Mask = Mask.NONE
    empty_is_none: bool = False
    delivered: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its columns, what names its rows' subject, and where they lie."""

    name: str
    columns: dict[str, Column]
    subject: str
    place: str | None

    def has(self, *names: str) -> bool:
        """Whether all the columns exist."""
        return all(name in self.columns for name in names)


_KINDS = {
    "text": Kind.TEXT, "int": Kind.INT, "date": Kind.DATE, "bool": Kind.BOOL, "set": Kind.SET, "id": Kind.TEXT,
    "name": Kind.TEXT, "key": Kind.INT,
}  # fmt: skip
_FIELD_KINDS = {
    FieldType.TEXT: Kind.TEXT, FieldType.INT: Kind.INT, FieldType.DEC: Kind.DECIMAL, FieldType.DATE: Kind.DATE,
    FieldType.MONTH: Kind.DATE, FieldType.BOOL: Kind.BOOL, FieldType.CODE: Kind.TEXT, FieldType.CODES: Kind.SET,
    FieldType.ID: Kind.TEXT, FieldType.NAME: Kind.TEXT, FieldType.PHONE: Kind.TEXT,
}  # fmt: skip
_BIRTHS = frozenset({"birth_date", "id_birth", "birth", "birth_date_before"})
_SEXES = frozenset({"id_sex", "sex", "sex_before"})

_ROW = """
record_id key 行号
record_no key 批次内行号
source text 来源
delivery text 批次
as_of date 数据日期
person_id key 人
household_id key 户
in_register bool 在台账
is_repeated bool 同户中此人另有更后的行
"""

_RECORD = """
file_no int 文件序号
sheet_no int 工作表序号
row_no int 行
hidden bool 隐藏
struck bool 删除线
id_no id 证件号码
id_kind text 证号种类
id_ok bool 证号有效
id_key key 证号键
core18 id 核心号码
id_birth date 号码中出生日期
id_sex text 号码中性别
id_area text 号码中区划
id_defects set 证号缺陷
id_numeric bool 证号为数值
name name 姓名
name_id key 姓名键
name_defects set 姓名缺陷
name_note text 姓名备注
name_alias text 曾用名
head_name name 户主姓名
head_name_id key 户主姓名键
head_id_no id 户主证件号码
head_id_key key 户主证号键
head_core18 id 户主核心号码
is_present bool 在册
household_run int 户块
town_code text 乡镇编码
village_code text 村编码
town_name text 乡镇
village_name text 村
group_name text 组
birth date 出生日期（未填时取有效号码）
unread set 有内容而未能识别的列
unread_why set 未能识别的原因
absent_columns set 所在工作表没有的列
"""

_PERSON = """
person_id key 人
household_id key 户
name name 姓名
core18 id 核心号码
birth_date date 出生日期
sex text 性别
town_code text 乡镇编码
village_code text 村编码
is_present bool 在册
n_sources int 来源数
"""

_HOUSEHOLD = """
household_id key 户
source text 来源
as_of date 数据日期
member_count int 在册成员数
head_count int 户主数
absent_columns set 所在工作表没有的列
town_code text 乡镇编码
village_code text 村编码
town_name text 乡镇
village_name text 村
group_name text 组
head_name name 户主姓名
head_id_no id 户主证件号码
head_core18 id 户主核心号码
"""

_LINKED = """
source text 来源
as_of date 数据日期
record_id key 行号
person_id key 人
household_id key 户
id_no id 证件号码
id_ok bool 证号有效
core18 id 核心号码
id_defects set 证号缺陷
name name 姓名
name_defects set 姓名缺陷
town_code text 乡镇编码
village_code text 村编码
town_name text 乡镇
village_name text 村
"""

_DELIVERY = """
source text 来源
delivery text 批次
as_of date 数据日期
previous date 上一批数据日期
rows int 行数
rows_previous int 上一批行数
held bool 暂缓
"""

_RENEWED = """
source text 来源
as_of date 数据日期
previous date 上一批数据日期
record_id key 行号
person_id key 人
household_id key 户
person_no text 人编号
is_present bool 在册
town_code text 乡镇编码
village_code text 村编码
town_name text 乡镇
village_name text 村
head_name name 户主姓名
name name 姓名
name_before name 上一批姓名
id_no id 证件号码
id_no_before id 上一批证件号码
sex text 性别
sex_before text 上一批性别
birth_date date 出生日期
birth_date_before date 上一批出生日期
differs bool 静态信息与上一批不同
name_changed bool 姓名变化而没有任务要求
id_no_changed bool 证件号码变化而没有任务要求
sex_changed bool 性别变化而没有任务要求
birth_date_changed bool 出生日期变化而没有任务要求
change_is_open bool 更早的变化还没有说明
"""

_FILE_EVENT = """
source text 来源
delivery text 批次
as_of date 数据日期
file text 文件
sheet text 工作表
cell text 单元格
code text 事件
n int 次数
files text 有此事件的文件
"""


ABSENT = "absent_columns"
"""The column that says which columns the sheets of a row do not have."""


def empty_is_none(name: str) -> bool:
    """Whether a blank set of this column is known to be empty (defects, unread cells), not merely not delivered (health)."""
    return name.endswith("_defects") or name.startswith("unread") or name == ABSENT


def _columns(*texts: str, fields: str | None = None) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for line in [line for text in texts for line in text.strip().splitlines()]:
        name, word, title = line.split(" ", 2)
        columns.setdefault(name, _system_column(name, word, title))
    for name, field in TABLES[fields].fields.items() if fields else ():
        columns.setdefault(name, _field_column(name, field))
    return columns


def _system_column(name: str, word: str, title: str) -> Column:
    labels = frozenset(code_list("sex").labels) if name in _SEXES else None
    mask = Mask.NUMBER if word == "id" else Mask.HIDDEN if name.endswith("id_key") else _birth_mask(name)
    return Column(name, _KINDS[word], title, labels, mask, empty_is_none(name))


def _field_column(name: str, field: Field) -> Column:
    labels = frozenset(code_list(field.code_list).labels) if field.code_list else None
    if field.type is FieldType.ID:
        mask = Mask.NUMBER
    elif field.type is FieldType.PHONE or (field.sensitivity is Sensitivity.SENSITIVE and name.endswith("account")):
        mask = Mask.HIDDEN
    else:
        mask = Mask.MONTH if field.type is FieldType.MONTH else _birth_mask(name)
    return Column(name, _FIELD_KINDS[field.type], field.zh, labels, mask, delivered=True)


def _birth_mask(name: str) -> Mask:
    return Mask.YEAR if name in _BIRTHS else Mask.NONE


@cache
def tables() -> dict[str, Table]:
    """Every table a rule may read, by name."""
    listed = [
        Table("record", _columns(_ROW, _RECORD, fields="record"), "person_id", "town_code"),
        Table("person", _columns(_PERSON), "person_id", "town_code"),
        Table("household", _columns(_HOUSEHOLD, fields="household"), "household_id", "town_code"),
        Table("work_spell", _columns(_LINKED, fields="work_spell"), "person_id", "town_code"),
        Table("planned_work", _columns(_LINKED, fields="planned_work"), "person_id", "town_code"),
        Table("village", _columns(_LINKED, fields="village"), "village_code", "town_code"),
        Table("cadre", _columns(_LINKED, fields="cadre"), "cadre_no", None),
        Table("pairing", _columns(_LINKED, fields="pairing"), "household_id", None),
        Table("delivery", _columns(_DELIVERY), "source", None),
        Table("renewed", _columns(_RENEWED), "person_id", "town_code"),
        Table("file_event", _columns(_FILE_EVENT), "source", None),
    ]
    return {table.name: table for table in listed}
