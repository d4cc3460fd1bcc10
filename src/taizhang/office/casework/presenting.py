"""The loop's rows as the parts of pages; everything a list shows is masked."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taizhang.office.access.roles import Role
from taizhang.office.casework.models import Correction, Exemption, HandBack, Notice, ReviewPolicy, Task, TaskKind
from taizhang.office.casework.selectors import NOBODY, TasksAsked
from taizhang.office.casework.services.clocks import DEFAULTS, workdays_of
from taizhang.office.casework.transitions import MOVES, REVIEWS
from taizhang.office.findings.catalogue import field_title
from taizhang.office.findings.presenting import is_here, shown_message, shown_name
from taizhang.office.findings.selectors.listing import LATE
from taizhang.office.findings.states import State
from taizhang.office.parts.model import Cell, Column, Row, Table, Tone
from taizhang.office.parts.punctuation import bracketed, headed

EXEMPTED: dict[str, Tone] = {"proposed": "warning", "approved": "success", "rejected": "danger"}
PROOF: dict[str, Tone] = {"confirmed": "success", "contradicted": "danger"}


def label_of(step: str) -> str:
    """The label of a move."""
    return str(MOVES[step].label)


def _place(finding: Any) -> str:
    return f"{finding.town_name}{finding.village_name}"


def tasks_table(tasks: Iterable[Task], today: date) -> Table:
    """Tasks, each opening its finding."""
    columns = [
        Column(_("问题"), noted=_("编号")), Column(_("何人"), kind="who", noted=_("证件号码")), Column(_("地点")), Column(_("状态"), noted=_("说明")),
        Column(_("期限"), kind="date", noted=_("超期")), Column(_("经办"), noted=_("角色")),
    ]  # fmt: skip
    rows = [
        Row(
            [
                Cell(shown_message(task.finding), note=task.finding.short_id),
                Cell(shown_name(task.finding), note=task.finding.masked_number if is_here(task.finding) else ""),
                Cell(_place(task.finding)),
                Cell(
                    str(State(task.finding.state).label),
                    tone="info",
                    note=_("只须说明本方情况") if task.kind == TaskKind.STATEMENT else "",
                ),
                Cell(task.due_on.isoformat(), note=_("已超期") if task.due_on < today and not task.paused_on else ""),
                Cell(str(task.assignee or _("待指定")), note=str(Role(task.role).label)),
            ],
            url=reverse("finding", args=[task.finding.short_id]),
            key=str(task.pk),
        )
        for task in tasks
    ]
    return Table(columns, rows, empty=_("没有待办任务"), empty_hint=_("派发给您的问题会出现在这里。"))


def workload_table(rows: Iterable[dict[str, Any]], *, may_reassign: bool) -> Table:
    """Who has how many tasks, each figure opening its rows; a row opens the page to give them to others, for whoever may."""
    columns = [Column(_("经办"), noted=_("角色")), Column(_("待办"), kind="number"), Column(_("超期"), kind="number")]
    lines = [
        Row(
            [
                Cell(one["assignee__display_name"] or _("待指定"), note=str(Role(one["role"]).label)),
                Cell(one["open"], url=_tasks_of(one)),
                Cell(one["overdue"], tone="danger", url=_tasks_of(one, due=LATE)) if one["overdue"] else Cell(0),
            ],
            url=reverse("reassign", args=[one["assignee_id"]]) if one["assignee_id"] and may_reassign else "",
        )
        for one in rows
    ]
    return Table(columns, lines, empty=_("没有待办任务"))


def _tasks_of(one: dict[str, Any], due: str = "") -> str:
    """Address of the tasks that one figure of the workload was counted from."""
    asked = TasksAsked(str(one["assignee_id"] or NOBODY), one["role"], due)
    return f"{reverse('tasks')}?{urlencode({'all': 1} | asked.narrowed())}"


def asked_for(asked: TasksAsked, rows: Iterable[dict[str, Any]]) -> str:
    """What a list of tasks is narrowed to, in words; empty where it is not. rows: of the workload, which have the names."""
    names = {str(one["assignee_id"] or NOBODY): one["assignee__display_name"] or _("待指定") for one in rows}
    holder = names.get(asked.holder, _("没有待办任务的人")) if asked.holder else ""
    role = str(Role(asked.role).label) if asked.role else ""
    return " · ".join(filter(None, (holder, role, _("已超期") if asked.due else "")))


def notices_table(notices: Iterable[Notice], *, may_see_plan: bool) -> Table:
    """A person's notices, in words without personal data."""
    texts = {
        "overdue": _("下级有 %(count)s 项任务超期，最早期限 %(earliest)s"),
        "due:50": _("您有 %(count)s 项任务时间过半，最早 %(earliest)s 到期"),
        "due:80": _("您有 %(count)s 项任务将到期，最早 %(earliest)s 到期"),
        "due:100": _("您有 %(count)s 项任务到期，最早期限 %(earliest)s"),
        "recheck:50": _("您有 %(count)s 项回头看时间过半，最早 %(earliest)s 到期"),
        "recheck:80": _("您有 %(count)s 项回头看将到期，最早 %(earliest)s 到期"),
        "recheck:100": _("您有 %(count)s 项回头看到期，最早期限 %(earliest)s"),
        "recheck:overdue": _("下级有 %(count)s 项回头看超期，最早期限 %(earliest)s"),
        "delivery:due": _("%(source)s%(town)s今天应报送，还没有收到"),
        "delivery:late": _("%(source)s%(town)s应于 %(due)s 报送，已过 %(late)s 个工作日仍没有新报送"),
    }
    rows = [
        Row(
            [Cell(texts[one.kind] % _told(one.facts)), Cell(date_format(localtime(one.at), "Y-m-d H:i"))],
            url=_opens(one, may_see_plan=may_see_plan),
        )
        for one in notices
    ]
    return Table([Column(_("提醒")), Column(_("时间"), kind="date")], rows, empty=_("没有新的提醒"))


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "town": bracketed(facts["town"])} if facts.get("town") else facts


