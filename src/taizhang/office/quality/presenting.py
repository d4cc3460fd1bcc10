"""The scoreboard as the parts of its page."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from taizhang.office.findings.selectors.listing import PROVEN
from taizhang.office.parts.model import Cell, Chart, Column, Row, Series, Table
from taizhang.office.quality.selectors import IDENTITY_GOAL, Line

MOST_BARS = 20


def place_table(lines: Sequence[Line], *, with_links: bool) -> Table:
    """Places. with_links: the figures open the list of findings, for whoever may see it."""
    columns = [
        Column(_("地点"), kind="head"), Column(_("身份正确率"), kind="number"), Column(_("人数"), kind="number"),
        Column(_("号名有误"), kind="number"), *_common_columns(),
    ]  # fmt: skip
    rows = [
        Row([
            _place(one, with_links=linked), _right(one), Cell(_count(one.persons)),
            Cell(_count(one.wrong), url=_list(linked and one.wrong, place=one.key, group="identity-wrong")),
            *_common_cells(one, with_links=linked, place=one.key),
        ])
        for one in lines
        for linked in [with_links and not one.is_unplaced]  # the list of the division above holds everything below it
    ]  # fmt: skip
    return Table(
        columns, rows, empty=_("还没有可以计算的数据"), empty_hint=_("导入一次排查后，这里按地点列出各项指标。")
    )


def source_table(lines: Sequence[Line], *, with_links: bool) -> Table:
    """Sources."""
    columns = [Column(_("来源"), kind="head"), Column(_("号名有误"), kind="number"), *_common_columns()]
    rows = [
        Row([
            Cell(one.name, url=_list(with_links, source=one.key)),
            Cell(_count(one.wrong), url=_list(with_links and one.wrong, source=one.key, group="identity-wrong")),
            *_common_cells(one, with_links=with_links, source=one.key),
        ])
        for one in lines
    ]  # fmt: skip
    return Table(
        columns, rows, empty=_("还没有可以计算的数据"), empty_hint=_("导入一次排查后，这里按来源列出各项指标。")
    )


def _common_columns() -> list[Column]:
    return [
        Column(_("未办结"), kind="number"), Column(_("已印证"), kind="number"), Column(_("办结工作日（中位数）"), kind="number"),
        Column(_("复发"), kind="number"), Column(_("超期任务"), kind="number"),
    ]  # fmt: skip


def _common_cells(one: Line, *, with_links: bool, **of: str) -> list[Cell]:
    return [
        Cell(_count(one.open), url=_list(with_links and one.open, **of)),
        Cell(_count(one.proven), url=_list(with_links and one.proven, state=PROVEN, **of)),
        Cell("–" if one.workdays is None else f"{one.workdays:g}"),
        Cell(_count(one.returned), note=_percent(one.returned_share) if one.returned else ""),
        Cell(_("%(late)s／%(all)s") % {"late": one.overdue, "all": one.tasks} if one.tasks else "–", tone="danger" if one.overdue else ""),
    ]  # fmt: skip


def _place(one: Line, *, with_links: bool) -> Cell:
    note = _("未定到下一级") if one.is_unplaced else ""
    return Cell(one.name, note=note, url=_list(with_links, place=one.key))


def _right(one: Line) -> Cell:
    if one.right is None or one.is_unplaced:
        return Cell("–")
    if one.misses_goal:
        return Cell(
            _percent(one.right),
            tone="danger",
            note=_("低于 %(goal)s") % {"goal": _percent(IDENTITY_GOAL)},
            note_tone="danger",
        )
    return Cell(_percent(one.right), tone="success")  # fmt: skip


def right_chart(lines: Sequence[Line], *, with_links: bool) -> Chart:
    """How many persons of each place have a number or name that is wrong; the worst places first."""
    shown = sorted((one for one in lines if one.wrong), key=lambda one: (-one.wrong, one.key))[:MOST_BARS]
    links = [_list(with_links, place=one.key, group="identity-wrong") for one in shown] if with_links else []
    series = Series(_("号名有误的人"), [one.wrong for one in shown], links, "danger")
    return Chart(_("号名有误的人，按地点"), "bar", [one.name for one in shown], [series], horizontal=True)


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _percent(share: float | None) -> str:
    """One decimal, rounded down: 97.96 % must not read as the goal of 98 %."""
    return "" if share is None else f"{int(share * 1000 + 1e-9) / 10:.1f}%"


def _list(shown: Any, **words: str) -> str:
    return f"{reverse('findings')}?{urlencode(words)}" if shown else ""
