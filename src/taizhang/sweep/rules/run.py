"""A set of rules over the tables of a sweep: `rule_hit` and `rule_count`, made wholly by the engine."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from taizhang.sweep.engines import Engine
from taizhang.sweep.rules import fuse
from taizhang.sweep.rules.binding import Binder, Situation, columns_read
from taizhang.sweep.rules.compile import Bound, MemberScan, RepeatedCalls, message_columns
from taizhang.sweep.rules.fuse import household_facts_sql, involved_sql, members_sql, positions, subject_sql, words_sql
from taizhang.sweep.rules.messages import OBSERVED, Piece, qualified
from taizhang.sweep.rules.model import LANGUAGES, Rule, Scope
from taizhang.sweep.rules.nested import HIT
from taizhang.sweep.rules.scanned import SCANNED, drop_scanned, hold, is_held, make_scanned, scanned, to_hold
from taizhang.sweep.rules.schema import ABSENT, Table, tables
from taizhang.sweep.rules.selected import SelectRun
from taizhang.sweep.rules.wordings import Wordings

HIT_COLUMNS = {
    "rule": "VARCHAR", "subject_type": "VARCHAR", "subject": "VARCHAR", "person_id": "BIGINT", "household_id": "BIGINT",
    "source": "VARCHAR", "scope_key": "VARCHAR", "record_id": "BIGINT", "involved": "VARCHAR", "observed": "VARCHAR",
    "message_zh": "VARCHAR", "message_hant": "VARCHAR", "message_en": "VARCHAR",
}  # fmt: skip
COUNT_COLUMNS = {
    "rule": "VARCHAR", "source": "VARCHAR", "town_code": "VARCHAR", "applicable": "BIGINT", "hits": "BIGINT",
    "passes": "BIGINT", "unknown": "BIGINT", "not_applicable": "BIGINT", "not_run": "VARCHAR",
}  # fmt: skip
FAULT = "RULE-FAULT"
FAULT_TEXTS = {
    "zh": "规则 {rule} 运行出错（{kind}），本次未判断。",
    "zh_hant": "規則 {rule} 執行出錯（{kind}），本次未判斷。",
    "en": "Rule {rule} failed ({kind}) and was not judged.",
}


@dataclass
class Ran:
    """What a run did: rules judged, rules that could not be asked somewhere, and rules that failed."""

    rules: int = 0
    not_run: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def run_rules(
    engine: Engine, rules: Sequence[Rule], situation: Situation, after_records: Callable[[], object] | None = None
) -> Ran:
    """Make the engine tables `rule_hit` and `rule_count` for the rules.

    Reads the canonical tables of the engine; a rule whose table is missing, whose columns no row of a source fills, or
    whose parameter has no value there is counted as not run for that source, with the reason. A rule that fails is a
    finding of its own (RULE-FAULT) and the others go on. after_records: see `RuleSet.run`.
    """
    _create(engine, "rule_hit", HIT_COLUMNS)
    _create(engine, "rule_count", COUNT_COLUMNS)
    ran = Ran(rules=len(rules))
    binder = Binder(engine, situation, columns_read(rules))
    make_scanned(engine, rules, binder.there)
    judged = [rule for rule in rules if rule.scope in (Scope.ROW, Scope.HOUSEHOLD)]
    # What many read comes first: what is held of it is there for the others.
    names = sorted({rule.tables[0] for rule in judged}, key=lambda name: (name not in SCANNED, name))
    runs = []
    for name in names:
        if name not in SCANNED and after_records is not None:
            after_records()
        runs.append(_TableRun(engine, tables()[name], binder, ran))
        runs[-1].run([rule for rule in judged if rule.tables[0] == name], rules)
    if after_records is not None:
        after_records()
    SelectRun(engine, binder, [name for one in runs for name in one.held]).run(rules, ran.not_run, ran.faults)
    _insert_not_run(engine, ran)
    drop_scanned(engine)
    for one in runs:
        one.forget_held()
    return ran


def _create(engine: Engine, name: str, columns: Mapping[str, str]) -> None:
    engine.execute(f"DROP TABLE IF EXISTS {name}")
    engine.execute(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")


def _insert_not_run(engine: Engine, ran: Ran) -> None:
    rows: list[tuple[str, str | None, str]] = [
        (rule, source, reason) for rule, reasons in ran.not_run.items() for source, reason in reasons.items()
    ]
    rows += [(rule, None, f"运行出错：{kind}") for rule, kind in ran.faults.items()]
    names = ("rule", "source", "not_run")
    engine.register(
        "rule_not_run",
        pa.table({name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(names)}),
    )
    engine.execute("INSERT INTO rule_count SELECT rule, source, NULL, 0, 0, 0, 0, 0, not_run FROM rule_not_run")
    for rule, kind in ran.faults.items():
        shown = ", ".join(_text(FAULT_TEXTS[language].format(rule=rule, kind=kind)) for language in LANGUAGES)
        engine.execute(
            f"INSERT INTO rule_hit VALUES ('{FAULT}', 'rule', {_text(rule)}, NULL, NULL, NULL, '', NULL, NULL, NULL, {shown})"
        )


def _text(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


class _TableRun:
    """The predicate rules of one table: words, counts, hits."""

    def __init__(self, engine: Engine, table: Table, binder: Binder, ran: Ran) -> None:
        self.engine, self.table, self.binder, self.ran = engine, table, binder, ran
        self.words_table = f"rule_word_{table.name}"
        self.facts = scanned(table.name)
        self.involved: dict[str, str] = {}
        self.calls = RepeatedCalls()
        self.held: list[str] = []

    def run(self, rules: Sequence[Rule], every: Sequence[Rule]) -> None:
        """Judge the rules of the table; `every` rule of the sweep says what of the table is worth holding."""
        scan = MemberScan()
        bound = []
        for rule in rules:
            sources, not_run = self.binder.sources(rule)
            if not_run:
                self.ran.not_run[rule.id] = not_run
            if sources:
                of_household = rule.scope is Scope.HOUSEHOLD
                folds = (scan, None) if of_household else (None, self.calls)
                bound.append(self.binder.bind(rule, rules, *folds))
        if not bound:
            return
        if self.table.name == "household":
            self._make_facts(rules, scan)
        if is_held(self.engine, self.table.name):
            self.held = to_hold(self.table.name, self._readable, every, self.binder.may_be_asked)
        try:
            self._make_words(bound)
        except Exception:  # noqa: BLE001 - the rule boundary: one bad rule must not stop the sweep
            bound = self._without_faulty(bound)
            if not bound:
                self.held = []
                return
            self._make_words(bound)
        if self.held:
            hold(self.engine, self.table.name, self.words_table, self.held)
        self._register_positions(bound)
        self._count()
        self._hit(bound)

    def _make_facts(self, rules: Sequence[Rule], scan: MemberScan) -> None:
        self.facts = "rule_household_facts"
        needed = {"household_id", "source", "as_of", "town_code", "village_code", ABSENT} & set(self.table.columns)
        for rule in rules:
            needed |= self.binder.columns_of(rule, "household") | message_columns(rule, "household")
        available = set(self.engine.columns("household"))
        folded = "rule_household_member"
        self.engine.execute(f"CREATE OR REPLACE TEMPORARY TABLE {folded} AS {members_sql(scan, scanned('record'))}")
        sql = household_facts_sql(sorted(needed & available), scan, folded)
        self.engine.execute(f"CREATE OR REPLACE TEMPORARY VIEW {self.facts} AS {sql}")

    def _context(self) -> list[str]:
        return self._context_of(self._readable)

    @cached_property
    def _readable(self) -> frozenset[str]:
        """The columns of what the rules are read from; asked once, since an engine looks into every file of a view for them."""
        return frozenset(self.engine.columns(self.facts))

    def _context_of(self, columns: Collection[str]) -> list[str]:
        return [name for name in fuse.CONTEXT if name in columns]

    def forget_held(self) -> None:
        """Keep the verdicts alone."""
        if self.held:
            kept = [
                *self._context_of(self.held),
                *(name for name in self.engine.columns(self.words_table) if _is_word(name)),
            ]
            self.engine.execute(
                f"CREATE OR REPLACE TEMPORARY TABLE {self.words_table} AS SELECT {', '.join(kept)} FROM {self.words_table}"
            )

    def _make_words(self, bound: Sequence[Bound]) -> None:
        keys = fuse.KEYS.get(self.table.name)
        carried = self.held or self._context()
        if keys is None:
            printed = {name for b in bound for name in message_columns(b.rule, self.table.name)} | {"as_of"}
            carried = sorted({*carried, *fuse.itself_columns(self.table, self._readable), *(printed & self._readable)})
        words = ", ".join(f"{sql} AS w{number}" for number, sql in enumerate(words_sql(bound)))
        self.engine.execute(f"DROP TABLE IF EXISTS {self.words_table}")
        self.engine.execute(
            f"CREATE TEMPORARY TABLE {self.words_table} AS SELECT {', '.join(carried)}, {words} FROM {self._facts_for(bound)}"
        )

    def _facts_for(self, bound: Sequence[Bound]) -> str:
        return self.calls.source(self.facts, [tree for b in bound for tree in (b.when, b.check)])

    def _without_faulty(self, bound: Sequence[Bound]) -> list[Bound]:
        """The rules that do not fail; looked for by halves, since every look reads the table."""
        names = [f"v{number}" for number in range(len(bound))]
        verdicts = ", ".join(f"{fuse.verdict_sql(one)} AS {name}" for one, name in zip(bound, names, strict=True))
        counted = ", ".join(f"COUNT({name})" for name in names)
        try:
            self.engine.fetch(f"SELECT {counted} FROM (SELECT {verdicts} FROM {self._facts_for(bound)}) AS t")
        except Exception as error:  # noqa: BLE001 - the rule boundary
            if len(bound) == 1:
                self.ran.faults[bound[0].rule.id] = type(error).__name__
                return []
            half = len(bound) // 2
            return [*self._without_faulty(bound[:half]), *self._without_faulty(bound[half:])]
        return list(bound)

    def _register_positions(self, bound: Sequence[Bound]) -> None:
        placed = positions(bound)
        rows = [
            (p.number, rule, p.word, p.place, b.rule.subject, source)
            for (rule, p), b in zip(placed.items(), bound, strict=True)
            for source in b.sources
        ]
        columns = list(zip(*rows, strict=True))
        self.engine.register(
            self._positions(),
            pa.table({
                "number": pa.array(columns[0], pa.int64()), "rule": pa.array(columns[1], pa.string()),
                "word": pa.array(columns[2], pa.int64()), "place": pa.array(columns[3], pa.int64()),
                "subject_type": pa.array(columns[4], pa.string()), "source": pa.array(columns[5], pa.string()),
            }),
        )  # fmt: skip

    def _positions(self) -> str:
        return f"rule_position_{self.table.name}"

    def _word_count(self) -> int:
        return sum(1 for name in self.engine.columns(self.words_table) if _is_word(name))

    def _count(self) -> None:
        town = "town_code" if "town_code" in self.engine.columns(self.words_table) else "CAST(NULL AS VARCHAR)"
        patterns = " UNION ALL ".join(
            f"SELECT source, {town} AS town_code, {w} AS word, w{w} AS bits, COUNT(*) AS n FROM {self.words_table}"
            f" GROUP BY source, {town}, w{w}"
            for w in range(self._word_count())
        )
        verdict = "(t.bits // p.place) % 4"
        self.engine.execute(
            "INSERT INTO rule_count SELECT p.rule, t.source, t.town_code,"
            f" SUM(CASE WHEN {verdict} IN (1, 2) THEN t.n ELSE 0 END), SUM(CASE WHEN {verdict} = 2 THEN t.n ELSE 0 END),"
            f" SUM(CASE WHEN {verdict} = 1 THEN t.n ELSE 0 END), SUM(CASE WHEN {verdict} = 3 THEN t.n ELSE 0 END),"
            f" SUM(CASE WHEN {verdict} = 0 THEN t.n ELSE 0 END), NULL"
            f" FROM ({patterns}) AS t JOIN {self._positions()} AS p ON p.word = t.word AND p.source = t.source"
            " GROUP BY p.rule, t.source, t.town_code"
        )

    def _hit(self, bound: Sequence[Bound]) -> None:
        self._make_hit_rows()
        found = set(self.engine.fetch("SELECT DISTINCT rule FROM rule_hit_row").column("rule").to_pylist())
        hitting = [b for b in bound if b.rule.id in found]
        if not hitting:
            return
        if self.table.name == "household":
            self._make_involved(hitting)
        self._insert_hits(hitting, {rule: p.number for rule, p in positions(bound).items() if rule in found})

    def _make_hit_rows(self) -> None:
        """`rule_hit_row`: a row a hit, with whose row it is; rows without any hit are passed over word by word."""
        mask = sum(HIT * 4**n for n in range(fuse.PER_WORD))
        keys = fuse.KEYS.get(self.table.name)
        carried = self._context() if keys else [n for n in self.engine.columns(self.words_table) if not _is_word(n)]
        parts = " UNION ALL ".join(
            f"SELECT {', '.join(f't.{name}' for name in carried)}, p.number, p.rule, p.subject_type"
            f" FROM {self.words_table} AS t JOIN {self._positions()} AS p ON p.word = {w} AND p.source = t.source"
            f" WHERE (t.w{w} & {mask}) <> 0 AND (t.w{w} // p.place) % 4 = {HIT}"
            for w in range(self._word_count())
        )
        self.engine.execute("DROP TABLE IF EXISTS rule_hit_row")
        self.engine.execute(f"CREATE TEMPORARY TABLE rule_hit_row AS {parts}")

    def _make_involved(self, bound: Sequence[Bound]) -> None:
        listed = [(b, involved_sql(self.binder.members(b.rule))) for b in bound if b.rule.involved is not None]
        columns = "".join(f", {sql} AS involved_{n}" for n, (_, sql) in enumerate(listed))
        self.engine.execute("DROP TABLE IF EXISTS rule_involved")
        self.engine.execute(
            f"CREATE TEMPORARY TABLE rule_involved AS SELECT r.source, r.household_id{columns} FROM {scanned('record')} AS r"
            " SEMI JOIN rule_hit_row AS h ON h.source = r.source AND h.household_id = r.household_id"
            " WHERE NOT COALESCE(r.is_repeated, FALSE) GROUP BY r.source, r.household_id"
        )
        self.involved = {b.rule.id: f"i.involved_{n}" for n, (b, _) in enumerate(listed)}

    def _insert_hits(self, bound: Sequence[Bound], numbers: Mapping[str, int]) -> None:
        keys = fuse.KEYS.get(self.table.name)
        alias, values, wordings = "h" if keys is None else "t", RepeatedCalls(), Wordings()
        for one in bound:
            for language in LANGUAGES:
                message = self._message(one, language, alias, values)
                wordings.add(numbers[one.rule.id], language, message)
        self.engine.register("rule_wording", wordings.table())
        joined = f"(SELECT *{values.listed()} FROM rule_hit_row) AS h"
        if keys is not None:
            on = " AND ".join(f"t.{key} = h.{key}" for key in keys)
            hit = f"SELECT t.* FROM {self.facts} AS t SEMI JOIN rule_hit_row AS h ON {on}"
            joined = f"rule_hit_row AS h JOIN (SELECT *{values.listed()} FROM ({hit}) AS t) AS t ON {on}"
        joined += " JOIN rule_wording AS w ON w.number = h.number"
        if self.table.name == "household":
            joined += " LEFT JOIN rule_involved AS i ON i.source = h.source AND i.household_id = h.household_id"
        there = self.engine.columns("rule_hit_row")
        subjects = _case_over({b.rule.id: subject_sql(b.rule.subject, self.table, there, "h") for b in bound}, numbers)
        observed = {b.rule.id: qualified(b.observed, alias) for b in bound if b.observed is not None}
        seen = _case_over({rule: f"CAST({tree.sql('duckdb')} AS VARCHAR)" for rule, tree in observed.items()}, numbers)
        involved = _case_over(self.involved, numbers)
        context = set(self._context())
        ids = ", ".join(f"h.{name}" if name in context else "NULL" for name in ("person_id", "household_id"))
        record = "h.record_id" if "record_id" in context else "NULL"
        messages = ", ".join(wordings.sql(language, "w") for language in LANGUAGES)
        self.engine.execute(
            f"INSERT INTO rule_hit SELECT h.rule, h.subject_type, {subjects}, {ids}, h.source, h.source, {record},"
            f" {involved}, {seen}, {messages} FROM {joined}"
        )

    def _message(self, bound: Bound, language: str, alias: str, values: RepeatedCalls) -> list[Piece]:
        """The rule's message, its values being columns of `alias` that `values` names; what was observed is made in place."""
        observed = qualified(bound.observed, alias) if bound.observed is not None else None
        return [
            piece if piece.name in ("", OBSERVED) else piece._replace(sql=f"{alias}.{values.fold(piece.sql).name}")
            for piece in self.binder.message(bound, language, self.table, observed)
        ]


def _is_word(column: str) -> bool:
    return column[0] == "w" and column[1:].isdigit()


def _case_over(texts: Mapping[str, str], numbers: Mapping[str, int]) -> str:
    if not texts:
        return "NULL"
    if len(texts) == len(numbers) and len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    branches = " ".join(f"WHEN {numbers[rule]} THEN {sql}" for rule, sql in texts.items())
    return f"CASE h.number {branches} END"
