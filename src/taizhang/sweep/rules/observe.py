"""What the rules said in the last run about given subjects: a finding may go only when its rule passes for its subject."""

from taizhang.sweep.engines import Engine
from taizhang.sweep.rules import fuse
from taizhang.sweep.rules.model import Scope
from taizhang.sweep.rules.ruleset import RuleSet
from taizhang.sweep.rules.schema import tables
from taizhang.sweep.rules.selected import TOGETHER

OBSERVATION_COLUMNS = "rule VARCHAR, source VARCHAR, subject VARCHAR, verdict VARCHAR"


def observe(ruleset: RuleSet, engine: Engine, asked: str = "asked_subject") -> None:
    """Make `rule_observation(rule, source, subject, verdict)` for the rows of `asked(rule, source, subject)`.

    Reads what `RuleSet.run` left in the engine. verdict: hit, pass, unknown, not_applicable; hit outweighs unknown,
    unknown outweighs pass where a subject has several rows. A subject that no row is about, and a rule that was not run
    for the source, give no row: absent and not_run are the caller's to tell.
    """
    engine.execute("DROP TABLE IF EXISTS rule_observation")
    engine.execute(f"CREATE TABLE rule_observation ({OBSERVATION_COLUMNS})")
    for name, table in tables().items():
        words = f"rule_word_{name}"
        there = engine.columns(words)
        numbers = [column[1:] for column in there if column[0] == "w" and column[1:].isdigit()]
        if not numbers:
            continue
        subjects = sorted({rule.subject for rule in ruleset.judged() if rule.tables[:1] == (name,)})
        subject = " ".join(f"WHEN '{kind}' THEN {fuse.subject_sql(kind, table, there, 't')}" for kind in subjects)
        bits = " ".join(f"WHEN {number} THEN t.w{number}" for number in numbers)
        engine.execute(
            "INSERT INTO rule_observation SELECT rule, source, subject,"
            " CASE WHEN MAX(hit) = 1 THEN 'hit' WHEN MAX(unknown) = 1 THEN 'unknown' WHEN MAX(pass) = 1 THEN 'pass'"
            " ELSE 'not_applicable' END FROM ("
            "SELECT rule, source, subject, CASE WHEN v = 2 THEN 1 ELSE 0 END AS hit,"
            " CASE WHEN v = 3 THEN 1 ELSE 0 END AS unknown, CASE WHEN v = 1 THEN 1 ELSE 0 END AS pass FROM ("
            f"SELECT a.rule, a.source, a.subject, ((CASE p.word {bits} END) // p.place) % 4 AS v"
            f" FROM {asked} AS a JOIN rule_position_{name} AS p ON p.rule = a.rule AND p.source = a.source"
            f" JOIN {words} AS t ON t.source = a.source AND CASE p.subject_type {subject} END = a.subject) AS r) AS s"
            " GROUP BY rule, source, subject"
        )
    for rule in ruleset.judged():
        if rule.scope in (Scope.KEY, Scope.PAIR):
            universe = f"rule_universe_{rule.id.replace('-', '_').lower()}"
            _observe_selects(engine, universe, f"a.rule = '{rule.id}'", asked)
    _observe_selects(engine, TOGETHER, "u.rule = a.rule", asked)


def _observe_selects(engine: Engine, universe: str, about: str, asked: str) -> None:
    """Add what was said of the subjects in a universe; about: which rule's universe a row is of."""
    if not engine.columns(universe):
        return
    engine.execute(
        "INSERT INTO rule_observation SELECT DISTINCT a.rule, a.source, a.subject,"
        " CASE WHEN h.subject IS NULL THEN 'pass' ELSE 'hit' END"
        f" FROM {asked} AS a JOIN {universe} AS u ON CAST(u.subject AS VARCHAR) = a.subject AND u.source IS NOT DISTINCT FROM a.source"
        " LEFT JOIN rule_hit AS h ON h.rule = a.rule AND h.source IS NOT DISTINCT FROM a.source AND h.subject = a.subject"
        f" WHERE {about}"
    )
