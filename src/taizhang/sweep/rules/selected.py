"""Rules written as a SELECT with its universe, one after another."""

from collections.abc import Collection

from sqlglot import exp

from taizhang.sweep.engines import Engine
from taizhang.sweep.rules.binding import Binder
from taizhang.sweep.rules.compile import ParameterTexts
from taizhang.sweep.rules.functions import expand
from taizhang.sweep.rules.messages import message_sql
from taizhang.sweep.rules.model import LANGUAGES, Rule
from taizhang.sweep.rules.parameters import KINDS
from taizhang.sweep.rules.scanned import read_scanned
from taizhang.sweep.rules.schema import Kind
from taizhang.sweep.rules.selects import outputs_of

BIGINTS = ("person_id", "household_id")


class SelectRun:
    """Runs select rules against an engine; held: the columns of `record` that it holds."""

    def __init__(self, engine: Engine, binder: Binder, held: Collection[str]) -> None:
        self.engine, self.binder, self.held = engine, binder, held

    def run(self, rule: Rule, not_run: dict[str, dict[str, str]]) -> str | None:
        """Add the rule's hits and counts; the exception class when the rule fails, else None."""
        sources, reasons = self.binder.sources(rule)
        if reasons:
            not_run[rule.id] = reasons
        if not sources:
            return None
        texts = self.binder.texts(rule.tables[0])
        try:
            self._judge(rule, sources, texts)
        except Exception as error:  # noqa: BLE001 - the rule boundary: one bad rule must not stop the sweep
            return type(error).__name__
        return None

    def _judge(self, rule: Rule, sources: tuple[str, ...], texts: ParameterTexts) -> None:
        asked = ", ".join("'" + source.replace("'", "''") + "'" for source in sources)
        universe = f"rule_universe_{rule.id.replace('-', '_').lower()}"  # kept for `observe`
        for name, tree in ((universe, rule.universe), ("rule_selected", rule.select)):
            assert tree is not None  # noqa: S101 - by the loader
            self.engine.execute(f"DROP TABLE IF EXISTS {name}")
            sql = read_scanned(texts.put_in(expand(tree)), self.held).sql("duckdb", copy=False)
            self.engine.execute(
                f"CREATE TEMPORARY TABLE {name} AS SELECT * FROM ({sql}) AS t WHERE source IN ({asked}) OR source IS NULL"
            )
        self._insert_hits(rule, texts)
        assert isinstance(rule.universe, exp.Query)  # noqa: S101 - by the loader
        town = "u.town_code" if "town_code" in rule.universe.named_selects else "CAST(NULL AS VARCHAR)"
        self.engine.execute(
            f"INSERT INTO rule_count SELECT '{rule.id}', u.source, {town}, COUNT(*), COUNT(h.subject),"
            f" COUNT(*) - COUNT(h.subject), 0, 0, NULL FROM {universe} AS u LEFT JOIN"
            " (SELECT DISTINCT source, subject FROM rule_selected) AS h"
            f" ON h.subject = u.subject AND h.source IS NOT DISTINCT FROM u.source GROUP BY u.source, {town}"
        )

    def _insert_hits(self, rule: Rule, texts: ParameterTexts) -> None:
        kinds = {name: KINDS[parameter.type] for name, parameter in self.binder.situation.parameters.items()}
        assert rule.select is not None  # noqa: S101 - by the loader
        columns = outputs_of(rule.select, rule.tables, kinds | {"as_of": Kind.DATE})

        def given(name: str) -> tuple[exp.Expr, Kind] | None:
            if name == "as_of":
                return texts.tree("as_of"), Kind.DATE
            return (texts.tree(name), kinds[name]) if name in kinds else None

        own = {"person": "person_id", "household": "household_id", "case": "household_id"}.get(rule.subject)
        ids = ", ".join(name if name in columns else ("subject" if name == own else "NULL") for name in BIGINTS)
        optional = {name: name if name in columns else "NULL" for name in ("record_id", "involved", "observed")}
        titles = self.binder.situation.titles
        messages = ", ".join(
            message_sql(rule.message[language], language, columns, given, titles=titles) for language in LANGUAGES
        )
        self.engine.execute(
            f"INSERT INTO rule_hit SELECT '{rule.id}', '{rule.subject}', CAST(subject AS VARCHAR), {ids}, source,"
            f" COALESCE(source, ''), {optional['record_id']}, {optional['involved']},"
            f" CAST({optional['observed']} AS VARCHAR), {messages} FROM rule_selected"
        )
