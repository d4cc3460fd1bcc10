"""Numbers of rules by year and place, with what the county set itself on top."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from taizhang.sweep.rules.errors import PackError
from taizhang.sweep.rules.model import Parameter, ParameterValue, Value
from taizhang.sweep.rules.schema import Kind

KINDS = {"int": Kind.INT, "decimal": Kind.DECIMAL, "text": Kind.TEXT, "date": Kind.DATE, "bool": Kind.BOOL}
KEYS = ("year", "province", "county")
COUNTY_FILE = "county.toml"


@dataclass(frozen=True)
class InForce:
    """The value of a parameter at a place and time, and who says so; `value` None means there is none."""

    name: str
    value: Value
    source: str


def typed(text: str, kind: str, *, file: str = "", line: int = 0, name: str = "") -> Value:
    """A parameter's text as its type. Raises PackError when it is none."""
    try:
        if kind == "int":
            return int(text)
        if kind == "decimal":
            return _finite(Decimal(text))
        if kind == "date":
            return date.fromisoformat(text)
        if kind == "bool":
            return {"true": True, "false": False}[text]
    except (ValueError, InvalidOperation, KeyError):
        raise PackError(
            f"参数 {name} 的值不是 {kind}", file=file, line=line, hint="整数、小数、YYYY-MM-DD 日期或 true/false"
        ) from None
    return text


def _finite(number: Decimal) -> Decimal:
    """The number; raises ValueError for infinity and not-a-number, which no rule can compare with."""
    if not number.is_finite():
        raise ValueError
    return number


def in_force(parameter: Parameter, *, year: int, province: str, county: str) -> InForce:
    """The most specific value for the place and year: county over province over everywhere, exact year over any."""
    place = {"year": str(year), "province": province, "county": county}
    fitting = [
        value for value in parameter.values
        if all(wanted in ("*", place[key]) for key, wanted in value.keys.items())
    ]  # fmt: skip
    if not fitting:
        return InForce(parameter.name, None, "")
    order = {"county": 4, "province": 2, "year": 1}
    best = max(fitting, key=lambda value: sum(order[key] for key, wanted in value.keys.items() if wanted != "*"))
    return InForce(parameter.name, best.value, best.source)


def overridden(parameters: dict[str, Parameter], overrides: Mapping[str, object]) -> dict[str, Parameter]:
    """The parameters with the county's own values on top.

    overrides: name to a value, or to a table year → value, as county.toml holds them.
    Raises PackError for a name no pack declares and for a value of the wrong type.
    """
    result = dict(parameters)
    for name, given in overrides.items():
        if name not in parameters:
            near = [known for known in parameters if set(name.split("_")) & set(known.split("_"))]
            hint = f"相近的参数：{'、'.join(sorted(near)[:6])}" if near else "参数名见 docs/rules.md"
            raise PackError(f"没有参数 {name}", file=COUNTY_FILE, rule="", hint=hint)
        result[name] = _with_own(parameters[name], given)
    return result


def _with_own(parameter: Parameter, given: object) -> Parameter:
    by_year = given if isinstance(given, Mapping) else {"*": given}
    own = []
    for year, value in by_year.items():
        if str(year) != "*" and not (str(year).isdigit() and len(str(year)) == 4):
            raise PackError(f"参数 {parameter.name} 的年度写法不对", file=COUNTY_FILE, hint='写成 {"2020" = 4000}')
        text = str(value).lower() if isinstance(value, bool) else str(value)
        own.append(
            ParameterValue(
                typed(text, parameter.type, file=COUNTY_FILE, name=parameter.name),
                {"year": str(year), "county": "*"},
                f"本县设定（{COUNTY_FILE}）",
            )
        )
    kept = tuple(
        value for value in parameter.values if "*" not in by_year and value.keys.get("year", "*") not in by_year
    )
    return Parameter(
        parameter.name, parameter.type, parameter.unit, ("year", "county"), parameter.missing, (*own, *kept),
        parameter.title, parameter.file, parameter.line,
    )  # fmt: skip


def literal(value: Value) -> exp.Expr:
    """A parameter value as SQL."""
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.Literal.string(value) if isinstance(value, str) else exp.Literal.number(str(value))
