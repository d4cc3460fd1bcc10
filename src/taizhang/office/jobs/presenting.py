"""Jobs and plans as the parts of pages."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taizhang.office.jobs.models import UNCHANGED, DayOff, Job, JobState, Schedule
from taizhang.office.jobs.rhythm import Rhythm
from taizhang.office.parts.model import Cell, Column, Progress, Row, Table, Tone
from taizhang.office.parts.told import told

TONES: dict[str, Tone] = {
    JobState.READY: "neutral", JobState.RUNNING: "info", JobState.DONE: "success", JobState.FAILED: "danger",
    JobState.DEAD: "danger", JobState.CANCELLED: "neutral",
}  # fmt: skip

KIND_NAMES: dict[str, Promise | str] = {
    "casework.remind": gettext_lazy("催办提醒"), "delivery.follow": gettext_lazy("核对报送期限"), "handback.write": gettext_lazy("写回填文件"), "intake.propose": gettext_lazy("读取报送"),
    "intake.watch": gettext_lazy("查看报送文件夹"), "keys.reseal": gettext_lazy("用新密钥重新加密"), "ledger.check": gettext_lazy("核对流水"),
    "sweep.run": gettext_lazy("排查"), "uploads.clear": gettext_lazy("清理未传完的文件"),
}  # fmt: skip

STAGE_NAMES: dict[str, Promise | str] = {
    "读取表格": gettext_lazy("读取表格"), "与上一批比较": gettext_lazy("与上一批比较"), "写入报送": gettext_lazy("写入报送"),
    "read": gettext_lazy("读取报送"), "link": gettext_lazy("认人认户"), "judge": gettext_lazy("推断真值"), "diagnose": gettext_lazy("诊断"),
    "tables": gettext_lazy("整理"), "rules": gettext_lazy("运行规则"), "findings": gettext_lazy("汇总问题"), "write": gettext_lazy("写结果"),
    "index": gettext_lazy("登记人和户"), "reseal": gettext_lazy("重新加密"),
}  # fmt: skip


def stage_name(stage: str) -> str:
    """What a stage of a job is called; its own word where nobody has named it."""
    return str(STAGE_NAMES.get(stage, stage))


def kind_name(kind: str) -> str:
    """What a kind of job is called; its id where nobody has named it."""
    return str(KIND_NAMES.get(kind, kind))


def moment(value: object) -> str:
    """A moment in the county's time, empty for none."""
    return date_format(localtime(value), "Y-m-d H:i") if value else ""  # type: ignore[arg-type]


def outcome(job: Job) -> str:
    """What a job that has ended says of itself: why it failed, or that there was nothing to do; empty for nothing."""
    if since := job.result.get(UNCHANGED):
        return _("自第 %(sweep)s 次排查以来，报送、规则和答复都没有变化，问题不会不同，没有重做。") % {"sweep": since}
    return told(job.error_text, job.error_code)


def jobs_table(jobs: Iterable[Job]) -> Table:
    """The list of jobs."""
    columns = [
        Column(_("后台任务")),
        Column(_("状态")),
        Column(_("进度")),
        Column(_("开始"), kind="date"),
        Column(_("由谁")),
    ]
    rows = [
        Row(
            [
                Cell(kind_name(job.kind), note=_("编号 %(number)d") % {"number": job.pk}),
                Cell(job.get_state_display(), tone=TONES[job.state], note=outcome(job)),
                Cell(f"{stage_name(job.stage)} {job.done:,}" if job.is_open and job.stage else ""),
                Cell(moment(job.started_at)),
                Cell(str(job.created_by or _("系统"))),
            ],
            url=reverse("job_progress", args=[job.pk]),
            key=str(job.pk),
        )
        for job in jobs
    ]
    return Table(columns, rows, empty=_("还没有后台任务"), empty_hint=_("上传报送或按计划排查后，这里显示进度。"))


def job_line(job: Job) -> Progress:
    """How far one job is."""
    return Progress(
        label=kind_name(job.kind),
        done=job.done,
        total=job.total,
        url=reverse("job_progress", args=[job.pk]),
        running=job.is_open,
        note=" · ".join(filter(None, (str(job.get_state_display()), stage_name(job.stage), outcome(job)))),
        tone="success" if job.state == JobState.DONE else "danger" if TONES[job.state] == "danger" else "",
    )


def plan_table(schedules: Iterable[Schedule]) -> Table:
    """The plan."""
    columns = [
        Column(_("计划")),
        Column(_("时间")),
        Column(_("下次"), kind="date"),
        Column(_("上次"), kind="date"),
        Column(_("状态")),
    ]
    rows = [
        Row(
            [
                Cell(one.name, note=kind_name(one.kind)),
                Cell(Rhythm.of(one.cron).words(), note=_("只在工作日") if one.workdays_only else ""),
                Cell(moment(one.next_at) if one.enabled else ""),
                Cell(moment(one.last_at)),
                Cell(_("启用") if one.enabled else _("停用"), tone="success" if one.enabled else "neutral"),
            ],
            url=reverse("schedule_edit", args=[one.pk]),
        )
        for one in schedules
    ]
    return Table(columns, rows, empty=_("还没有计划"), empty_hint=_("加一行，系统就会按时排查。"))


def days_table(days: Iterable[DayOff]) -> Table:
    """The county's own days."""
    columns = [Column(_("日期"), kind="date"), Column(_("是否上班")), Column(_("说明"))]
    rows = [
        Row([Cell(one.day.isoformat()), Cell(_("上班") if one.is_workday else _("放假"), tone="info"), Cell(one.note)])
        for one in days
    ]
    return Table(columns, rows, empty=_("没有本县自己的规定"))
