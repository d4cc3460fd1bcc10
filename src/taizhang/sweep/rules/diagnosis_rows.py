"""The examples of a diagnosis: persons, and what each source writes of them."""

from collections.abc import Sequence
from datetime import date

from taizhang.sweep.rules.errors import PackError
from taizhang.sweep.rules.model import Example, Row, Value, Verdict
from taizhang.sweep.rules.schema import tables
from taizhang.sweep.rules.typing_rows import typed_value
from taizhang.sweep.rules.yaml_text import Items, Mapping, Node, Text

NEEDED = (Verdict.HIT, Verdict.PASS, Verdict.NOT_APPLICABLE)
KEYS = {"why", "persons", "sources", "days", "answers", "findings"}
ANSWER_KEYS = {"id_no", "name", "answer"}


class DiagnosisExamples:
    """Reads the examples of one diagnosis; remembers where it is, for refusals."""

    def __init__(self, file: str, rule: str) -> None:
        self.file, self.rule = file, rule

    def refuse(self, message: str, node: Node, hint: str, why: str = "") -> PackError:
        """The refusal of something at a node."""
        return PackError(message, file=self.file, line=node.line, rule=self.rule, why=why, hint=hint)

    def read(self, body: Mapping, as_of: date) -> tuple[Example, ...]:
        """One example of each verdict at least, or the reason why there can be none. Raises PackError."""
        unknown = sorted(set(body.values) - set(NEEDED) - {"as_of", "without"})
        if unknown:
            raise self.refuse(
                f"examples 中不认识的键 {'、'.join(unknown)}", body, f"只有：{'、'.join(NEEDED)}、without"
            )
        without = self._reasons(body.values.get("without"))
        found: list[Example] = []
        for verdict in NEEDED:
            items = body.values.get(verdict)
            listed = items.values if isinstance(items, Items) else ()
            if not listed and verdict not in without:
                raise self.refuse(
                    f"示例太少：{verdict} 至少 1 个",
                    body,
                    f"写一个，或在 without 中写明没有 {verdict} 的原因",
                )
            found += [self._example(item, verdict, as_of) for item in listed]
        return tuple(found)

    def _reasons(self, node: Node | None) -> frozenset[str]:
        if node is None:
            return frozenset()
        if not isinstance(node, Mapping) or set(node.values) - set(NEEDED):
            raise self.refuse("without 应是 结论: 原因", node, "without: {hit: 为什么没有这样的示例}")
        return frozenset(name for name, why in node.values.items() if isinstance(why, Text) and why.value.strip())

    def _example(self, item: Node, verdict: Verdict, as_of: date) -> Example:
        if not isinstance(item, Mapping):
            raise self.refuse("示例应是键值", item, "{why: …, persons: {…}, sources: {…}}")
        unknown = sorted(set(item.values) - KEYS)
        if unknown:
            raise self.refuse(f"示例中不认识的键 {'、'.join(unknown)}", item, f"只有：{'、'.join(sorted(KEYS))}")
        why = item.values.get("why")
        if not isinstance(why, Text) or not why.value:
            raise self.refuse("示例缺少 why", item, "用一句话说明为什么是这个结论")
        persons = {name: self._row(node) for name, node in self._mapping(item, "persons").values.items()}
        rows = tuple(
            self._said(node, persons) | {"source": source}
            for source, listed in self._mapping(item, "sources").values.items()
            for node in self._items(listed)
        )
        days = item.values.get("days")
        answers = item.values.get("answers")
        expected = item.values.get("findings")
        return Example(
            verdict, why.value, {"record": rows}, "record",
            tuple(self._texts(node) for node in self._items(expected)) if expected is not None else None, as_of, item.line,
            days={source: self._day(node) for source, node in days.values.items()} if isinstance(days, Mapping) else {},
            answers=tuple(self._answer(node) for node in self._items(answers)) if answers is not None else (),
        )  # fmt: skip

    def _mapping(self, item: Mapping, key: str) -> Mapping:
        node = item.values.get(key)
        if not isinstance(node, Mapping):
            raise self.refuse(
                f"示例缺少 {key}", item, "persons: {甲: {列: 值}}，sources: {来源: [甲, {person: 甲, 列: 值}]}"
            )
        return node

    def _items(self, node: Node) -> Sequence[Node]:
        if not isinstance(node, Items):
            raise self.refuse("这里应是一列", node, "[…, …]")
        return node.values

    def _said(self, node: Node, persons: dict[str, Row]) -> Row:
        """What a source writes of a person: as the person is, or with some columns otherwise."""
        name = node if isinstance(node, Text) else node.values.get("person") if isinstance(node, Mapping) else None
        if not isinstance(name, Text) or name.value not in persons:
            raise self.refuse(
                "示例中的行没有说明是谁",
                node,
                f"persons 中有：{'、'.join(persons)}；写名称，或写带 person 键的键值",
            )
        return persons[name.value] | (self._row(node, but="person") if isinstance(node, Mapping) else {})

    def _row(self, node: Node, but: str = "") -> Row:
        if not isinstance(node, Mapping):
            raise self.refuse("示例的人应是键值", node, "{列: 值, 列: 值}")
        columns = tables()["record"].columns
        row: Row = {}
        for name, value in node.values.items():
            if name == but:
                continue
            if name not in columns:
                raise self.refuse(f"示例中的列 {name} 不在表 record 中", value, "核对列名")
            if not isinstance(value, Text):
                raise self.refuse(f"示例中 {name} 的值应是文字", value, "多值写成 '|甲|乙|'")
            row[name] = typed_value(value, columns[name], self.file, self.rule)
        return row

    def _day(self, node: Node) -> date:
        try:
            return date.fromisoformat(node.value if isinstance(node, Text) else "")
        except ValueError:
            raise self.refuse("days 中应是日期", node, 'days: {ledger: "2019-12-01"}') from None

    def _texts(self, node: Node) -> dict[str, Value]:
        if not isinstance(node, Mapping) or not all(isinstance(value, Text) for value in node.values.values()):
            raise self.refuse("这里应是键值", node, "{source: ledger}")
        return {name: value.value for name, value in node.values.items() if isinstance(value, Text)}

    def _answer(self, node: Node) -> Row:
        given = self._texts(node)
        if set(given) != ANSWER_KEYS:
            raise self.refuse("权威答复应有 id_no、name、answer", node, '{id_no: "…", name: …, answer: AU-MISMATCH}')
        return given
