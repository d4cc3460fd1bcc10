"""Pages of the background work: jobs, the plan, the calendar."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.errors import Stale
from taizhang.office.jobs.errors import NotCron, PlanNameTaken
from taizhang.office.jobs.forms import DayForm, ScheduleForm
from taizhang.office.jobs.models import DayOff, Schedule
from taizhang.office.jobs.presenting import days_table, job_line, jobs_table, plan_table
from taizhang.office.jobs.selectors import job_of, recent_jobs, schedule_of
from taizhang.office.jobs.services.planning import save_schedule, set_day
from taizhang.office.jobs.services.queue import cancel_job, restart_job
from taizhang.office.ledger.selectors import newest_about
from taizhang.office.parts.model import Table
from taizhang.office.parts.typed import whole_number

UNFIT = 422


def jobs(request: OfficeRequest) -> HttpResponse:
    """The newest jobs."""
    return render(request, "jobs/jobs.html", {"table": jobs_table(recent_jobs())})


def job_progress(request: OfficeRequest, job_id: int) -> HttpResponse:
    """The progress of one job, asked for again while it is open."""
    job = job_of(job_id)
    template = "office/parts/progress.html" if request.htmx else "jobs/job.html"
    return render(request, template, {"job": job, "progress": job_line(job)})


def job_cancel(request: OfficeRequest, job_id: int) -> HttpResponse:
    """End a job."""
    cancel_job(actor=request.actor, job_id=job_id)
    return redirect("jobs")


def job_restart(request: OfficeRequest, job_id: int) -> HttpResponse:
    """Run a job that ended badly again."""
    restart_job(actor=request.actor, job_id=job_id)
    return redirect("jobs")


def schedules(request: OfficeRequest) -> HttpResponse:
    """The plan."""
    return render(request, "jobs/schedules.html", {"table": plan_table(Schedule.objects.all()), "form": ScheduleForm()})


def schedule_edit(request: OfficeRequest, schedule_id: int) -> HttpResponse:
    """One line of the plan."""
    stood, schedule = newest_about("schedule"), schedule_of(schedule_id)
    context = {"schedule": schedule, "form": ScheduleForm.of(schedule), "stood": stood}
    return render(request, "jobs/schedule.html", context)


def schedule_save(request: OfficeRequest, schedule_id: int = 0) -> HttpResponse:
    """Write a line of the plan, new (0) or changed."""
    schedule = schedule_of(schedule_id) if schedule_id else None
    form, stood, status = ScheduleForm(request.POST), newest_about("schedule"), UNFIT
    if form.is_valid():
        try:
            save_schedule(actor=request.actor, schedule_id=schedule_id or None, **form.line(), stood=_stood(request))
        except (NotCron, PlanNameTaken) as error:
            form.add_error(error.fields[0], f"{error.message}{error.hint}")
        except Stale as error:
            form.add_error(None, _overtaken(error))
            status = error.status
        else:
            return redirect("schedules")
    context = {"form": form, "schedule": schedule, "stood": stood}
    return render(request, "jobs/schedule.html", context, status=status)


def _stood(request: OfficeRequest) -> int | None:
    """Number of the last entry that the page knew of on which a form stood."""
    return whole_number(request.POST.get("stood", ""))


def _overtaken(error: Stale) -> str:
    """What to tell above a form that somebody else was faster with; what was typed stands in it again."""
    return f"{error.message} {error.happened} " + _("您填的还在下面，没有保存；要以您的为准，再按一次“保存”。")


def calendar(request: OfficeRequest) -> HttpResponse:
    """The county's own days, and the form for another."""
    return _calendar(request, DayForm(initial={"day": _asked_day(request)}))


def _calendar(request: OfficeRequest, form: DayForm, status: int | None = None) -> HttpResponse:
    stood = newest_about("day")
    return render(request, "jobs/calendar.html", {"table": _days(), "form": form, "stood": stood}, status=status)


def _asked_day(request: OfficeRequest) -> date | None:
    """The day that an address names, for the form."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


def calendar_save(request: OfficeRequest) -> HttpResponse:
    """Say what one day is."""
    form = DayForm(request.POST)
    if not form.is_valid():
        return _calendar(request, form, UNFIT)
    try:
        set_day(actor=request.actor, **form.cleaned_data, stood=_stood(request))
    except Stale as error:
        form.add_error(None, _overtaken(error))
        return _calendar(request, form, error.status)
    return redirect("calendar")


def _days() -> Table:
    return days_table(DayOff.objects.order_by("-day"))
