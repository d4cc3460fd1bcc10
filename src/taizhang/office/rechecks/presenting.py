"""Rounds and rechecks as the parts of their pages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.findings.catalogue import rule_groups, rule_title
from taizhang.office.findings.presenting import shown_message, shown_name
from taizhang.office.findings.states import State
from taizhang.office.jobs.presenting import moment
from taizhang.office.parts.model import Cell, Chart, Column, Fact, Figure, Row, Series, Table
from taizhang.office.rechecks.models import Recheck, Result, Round
from taizhang.office.rechecks.rates import Rate
from taizhang.office.rechecks.selectors import VOID, Tally


def rate_words(rate: Rate | None) -> str:
    """The share that does not hold, in words."""
    return "–" if rate is None else f"{rate.share * 100:.1f}%"


def interval_words(rate: Rate | None) -> str:
    """The interval of a share; empty without one."""
    if rate is None:
        return ""
    return _("95%% 区间 %(low)s–%(high)s%%") % {"low": f"{rate.low * 100:.1f}", "high": f"{rate.high * 100:.1f}"}


def rounds_table(rounds: Iterable[Round], by_round: Mapping[str, Tally]) -> Table:
    """Every round with how it stands in the viewer's area."""
    columns = [
        Column(_("销号日期"), kind="head"), Column(_("抽查比例"), kind="number"), Column(_("抽中"), kind="number"),
        Column(_("待复查"), kind="number"), Column(_("不属实"), kind="number"), Column(_("不属实率"), kind="number", noted=_("区间")),
    ]  # fmt: skip
    rows = []
    for one in rounds:
        tally = by_round.get(str(one.pk), Tally())
        rows.append(Row([
            Cell(str(one)), Cell(f"{one.share}%"), Cell(tally.drawn), Cell(tally.waiting), Cell(tally.failed + tally.back),
            Cell(rate_words(tally.rate), note=interval_words(tally.rate)),
        ], url=reverse("recheck_round", args=[one.pk])))  # fmt: skip
    return Table(
        columns, rows, empty=_("还没有抽取过回头看"), empty_hint=_("由县监测中心按销号日期抽取，每一天只抽一次。")
    )


def round_figures(round_id: int, tally: Tally) -> list[Figure]:
    """How a round stands, each figure opening its rows."""

    def rows(**words: str) -> str:
        return f"{reverse('recheck_round', args=[round_id])}?{urlencode(words)}#list"

    return [
        Figure(_("抽中"), tally.drawn, rows(outcome="all")),
        Figure(_("待复查"), tally.waiting, rows(outcome="open") if tally.waiting else ""),
        Figure(_("属实"), tally.held, rows(outcome="held") if tally.held else "", tone="success"),
        Figure(_("不属实"), tally.failed + tally.back, rows(outcome="not-held") if tally.failed + tally.back else "",
               note=_("其中 %(n)s 条由报送重开") % {"n": tally.back} if tally.back else "", tone="danger" if tally.failed + tally.back else ""),
        Figure(_("不属实率"), rate_words(tally.rate), rows(outcome="known") if tally.rate else "", note=interval_words(tally.rate)),
    ]  # fmt: skip


def round_facts(one: Round, *, with_total: bool) -> list[Fact]:
    """How a round was drawn, so that anybody can repeat it. with_total: the county's number may be shown."""
    return [
        Fact(_("销号日期"), str(one)), *([Fact(_("其中仍在销号状态"), one.population)] if with_total else []), Fact(_("抽查比例"), f"{one.share}%"),
        Fact(_("抽取"), f"{moment(one.drawn_at)} {one.drawn_by or ''}"), Fact(_("种子"), one.seed, mono=True),
    ]  # fmt: skip


def towns_chart(round_id: int, by_town: Mapping[str, Tally], names: Mapping[str, str]) -> Chart:
    """A round by town."""
    keys = sorted(by_town, key=lambda key: (-(by_town[key].failed + by_town[key].back), key))
    page = reverse("recheck_round", args=[round_id])

    def links(outcome: str) -> list[str]:
        return [f"{page}?{urlencode({'outcome': outcome, 'town': key})}#list" for key in keys]

    return Chart(
        _("按镇"), "stacked", [names.get(key, key) for key in keys],
        [
            Series(_("不属实"), [by_town[key].failed + by_town[key].back for key in keys], links("not-held"), "danger"),
            Series(_("属实"), [by_town[key].held for key in keys], links("held"), "success"),
            Series(_("待复查"), [by_town[key].waiting for key in keys], links("open"), "neutral"),
        ], horizontal=True
    )  # fmt: skip


def rechecks_table(viewer: Actor, rows: Iterable[Recheck], today: date, *, is_own: bool = False) -> Table:
    """Drawn findings; whoever may not list findings sees none of their persons. is_own: all are the viewer's."""
    named = viewer.may("finding.list")
    groups = rule_groups()
    columns = [
        Column(_("问题"), kind="head", noted=_("类别和编号")), *([Column(_("何人"), kind="who", noted=_("证件号码"))] if named else []),
        Column(_("地点")), Column(_("结果")), Column(_("期限"), kind="date", noted=_("超期")), *([] if is_own else [Column(_("复查"))]),
    ]  # fmt: skip
    table_rows = []
    for one in rows:
        finding = one.finding
        what = shown_message(finding) if named else rule_title(finding.rule)
        who = [Cell(shown_name(finding), note=finding.masked_number)] if named else []
        late = not one.result and finding.state == State.CLOSED_OUT and one.due_on < today
        table_rows.append(Row(
            [Cell(what, note=f"{groups.get(one.group, one.group)} · {finding.short_id}"), *who,
             Cell(f"{finding.town_name} {finding.village_name}"), outcome_cell(one),
             Cell(one.due_on.isoformat(), note=_("已超期") if late else "", note_tone="danger" if late else ""),
             *([] if is_own else [Cell(str(one.decided_by or one.assignee or _("待指定")))])],
            url=reverse("recheck", args=[one.pk]) if named else "",
        ))  # fmt: skip
    return Table(columns, table_rows, empty=_("没有符合条件的回头看"), empty_hint=_("抽中的问题会出现在这里。"))


def outcome_cell(one: Recheck) -> Cell:
    """What the second look found, or why it says nothing."""
    if one.result:
        return Cell(one.get_result_display(), tone="success" if one.result == Result.HELD else "danger")
    if one.finding.state in VOID:
        return Cell(
            _("不再判断，不计") if one.finding.state == State.OUT_OF_RULE else _("已合并，不计"), tone="neutral"
        )
    if one.finding.state != State.CLOSED_OUT:
        return Cell(_("已由报送重开"), tone="danger")
    return Cell(_("待复查"), tone="info")


def recheck_facts(one: Recheck) -> list[Fact]:
    """Who verified, who looks again, until when."""
    facts: Sequence[tuple[str, Any]] = (
        (_("原核实"), one.verified_by or _("未经派发即已改正")), (_("复查"), one.decided_by or one.assignee or _("待指定")),
        (_("期限"), one.due_on.isoformat()), (_("抽取"), str(one.round)),
        (_("同类抽取"), _("本镇此类 %(size)s 条中抽 %(drawn)s 条") % {"size": one.stratum_size, "drawn": one.stratum_drawn}),
        (_("复查情况"), one.note or None), (_("复查时间"), moment(one.decided_at) or None),
    )  # fmt: skip
    return [Fact(label, value) for label, value in facts]