def _opens(notice: Notice, *, may_see_plan: bool) -> str:
    """The page where something can be done about it; none for a town that is told of its missing delivery."""
    if notice.kind.startswith("recheck:"):
        return reverse("rechecks")
    if not notice.kind.startswith("delivery:"):
        return reverse("tasks")
    return reverse("delivery_calendar") if may_see_plan else ""


def exemptions_table(rows: Iterable[Exemption]) -> Table:
    """Exemptions with their reasons and ends."""
    columns = [
        Column(_("问题"), noted=_("何人何地")),
        Column(_("理由")),
        Column(_("到期"), kind="date"),
        Column(_("由谁提出")),
        Column(_("状态"), noted=_("不批准的理由")),
    ]
    lines = [
        Row(
            [
                Cell(shown_message(one.finding), note=f"{shown_name(one.finding)} {_place(one.finding)}"),
                Cell(one.reason),
                Cell(one.expires_on.isoformat()),
                Cell(str(one.proposed_by)),
                Cell(one.get_state_display(), tone=EXEMPTED.get(one.state, "neutral"), note=_refusal(one)),
            ],
            url=reverse("finding", args=[one.finding.short_id]),
        )
        for one in rows
    ]
    return Table(columns, lines, empty=_("没有豁免"), empty_hint=_("经批准暂不整改的问题列在这里，到期自动重新打开。"))


def _refusal(one: Exemption) -> str:
    """Why it was refused, and who says so."""
    return f"{one.refused_why} · {one.approved_by}" if one.refused_why else ""


def handbacks_table(batches: Iterable[HandBack]) -> Table:
    """Batches of the county."""
    county = settings.INSTALLATION.county
    columns = [
        Column(_("批次"), noted=_("文件摘要")),
        Column(_("来源")),
        Column(_("条数"), kind="number"),
        Column(_("状态")),
        Column(_("由谁")),
    ]
    rows = [
        Row(
            [
                Cell(one.number, note=one.sha256[:12]),
                Cell(county.source(one.source).title),
                Cell(one.lines),
                Cell(
                    _("已录入") if one.entered_on else _("待录入") if one.sha256 else _("生成中"),
                    tone="success" if one.entered_on else "info",
                ),
                Cell(str(one.created_by or "")),
            ],
            url=reverse("handback", args=[one.pk]),
        )
        for one in batches
    ]
    return Table(columns, rows, empty=_("还没有回填批次"), empty_hint=_("县复核通过的补正会出现在这里。"))


def lines_table(lines: Iterable[Correction]) -> Table:
    """The lines of a batch, masked, with what the next delivery said."""
    columns = [Column(_("问题"), noted=_("姓名")), Column(_("字段")), Column(_("原值")), Column(_("现值")), Column(_("单元格"), kind="mono"), Column(_("印证"))]  # fmt: skip
    rows = [
        Row(
            [
                Cell(one.finding.short_id, note=one.finding.name),
                Cell(field_title(one.field)),
                Cell(one.before_mask),
                Cell(one.after_mask),
                Cell(f"{one.sheet} {one.cell}".strip()),
                Cell(one.get_state_display(), tone=PROOF.get(one.state, "info")),
            ],
            url=reverse("finding", args=[one.finding.short_id]),
        )
        for one in lines
    ]
    return Table(columns, rows)


CLOCKS = {
    "verify": gettext_lazy("入户核实"),
    "verify_urgent": gettext_lazy("入户核实（紧急）"),
    "village": gettext_lazy("村确认"),
    "town": gettext_lazy("镇审核"),
    "county": gettext_lazy("县复核"),
    "write_back": gettext_lazy("录入来源系统"),
    "answer": gettext_lazy("答复"),
    "recheck": gettext_lazy("回头看"),
}


def clock_rows(typed: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Terms: {name, label, workdays, now}.

    typed: forms that were not saved, by their term; such a form has what was typed, and now says what stands instead.
    """
    rows = []
    for name in DEFAULTS:
        stands, said = workdays_of(name), typed.get(name)
        now = _("现在是 %(n)s 个工作日") % {"n": stands} if said else ""
        workdays = said.get("workdays") if said else stands
        rows.append({"name": name, "label": str(CLOCKS[name]), "workdays": workdays, "now": now})
    return rows


def policy_rows(typed: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Levels of review: {level, label, mode, count, now}. typed: as of `clock_rows`, by `review-<level>`."""
    stored = {one.level: one for one in ReviewPolicy.objects.all()}
    rows = []
    for level, name in REVIEWS.items():
        stands, said = stored.get(level) or ReviewPolicy(level=level), typed.get(f"review-{level}")
        how = str(stands.count) if stands.mode == ReviewPolicy.Mode.COUNT else str(stands.get_mode_display())
        mode, count = (said.get("mode"), said.get("count")) if said else (stands.mode, stands.count)
        now = headed(_("现在是"), how) if said else ""
        rows.append({"level": level, "label": label_of(name), "mode": mode, "count": count, "now": now})
    return rows
