"""Values of examples as their columns hold them."""

from datetime import date
from decimal import Decimal, InvalidOperation

from taizhang.sweep.rules.errors import PackError
from taizhang.sweep.rules.model import Value
from taizhang.sweep.rules.schema import Column, Kind
from taizhang.sweep.rules.yaml_text import Text


def typed_value(value: Text, column: Column, file: str, rule: str) -> Value:
    """A text of an example as its column's kind; null and nothing are null. Raises PackError."""
    if value.plain and value.value in ("null", "~", ""):
        return None
    kind = column.kind
    try:
        if kind is Kind.BOOL:
            return {"true": True, "false": False}[value.value]
        if kind is Kind.INT:
            return int(value.value)
        if kind is Kind.DECIMAL:
            return Decimal(value.value)
        if kind is Kind.DATE:
            return date.fromisoformat(value.value if len(value.value) > len("2020-02") else value.value + "-01")
    except (ValueError, KeyError, InvalidOperation):
        raise PackError(
            f"示例中 {column.name} 的值不是 {kind}", file=file, line=value.line, rule=rule, hint="核对值的写法"
        ) from None
    if kind is Kind.SET and not (value.value.startswith("|") and value.value.endswith("|")):
        raise PackError(
            f"示例中 {column.name} 是多值列",
            file=file,
            line=value.line,
            rule=rule,
            hint="写成 '|甲|乙|'",
        )
    if column.labels is not None and kind is Kind.TEXT and value.value not in column.labels:
        raise PackError(
            f"示例中“{value.value}”不在 {column.title} 的代码表中",
            file=file,
            line=value.line,
            rule=rule,
            hint="写标准标签",
        )
    return value.value
