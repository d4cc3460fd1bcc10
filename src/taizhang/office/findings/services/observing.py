"""What the engine itself makes of a finding's state when a sweep has seen it again (rules-engine design §13).

People's moves are casework's. The engine knows only these, and none of them believes what somebody said: a finding goes
when a newer delivery of its source passes, comes back when it is hit again, and stays through everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from taizhang.office.findings.states import ENDED, State

HIT, GONE, OUT_OF_RULE, SUPERSEDED, SOURCE_LEFT = "hit", "gone", "out_of_rule", "superseded", "source_left"
_WITHOUT_PROOF: Mapping[str, State] = {
    OUT_OF_RULE: State.OUT_OF_RULE, SUPERSEDED: State.MERGED, SOURCE_LEFT: State.OUT_OF_RULE,
}  # fmt: skip
WITHOUT_TASK = "fixed_without_task"
EXEMPTION_LAPSED = "exemption_lapsed"

_CAME_AGAIN: Mapping[State, State] = {
    State.WRITTEN_BACK: State.NOT_FIXED,
    State.PROVEN: State.REOPENED,
    State.CLOSED_OUT: State.REOPENED,
    State.OUT_OF_RULE: State.OPEN,
    State.MERGED: State.OPEN,
}


@dataclass(frozen=True)
class Seen:
    """What one sweep saw of a finding.

    delta, observation: as in findings.parquet. is_newer: a newer delivery of its source was read than by the sweep
    before. is_changed: the values are others than the sweep before saw.
    """

    delta: str
    observation: str
    is_newer: bool = True
    is_changed: bool = False


def state_after(before: State, seen: Seen) -> tuple[State, str]:
    """The state after a sweep, and a remark: WITHOUT_TASK, EXEMPTION_LAPSED or empty.

    Applying the same sweep a second time changes nothing.
    """
    if seen.delta in _WITHOUT_PROOF:
        return (before, "") if before in ENDED else (_WITHOUT_PROOF[seen.delta], "")
    if seen.delta == GONE:
        return _gone(before)
    if seen.observation != HIT:
        return before, ""
    if before is State.EXEMPTED:
        return (State.OPEN, EXEMPTION_LAPSED) if seen.is_changed else (before, "")
    if before is State.WRITTEN_BACK and not seen.is_newer:
        return before, ""
    return _CAME_AGAIN.get(before, before), ""


def _gone(before: State) -> tuple[State, str]:
    if before is State.WRITTEN_BACK:
        return State.PROVEN, ""
    if before in ENDED - {State.EXEMPTED}:
        return before, ""
    return State.PROVEN, WITHOUT_TASK
