"""The scoreboard as a workbook: figures only, marked with who took it and why, written into the ledger."""

from django.db import transaction
from django.utils.translation import gettext as _

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.parts.workbook import mark_of, marked_workbook
from taizhang.office.quality.presenting import percent
from taizhang.office.quality.selectors import Board, Line
from taizhang.office.reasons import stated


def export_scores(*, actor: Actor, places: Board, sources: Board, reason: str, county: str) -> bytes:
    """The workbook of the boards that the actor sees. Raises ReasonMissing."""
    words = stated(reason)
    total = [places.total] if places.total is not None else []
    lines = [(_("地点"), one) for one in [*places.lines, *total]] + [(_("来源"), one) for one in sources.lines]
    mark = mark_of(county, actor.name, len(lines), _("只含汇总数字"))
    head = [
        _("种类"), _("编码"), _("名称"), _("身份正确率"), _("人数"), _("号名有误的人"), _("号名有误的问题"), _("未办结"), _("已印证"),
        _("办结工作日（中位数）"), _("经派发印证"), _("复发"), _("复发比例"), _("有任务在办"), _("超期"), _("回头看已查"), _("回头看不属实"),
        _("回头看不属实率"), _("区间下限"), _("区间上限"),
    ]  # fmt: skip
    with transaction.atomic():
        ledger.record(actor, "scores.exported", "scores", "board", reason=words, count=len(lines))
    return marked_workbook(_("质量看板"), head, [_row(kind, one) for kind, one in lines], mark)


def _row(kind: str, one: Line) -> list[object]:
    rate = one.rechecks.rate
    return [
        kind, "" if one.is_total else one.key, _("合计") if one.is_total else one.name, percent(one.right),
        "" if one.persons is None else one.persons, one.wrong, one.wrong_findings, one.open, one.proven,
        "" if one.workdays is None else f"{one.workdays:g}", one.worked, one.returned, percent(one.returned_share), one.held,
        one.overdue, rate.decided if rate else 0, rate.failed if rate else 0,
        *(percent(share) for share in ((rate.share, rate.low, rate.high) if rate else (None, None, None))),
    ]  # fmt: skip
