"""What a county's ledgers hold: canonical fields, tables and code lists, with every label a source uses for them."""

from taizhang.intake.model.codes import CodeItem, CodeList, code_list, code_lists, set_text, split_values
from taizhang.intake.model.fields import (
    FIELDS,
    MODEL_VERSION,
    TABLES,
    Alias,
    Field,
    FieldType,
    IdentityRole,
    Sensitivity,
    Table,
)
from taizhang.intake.model.labels import label_key, plain

__all__ = [
    "FIELDS",
    "MODEL_VERSION",
    "TABLES",
    "Alias",
    "CodeItem",
    "CodeList",
    "Field",
    "FieldType",
    "IdentityRole",
    "Sensitivity",
    "Table",
    "code_list",
    "code_lists",
    "label_key",
    "plain",
    "set_text",
    "split_values",
]
