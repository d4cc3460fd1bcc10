"""The examples inside a rule: rows with typed values, and the verdict each must give."""

from datetime import date

from taizhang.sweep.rules.diagnosis_rows import DiagnosisExamples
from taizhang.sweep.rules.errors import PackError
from taizhang.sweep.rules.model import Example, Row, Scope, Verdict
from taizhang.sweep.rules.schema import tables
from taizhang.sweep.rules.typing_rows import typed_value
from taizhang.sweep.rules.yaml_text import Items, Mapping, Node, Text

FEWEST = {Verdict.HIT: 2, Verdict.PASS: 2, Verdict.NOT_APPLICABLE: 1}
DEFAULT_AS_OF = date(2020, 2, 19)


def read_examples(node: Mapping, scope: Scope, table: str, file: str, rule: str) -> tuple[Example, ...]:
    """The examples of a rule. Raises PackError for too few of them, unknown columns and values of the wrong kind."""
    body = node.values.get("examples")
    if not isinstance(body, Mapping):
        raise PackError(
            "规则没有示例", file=file, line=node.line, rule=rule, why="没有示例的规则不装入",
            hint="examples: 至少两个 hit、两个 pass、一个 not_applicable",
        )  # fmt: skip
    as_of = DEFAULT_AS_OF
    given = body.values.get("as_of")
    if isinstance(given, Text):
        as_of = date.fromisoformat(given.value)
    if scope is Scope.DIAGNOSIS:
        return DiagnosisExamples(file, rule).read(body, as_of)
    unknown = sorted(set(body.values) - set(Verdict) - {"as_of"})
    if unknown:
        raise PackError(
            f"examples 中不认识的键 {'、'.join(unknown)}",
            file=file,
            line=body.line,
            rule=rule,
            hint=f"只有：{'、'.join(Verdict)}",
        )
    found: list[Example] = []
    for verdict in Verdict:
        items = body.values.get(verdict)
        listed = items.values if isinstance(items, Items) else ()
        if len(listed) < FEWEST.get(verdict, 0):
            raise PackError(
                f"示例太少：{verdict} 至少 {FEWEST[verdict]} 个，只有 {len(listed)} 个", file=file, line=body.line, rule=rule,
                hint="每个示例写明 why",
            )  # fmt: skip
        found += [_example(item, verdict, scope, table, as_of, file, rule) for item in listed]
    return tuple(found)


def _example(item: Node, verdict: Verdict, scope: Scope, table: str, as_of: date, file: str, rule: str) -> Example:
    def refuse(message: str, hint: str, line: int = item.line) -> PackError:
        return PackError(message, file=file, line=line, rule=rule, hint=hint)

    if not isinstance(item, Mapping):
        raise refuse("示例应是键值", "{why: …, row: {列: 值}}")
    why = item.values.get("why")
    if not isinstance(why, Text) or not why.value:
        raise refuse("示例缺少 why", "用一句话说明为什么是这个结论")
    rows: dict[str, Node] = {}
    subject_table = "household" if scope is Scope.HOUSEHOLD else table
    if "row" in item.values:
        rows[subject_table] = Items((item.values["row"],), item.line)
    if "rows" in item.values:
        rows[subject_table] = item.values["rows"]
    if "members" in item.values:
        rows["record"] = item.values["members"]
    given_tables = item.values.get("tables")
    if isinstance(given_tables, Mapping):
        rows |= given_tables.values
    if scope is Scope.HOUSEHOLD:
        rows.setdefault("household", Items((Mapping({}, item.line, {}),), item.line))
    if not rows:
        raise refuse("示例没有行", "row: {…} 或 rows: [{…}]")
    typed_rows = {}
    for name, listed in rows.items():
        if name not in tables():
            raise refuse(f"示例中没有表 {name}", f"可以是：{'、'.join(sorted(tables()))}")
        if not isinstance(listed, Items):
            raise refuse(f"{name} 的示例应是一列行", "rows: [{…}, {…}]")
        typed_rows[name] = tuple(_row(row, name, file, rule) for row in listed.values)
    expected = item.values.get("findings")
    findings = None
    if isinstance(expected, Items):
        findings = tuple(_finding(row) for row in expected.values)
    return Example(verdict, why.value, typed_rows, subject_table, findings, as_of, item.line)


def _finding(node: Node) -> Row:
    return (
        {name: value.value for name, value in node.values.items() if isinstance(value, Text)}
        if isinstance(node, Mapping)
        else {}
    )


def _row(node: Node, table: str, file: str, rule: str) -> Row:
    if not isinstance(node, Mapping):
        raise PackError("示例的行应是键值", file=file, line=node.line, rule=rule, hint="{列: 值, 列: 值}")
    row: Row = {}
    for name, value in node.values.items():
        line = node.key_lines[name]
        if name not in tables()[table].columns:
            raise PackError(f"示例中的列 {name} 不在表 {table} 中", file=file, line=line, rule=rule, hint="核对列名")
        if not isinstance(value, Text):
            raise PackError(f"示例中 {name} 的值应是文字", file=file, line=line, rule=rule, hint="多值写成 '|甲|乙|'")
        row[name] = typed_value(value, tables()[table].columns[name], file, rule)
    return row
