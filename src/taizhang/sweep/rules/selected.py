"""Rules written as a SELECT with its universe: those about whole sources together, the others one after another."""

from collections.abc import Collection, Sequence

from sqlglot import exp

from taizhang.sweep.engines import Engine
from taizhang.sweep.rules.binding import Binder
from taizhang.sweep.rules.compile import ParameterTexts
from taizhang.sweep.rules.errors import SubjectMissing
from taizhang.sweep.rules.functions import expand
from taizhang.sweep.rules.messages import message_sql
from taizhang.sweep.rules.model import LANGUAGES, Rule, Scope
from taizhang.sweep.rules.parameters import KINDS
from taizhang.sweep.rules.scanned import read_scanned
from taizhang.sweep.rules.schema import Kind
from taizhang.sweep.rules.selects import outputs_of

BIGINTS = ("person_id", "household_id")
TOGETHER = "rule_universe_together"
"""The universes of the rules about whole sources, for `observe`: a handful of rows each, so one statement answers many."""


class SelectRun:
    """Runs select rules against an engine; held: the columns of `record` that it holds."""

    def __init__(self, engine: Engine, binder: Binder, held: Collection[str]) -> None:
        self.engine, self.binder, self.held = engine, binder, held
        self._kinds = {name: KINDS[one.type] for name, one in binder.situation.parameters.items()}

    def run(self, rules: Sequence[Rule], not_run: dict[str, dict[str, str]], faults: dict[str, str]) -> None:
        """Add the hits and counts of the select rules among these; what they cannot be asked, and which fail, is put down."""
        self.engine.execute(f"DROP TABLE IF EXISTS {TOGETHER}")
        self.engine.execute(
            f"CREATE TABLE {TOGETHER} (rule VARCHAR, source VARCHAR, subject VARCHAR, town_code VARCHAR)"
        )
        about_sources = []
        for rule in rules:
            if rule.select is None:
                continue
            sources, reasons = self.binder.sources(rule)
            if reasons:
                not_run[rule.id] = reasons
            if sources and rule.scope is Scope.SOURCE:
                about_sources.append((rule, sources))
            elif sources:
                self._try([(rule, sources)], faults)
        self._try(about_sources, faults)

    def _try(self, asked: Sequence[tuple[Rule, tuple[str, ...]]], faults: dict[str, str]) -> None:
        """Judge the rules, all of one kind; where that fails, those that fail alone are put down and the others judged."""
        if not asked:
            return
        try:
            if asked[0][0].scope is Scope.SOURCE:
                self._judge_together(asked)
            else:
                self._judge(*asked[0])
        except Exception as error:  # noqa: BLE001 - the rule boundary: one bad rule must not stop the sweep
            if len(asked) == 1:
                faults[asked[0][0].id] = type(error).__name__
                return
            for one in asked:
                self._try([one], faults)

    def _judge_together(self, asked: Sequence[tuple[Rule, tuple[str, ...]]]) -> None:
        universes, selected = [], []
        for rule, sources in asked:
            assert isinstance(rule.universe, exp.Query)  # noqa: S101 - by the loader
            town = "town_code" if "town_code" in rule.universe.named_selects else "CAST(NULL AS VARCHAR) AS town_code"
            universes.append(
                f"SELECT '{rule.id}' AS rule, source, CAST(subject AS VARCHAR) AS subject, {town}"
                f" FROM ({self._asked(rule, rule.universe, sources)}) AS u"
            )
            selected.append(self._hits(rule, f"({self._asked(rule, rule.select, sources)}) AS h"))
        for name, parts in (("rule_universe_now", universes), ("rule_selected", selected)):
            self._make(name, " UNION ALL ".join(parts))
        self._refuse_nobody()
        self.engine.execute(f"INSERT INTO {TOGETHER} SELECT rule, source, subject, town_code FROM rule_universe_now")
        self.engine.execute("INSERT INTO rule_hit SELECT * FROM rule_selected")
        self._count("u.rule", "rule_universe_now", "u.town_code", " AND h.rule = u.rule")

    def _judge(self, rule: Rule, sources: tuple[str, ...]) -> None:
        universe = f"rule_universe_{rule.id.replace('-', '_').lower()}"  # kept for `observe`
        for name, tree in ((universe, rule.universe), ("rule_selected", rule.select)):
            self._make(name, self._asked(rule, tree, sources))
        self._refuse_nobody()
        self.engine.execute(f"INSERT INTO rule_hit {self._hits(rule, 'rule_selected')}")
        assert isinstance(rule.universe, exp.Query)  # noqa: S101 - by the loader
        town = "u.town_code" if "town_code" in rule.universe.named_selects else "CAST(NULL AS VARCHAR)"
        self._count(f"'{rule.id}'", universe, town)

    def _refuse_nobody(self) -> None:
        if self.engine.fetch("SELECT 1 FROM rule_selected WHERE subject IS NULL LIMIT 1").num_rows:
            raise SubjectMissing

    def _make(self, name: str, sql: str) -> None:
        self.engine.execute(f"DROP TABLE IF EXISTS {name}")
        self.engine.execute(f"CREATE TEMPORARY TABLE {name} AS {sql}")

    def _asked(self, rule: Rule, tree: exp.Expr | None, sources: tuple[str, ...]) -> str:
        """A SELECT of a rule for the sources it can be asked about."""
        assert tree is not None  # noqa: S101 - by the loader
        listed = ", ".join("'" + source.replace("'", "''") + "'" for source in sources)
        sql = read_scanned(self._texts(rule).put_in(expand(tree)), self.held).sql("duckdb", copy=False)
        return f"SELECT * FROM ({sql}) AS t WHERE source IN ({listed}) OR source IS NULL"

    def _texts(self, rule: Rule) -> ParameterTexts:
        return self.binder.texts(rule.tables[0])

    def _count(self, rule: str, universe: str, town: str, of_rule: str = "") -> None:
        """Add the counts of what stands in `rule_selected`; of_rule: what keeps the rules in it apart."""
        named = "rule, source, subject" if of_rule else "source, subject"
        self.engine.execute(
            f"INSERT INTO rule_count SELECT {rule}, u.source, {town}, COUNT(*), COUNT(h.subject),"
            f" COUNT(*) - COUNT(h.subject), 0, 0, NULL FROM {universe} AS u LEFT JOIN"
            f" (SELECT DISTINCT {named} FROM rule_selected) AS h"
            f" ON h.subject = u.subject AND h.source IS NOT DISTINCT FROM u.source{of_rule} GROUP BY {rule}, u.source, {town}"
        )

    def _hits(self, rule: Rule, selected: str) -> str:
        """The SELECT of the rows of `rule_hit` for what a rule selected."""
        texts = self._texts(rule)
        assert rule.select is not None  # noqa: S101 - by the loader
        columns = outputs_of(rule.select, rule.tables, self._kinds | {"as_of": Kind.DATE})

        def given(name: str) -> tuple[exp.Expr, Kind] | None:
            if name == "as_of":
                return texts.tree("as_of"), Kind.DATE
            return (texts.tree(name), self._kinds[name]) if name in self._kinds else None

        own = {"person": "person_id", "household": "household_id", "case": "household_id"}.get(rule.subject)
        ids = [name if name in columns else ("subject" if name == own else "NULL") for name in BIGINTS]
        optional = {name: name if name in columns else "NULL" for name in ("record_id", "involved", "observed")}
        titles = self.binder.situation.titles
        messages = ", ".join(
            f"{message_sql(rule.message[language], language, columns, given, titles=titles)} AS message_{language}"
            for language in LANGUAGES
        )
        return (
            f"SELECT '{rule.id}' AS rule, '{rule.subject}' AS subject_type, CAST(subject AS VARCHAR) AS subject,"
            f" CAST({ids[0]} AS BIGINT) AS person_id, CAST({ids[1]} AS BIGINT) AS household_id, source,"
            f" COALESCE(source, '') AS scope_key, CAST({optional['record_id']} AS BIGINT) AS record_id,"
            f" CAST({optional['involved']} AS VARCHAR) AS involved, CAST({optional['observed']} AS VARCHAR) AS observed,"
            f" {messages} FROM {selected}"
        )
