"""Who may move a finding from where to where. The table is the law; services, buttons and the drawing read it.

Source: domain/operations.md §3. The engine's own moves (proven, not fixed, reopened) stand in findings; nobody closes
by assertion: `closed_out` is reached from `proven` only.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from taizhang.office.findings.states import State


@dataclass(frozen=True)
class Move:
    """One transition. verb: of the ledger; label: on the button; key: on the keyboard.

    is_drawn: only for findings that a draw picked, on the page of the recheck; no other page offers it.
    """

    name: str
    verb: str
    sources: frozenset[State]
    target: State
    permission: str
    label: Promise | str
    key: str = ""
    is_drawn: bool = False


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move("dispatch", "finding.dispatched", _from(State.OPEN, State.REOPENED, State.NOT_FIXED), State.DISPATCHED,
             "finding.dispatch", _("派发"), "d"),
        Move("reject_hit", "finding.rejected", _from(State.OPEN, State.REOPENED), State.REJECTED_HIT,
             "finding.dispatch", _("误报")),
        Move("start", "finding.verifying", _from(State.DISPATCHED, State.RETURNED), State.VERIFYING,
             "finding.verify", _("开始核实"), "v"),
        Move("confirm", "finding.confirmed", _from(State.DISPATCHED, State.VERIFYING, State.RETURNED), State.CONFIRMED,
             "finding.verify", _("属实，提出补正"), "y"),
        Move("deny", "finding.denied", _from(State.DISPATCHED, State.VERIFYING, State.RETURNED), State.NOT_CONFIRMED,
             "finding.verify", _("不属实，说明理由"), "n"),
        Move("ask", "finding.asked", _from(State.VERIFYING, State.DISPATCHED), State.NEED_INFO,
             "finding.verify", _("需要补充"), "q"),
        Move("answer", "finding.answered", _from(State.NEED_INFO), State.VERIFYING, "finding.answer", _("答复")),
        Move("withdraw", "finding.withdrawn", _from(State.CONFIRMED, State.NOT_CONFIRMED), State.VERIFYING,
             "finding.verify", _("撤回")),
        Move("village_ok", "finding.village_ok", _from(State.CONFIRMED, State.NOT_CONFIRMED), State.VILLAGE_OK,
             "finding.review_village", _("村确认"), "a"),
        Move("town_ok", "finding.town_ok", _from(State.VILLAGE_OK), State.TOWN_OK,
             "finding.review_town", _("镇审核通过"), "a"),
        Move("county_ok", "finding.county_ok", _from(State.TOWN_OK), State.COUNTY_OK,
             "finding.review_county", _("县复核通过"), "a"),
        Move("return_village", "finding.returned", _from(State.CONFIRMED, State.NOT_CONFIRMED), State.RETURNED,
             "finding.review_village", _("退回"), "r"),
        Move("return_town", "finding.returned", _from(State.VILLAGE_OK), State.RETURNED,
             "finding.review_town", _("退回"), "r"),
        Move("return_county", "finding.returned", _from(State.TOWN_OK), State.RETURNED,
             "finding.review_county", _("退回"), "r"),
        Move("written_back", "finding.written_back", _from(State.COUNTY_OK), State.WRITTEN_BACK,
             "handback.confirm", _("已录入来源系统")),
        Move("close", "finding.closed", _from(State.PROVEN), State.CLOSED_OUT, "finding.close", _("销号"), "c"),
        Move("recheck_failed", "finding.recheck_failed", _from(State.CLOSED_OUT), State.REOPENED,
             "finding.recheck", _("回头看不属实，重开"), is_drawn=True),
    )
}  # fmt: skip

REVIEWS = {"village": "village_ok", "town": "town_ok", "county": "county_ok"}
"""The approving move of each level of review."""
RETURNS = {"village": "return_village", "town": "return_town", "county": "return_county"}
"""The returning move of each level."""


WAITS: dict[str, Promise | str] = {
    State.OPEN: _("等待县监测中心派发。"),
    State.REOPENED: _("等待县监测中心重新派发。"),
    State.NOT_FIXED: _("报送中仍未改正，等待县监测中心重新派发。"),
    State.DISPATCHED: _("等待入户核实。"),
    State.VERIFYING: _("正在入户核实。"),
    State.RETURNED: _("已退回，等待重新核实。"),
    State.NEED_INFO: _("等待部门或外镇答复，期限暂停。"),
    State.CONFIRMED: _("等待村确认。"),
    State.NOT_CONFIRMED: _("等待村确认。"),
    State.VILLAGE_OK: _("等待镇审核。"),
    State.TOWN_OK: _("等待县复核。"),
    State.COUNTY_OK: _("等待回填到来源系统。"),
    State.WRITTEN_BACK: _("已录入来源系统，等待该来源的下一次报送印证。"),
    State.PROVEN: _("报送已印证，等待县监测中心销号。"),
    State.CLOSED_OUT: _("已销号；再次出现时自动重开，回头看抽中后复查。"),
    State.EXEMPTED: _("豁免期内；期满或数值变化时自动重开。"),
    State.MERGED: _("同一处仍有误，改由另一个问题继续跟踪，见“这条问题”。"),
    State.OUT_OF_RULE: _("规则已停用、台账不再有这一列，或台账已从本县配置中移出，不算已改正；恢复时自动重开。"),
}
"""What a finding in a state waits for: for whoever has nothing to do about it."""


def moves_from(state: str) -> list[Move]:
    """The moves that leave a state for whoever stands before it, in the order of the table; those of a draw left out."""
    return [move for move in MOVES.values() if state in move.sources and not move.is_drawn]
