"""What a sweep makes of a finding's state, move by move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.office.findings.services.observing import EXEMPTION_LAPSED, WITHOUT_TASK, Seen, state_after
from taizhang.office.findings.states import ENDED, OPEN_STATES, State

HIT = Seen("persisting", "hit")
HIT_CHANGED = Seen("persisting", "hit", is_changed=True)
HIT_SAME_DELIVERY = Seen("persisting", "hit", is_newer=False)
CAME_BACK = Seen("reopened", "hit")
PASS = Seen("gone", "pass")
SEEN = st.builds(
    Seen,
    st.sampled_from(["new", "persisting", "reopened", "gone", "out_of_rule", "superseded", "source_left"]),
    st.sampled_from(["hit", "pass", "unknown", "not_applicable", "not_run", "absent", "held"]),
    st.booleans(),
    st.booleans(),
)


@pytest.mark.parametrize(
    ("before", "seen", "after", "remark"),
    [
        (State.OPEN, HIT, State.OPEN, ""),
        (State.DISPATCHED, HIT_CHANGED, State.DISPATCHED, ""),
        (State.WRITTEN_BACK, HIT, State.NOT_FIXED, ""),
        (State.WRITTEN_BACK, HIT_SAME_DELIVERY, State.WRITTEN_BACK, ""),
        (State.WRITTEN_BACK, PASS, State.PROVEN, ""),
        (State.OPEN, PASS, State.PROVEN, WITHOUT_TASK),
        (State.VERIFYING, PASS, State.PROVEN, WITHOUT_TASK),
        (State.CLOSED_OUT, CAME_BACK, State.REOPENED, ""),
        (State.PROVEN, CAME_BACK, State.REOPENED, ""),
        (State.CLOSED_OUT, PASS, State.CLOSED_OUT, ""),
        (State.EXEMPTED, HIT, State.EXEMPTED, ""),
        (State.EXEMPTED, HIT_CHANGED, State.OPEN, EXEMPTION_LAPSED),
        (State.REJECTED_HIT, HIT, State.REJECTED_HIT, ""),
        (State.OUT_OF_SCOPE, CAME_BACK, State.OUT_OF_SCOPE, ""),
        (State.OPEN, Seen("out_of_rule", "not_run"), State.OUT_OF_RULE, ""),
        (State.CLOSED_OUT, Seen("out_of_rule", "not_run"), State.CLOSED_OUT, ""),
        (State.OUT_OF_RULE, HIT, State.OPEN, ""),
        (State.DISPATCHED, Seen("source_left", "not_run"), State.OUT_OF_RULE, ""),
        (State.EXEMPTED, Seen("source_left", "not_run"), State.EXEMPTED, ""),
        (State.PROVEN, Seen("source_left", "not_run"), State.PROVEN, ""),
        (State.DISPATCHED, Seen("superseded", "hit"), State.MERGED, ""),
        (State.WRITTEN_BACK, Seen("superseded", "hit"), State.MERGED, ""),
        (State.EXEMPTED, Seen("superseded", "hit"), State.EXEMPTED, ""),
        (State.CLOSED_OUT, Seen("superseded", "hit"), State.CLOSED_OUT, ""),
        (State.MERGED, CAME_BACK, State.OPEN, ""),
    ],
)
def test_the_engine_moves_a_finding(before, seen, after, remark):
    assert state_after(before, seen) == (after, remark)


@pytest.mark.parametrize("before", sorted(OPEN_STATES))
@pytest.mark.parametrize("observation", ["unknown", "not_applicable", "not_run", "absent", "held"])
def test_nothing_closes_without_a_pass(before, observation):
    assert state_after(before, Seen("persisting", observation)) == (before, "")


@given(st.sampled_from(State), SEEN)
def test_the_same_sweep_twice_is_as_once(before, seen):
    once, _ = state_after(before, seen)

    assert state_after(once, seen)[0] in {once, *(ENDED if seen.observation != "hit" else ())} or seen.is_changed


@given(
    st.sampled_from(sorted(OPEN_STATES)),
    SEEN.filter(lambda seen: seen.delta not in {"gone", "out_of_rule", "superseded", "source_left"}),
)
def test_only_what_is_gone_closes(before, seen):
    assert state_after(before, seen)[0] not in ENDED
