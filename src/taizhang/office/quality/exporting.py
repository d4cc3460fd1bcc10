"""The scoreboard as a workbook: figures only, every line of its boards."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from taizhang.office.parts.listing import Listing
from taizhang.office.parts.model import Cell, Column, Row, Table
from taizhang.office.quality.presenting import percent
from taizhang.office.quality.selectors import Board, Line

Kinded = tuple[str, Line]


def board_listing(places: Board, sources: Board | None, place: str) -> Listing:
    """The places and sources that whoever looks sees measured; of a place its parts, and no sources."""
    total = [places.total] if places.total is not None else []
    lines = [(_("地点"), one) for one in [*places.lines, *total]]
    lines += [(_("来源"), one) for one in (sources.lines if sources else ())]
    return Listing(_("质量看板"), lines, _table, {"place": place}, _("只含汇总数字"))


def _table(lines: Iterable[Kinded]) -> Table:
    head = [
        _("身份正确率"), _("人数"), _("号名有误的人"), _("号名有误的问题"), _("未办结"), _("已印证"), _("办结工作日（中位数）"), _("经派发印证"),
        _("复发"), _("复发比例"), _("有任务在办"), _("超期"), _("回头看已查"), _("回头看不属实"), _("回头看不属实率"), _("区间下限"), _("区间上限"),
    ]  # fmt: skip
    columns = [Column(_("种类")), Column(_("编码")), Column(_("名称")), *(Column(one, kind="number") for one in head)]
    return Table(columns, [Row([Cell(value) for value in _values(kind, one)]) for kind, one in lines])


def _values(kind: str, one: Line) -> list[object]:
    rate = one.rechecks.rate
    return [
        kind, "" if one.is_total else one.key, _("合计") if one.is_total else one.name, percent(one.right),
        one.persons, one.wrong, one.wrong_findings, one.open, one.proven, one.workdays, one.worked, one.returned,
        percent(one.returned_share), one.held, one.overdue, rate.decided if rate else 0, rate.failed if rate else 0,
        *(percent(share) for share in ((rate.share, rate.low, rate.high) if rate else (None, None, None))),
    ]  # fmt: skip
