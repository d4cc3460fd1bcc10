"""The texts of a finding: from the rule, filled in for a diagnosis; a code no pack describes still says what it is."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from taizhang.intake.delivery.linking import TEMPORARY
from taizhang.sweep.diagnose.wording import TITLES
from taizhang.sweep.findings.places import Place
from taizhang.sweep.rules import RuleSet
from taizhang.sweep.rules.compile import digest
from taizhang.sweep.rules.messages import BEFORE_VILLAGE, HEAD_UNKNOWN
from taizhang.sweep.rules.model import WEIGHTS, Severity, Status

GROUPS = {"ID": "A", "NM": "B", "PR": "C", "XS": "D", "AU": "E", "SR": "Y"}
_SEVERITY = {
    "XS-NAME-FORMAT": "info", "XS-NAME-ALIAS": "info", "XS-ID-DISABILITY": "info", "XS-ID-STUDENT": "info",
    "XS-STALE": "info", "XS-NAME-VARIANT": "suspect", "XS-AMBIGUOUS": "suspect", "XS-FIELD": "suspect",
    "PR-DUP-ROW": "error", "PR-DUP-HOUSEHOLD": "error", "PR-ID-TWO-NAMES": "error", "PR-SWAP": "error",
    "PR-ID-SHARED": "error",
    "PR-COPY-FAMILY": "error", "PR-ROW-SHIFT": "error", "XS-NAME-GIVEN": "error", "XS-NAME-DISJOINT": "error",
    "XS-SWAP": "error",
}  # fmt: skip
HOUSEHOLDS = {
    "zh": ("编号{}", "成员{}", "户主不明"),
    "zh_hant": ("編號{}", "成員{}", "戶主不明"),
    "en": ("number {}", "member {}", "an unknown head"),
}
"""How a household is called by its number, by a member, or not at all, where nobody says who its head is."""


@dataclass(frozen=True)
class About:
    """What a finding takes over from its rule."""

    version: str
    major: str
    digest: str
    group: str
    severity: str
    weight: int
    owner: str
    deadline: int
    message: Mapping[str, str]
    hint: Mapping[str, str]
    suppressed_by: frozenset[str]
    fields: tuple[str, ...]


class Texts:
    """Rules by id, with a stand-in for a diagnosis no pack describes."""

    def __init__(self, rules: RuleSet | None) -> None:
        self._rules = rules.rules if rules is not None else {}
        self._known: dict[str, About] = {}

    def is_active(self, code: str) -> bool:
        """Whether findings of a diagnosis are wanted: it is described as active, or not described at all."""
        return code not in self._rules or self._rules[code].status is Status.ACTIVE

    def about(self, code: str) -> About:
        """Facts and templates of a rule or diagnosis."""
        if code not in self._known:
            self._known[code] = self._from_rule(code) if code in self._rules else _stand_in(code)
        return self._known[code]

    def _from_rule(self, code: str) -> About:
        rule = self._rules[code]
        return About(
            rule.version, rule.major, digest(rule), rule.group, rule.severity.value, rule.weight,
            rule.owner.role, rule.deadline_workdays, rule.message, rule.hint, frozenset(rule.suppressed_by), rule.fields,
        )  # fmt: skip


def _stand_in(code: str) -> About:
    severity = Severity(_SEVERITY.get(code, "warn"))
    title = TITLES.get(code, code)
    return About(
        "1.0", "1", "", GROUPS.get(code[:2], "Y"), severity.value, WEIGHTS[severity], "helper", 5,
        {"zh": f"{{village}}{{household_head}}户{{name}}：{title}。", "zh_hant": f"{{village}}{{household_head}}戶{{name}}：{title}。",
         "en": f"{{name}}, household of {{household_head}}, {{village}}: {code}."},
        {"zh": "核对证件原件。", "zh_hant": "核對證件原件。", "en": "Check the original documents."}, frozenset(), (),
    )  # fmt: skip


def with_household(message: str, language: str, place: Place | None) -> str:
    """A message whose household has no known head says its number, or else a member; `place`: the row shown of it.

    A provisional number stands in no ledger and says nothing to anybody; nor does a member whom the message names anyway.
    """
    if HEAD_UNKNOWN not in message:
        return message
    by_number, by_member, unknown = HOUSEHOLDS[language]
    if place is not None and place.household_no and not place.household_no.startswith(TEMPORARY):
        household = by_number.format(place.household_no)
    elif place is not None and place.name and place.name not in message:
        household = by_member.format(place.name)
    else:
        household = unknown
    return message.replace(HEAD_UNKNOWN, household)


def filled(template: str, values: Mapping[str, str]) -> str:
    """A message template with its placeholders filled; unknown ones are left out, a missing village with what joins it."""
    if not values.get("village"):
        template = template.replace(f"{BEFORE_VILLAGE}{{village}}", "")
    return template.format_map(defaultdict(str, values))
