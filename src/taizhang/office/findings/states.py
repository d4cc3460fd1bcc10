"""The states of a finding (domain/operations.md §3). People's moves between them belong to casework, the engine's to observing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a finding stands between being found and being proven gone."""

    NEW = "new", _("发现")
    OPEN = "open", _("待派发")
    DISPATCHED = "dispatched", _("已派发")
    VERIFYING = "verifying", _("核实中")
    NEED_INFO = "need_info", _("待补充")
    CONFIRMED = "confirmed", _("属实")
    NOT_CONFIRMED = "not_confirmed", _("不属实")
    VILLAGE_OK = "village_ok", _("村已确认")
    RETURNED = "returned", _("退回")
    TOWN_OK = "town_ok", _("镇已审核")
    COUNTY_OK = "county_ok", _("县已复核")
    WRITTEN_BACK = "written_back", _("已回填")
    PROVEN = "proven", _("已印证")
    NOT_FIXED = "not_fixed", _("未见修改")
    CLOSED_OUT = "closed_out", _("已销号")
    REOPENED = "reopened", _("回头看复发")
    EXEMPTED = "exempted", _("豁免")
    REJECTED_HIT = "rejected_hit", _("误报")
    OUT_OF_SCOPE = "out_of_scope", _("移交")
    MERGED = "merged", _("已合并")
    OUT_OF_RULE = "out_of_rule", _("不再判断")


ENDED = frozenset({
    State.PROVEN, State.CLOSED_OUT, State.EXEMPTED, State.REJECTED_HIT, State.OUT_OF_SCOPE, State.MERGED, State.OUT_OF_RULE,
})  # fmt: skip
"""Nobody has to do anything about a finding in one of these; the figures of open findings leave them out."""

GONE = frozenset({State.PROVEN, State.CLOSED_OUT})
"""Ended because a later delivery showed the value mended; the other ends let the value stand."""

OPEN_STATES = frozenset(State) - ENDED
