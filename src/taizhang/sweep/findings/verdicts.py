"""How today's sweep judges what a finding of an earlier sweep is about, where it does not make the finding again.

A rule is asked for its verdict on the subject (rules.observe), a diagnosis for what it compared (findings.compared).
Nothing counts as passed that was not judged: a subject without a row is absent, an emptied value is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyarrow as pa

from taizhang.sweep.diagnose import Diagnosis
from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.compared import TRUNCATED, Compared, WhenHit, compared_verdicts
from taizhang.sweep.findings.hits import HitKey
from taizhang.sweep.findings.told import Told
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.rules import RuleSet, load_packs
from taizhang.sweep.rules.model import Scope, Status
from taizhang.sweep.rules.observe import observe
from taizhang.sweep.rules.run import FAULT, Ran

HIT, PASS, UNKNOWN, NOT_RUN, ABSENT = "hit", "pass", "unknown", "not_run", "absent"


@dataclass(frozen=True)
class Said:
    """verdict: hit, pass, unknown, not_applicable, not_run or absent. instead: the finding of today that tells of it now."""

    verdict: str
    instead: str | None = None


@dataclass(frozen=True)
class Today:
    """What one sweep judged, and by which rules.

    sources: ids of the sources that the county file names, whether they delivered or not.
    genuine: hits that the other sources confirm as right; no finding is made of them. told: which finding tells of what.
    """

    engine: Engine
    rules: RuleSet
    ran: Ran
    deliveries: Sequence[SourceDelivery]
    diagnoses: Sequence[Diagnosis]
    sources: frozenset[str]
    genuine: frozenset[HitKey] = field(default_factory=frozenset)
    told: Told = field(default_factory=Told)

    def is_out_of_rule(self, finding: Mapping[str, Any]) -> bool:
        """Whether nothing makes such findings any more: the rule is gone, retired, or means something else now."""
        code = finding["rule"]
        if code == FAULT:
            return finding["subject"] not in {rule.id for rule in self.rules.judged()}
        rule = self.rules.rules.get(code)
        if rule is None:
            return code not in _diagnoses()
        return rule.status is not Status.ACTIVE or rule.major != str(finding["rule_version"]).split(".")[0]

    def verdicts(self, left: Sequence[Mapping[str, Any]], when_hit: WhenHit) -> dict[str, Said]:
        """finding_id → what today's sweep says of it."""
        judged = {rule.id for rule in self.rules.judged()}
        by_rule = [one for one in left if one["rule"] in judged]
        faults = [one for one in left if one["rule"] == FAULT]
        diagnosed = [one for one in left if one["rule"] not in judged and one["rule"] != FAULT]
        compared = compared_verdicts(self.engine, diagnosed, self.diagnoses, self.deliveries, self.told, when_hit)
        return (
            self._of_rules(by_rule)
            | {one["finding_id"]: Said(self._of_fault(one["subject"])) for one in faults}
            | {identity: self._of_diagnosis(one) for identity, one in compared.items()}
        )

    def _of_diagnosis(self, one: Compared) -> Said:
        return Said(one.verdict, self.told.still_tells(one.still))

    def _of_fault(self, rule: str) -> str:
        """A fault is over when its rule ran; one that no source can be asked did not."""
        asked = {delivery.source for delivery in self.deliveries} - set(self.ran.not_run.get(rule, ()))
        return PASS if asked and rule not in self.ran.faults else NOT_RUN

    def _of_rules(self, left: Sequence[Mapping[str, Any]]) -> dict[str, Said]:
        if not left:
            return {}
        names = ("rule", "source", "subject")
        asked = dict.fromkeys(tuple(one[name] for name in names) for one in left)
        columns = zip(*asked, strict=True)
        table = pa.table({name: pa.array(c, pa.string()) for name, c in zip(names, columns, strict=True)})
        self.engine.register("asked_subject", table)
        observe(self.rules, self.engine)
        seen = self.engine.fetch("SELECT rule, source, subject, verdict FROM rule_observation")
        found = {tuple(row): verdict for *row, verdict in zip(*(c.to_pylist() for c in seen.columns), strict=True)}
        found |= dict.fromkeys((key for key in asked if key in self.genuine and found.get(key) == HIT), PASS)
        return {one["finding_id"]: self._of_rule(one, found) for one in left}

    def _of_rule(self, finding: Mapping[str, Any], found: Mapping[tuple[Any, ...], str]) -> Said:
        key = rule, source, _ = finding["rule"], finding["source"], finding["subject"]
        if rule in self.ran.faults or source in self.ran.not_run.get(rule, ()):
            return Said(NOT_RUN)
        verdict = found.get(key, ABSENT)
        return Said(verdict, self.told.of_symptom.get(key) if verdict == HIT else None)


@cache
def _diagnoses() -> frozenset[str]:
    """Codes of diagnoses: the sweep makes them also for a set of rules that leaves their texts out."""
    return frozenset(code for code, rule in load_packs().rules.items() if rule.scope is Scope.DIAGNOSIS) | {TRUNCATED}
