"""Pages of the background work: jobs, the plan, the calendar."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render

from taizhang.office.access.request import OfficeRequest
from taizhang.office.jobs.errors import NotCron, PlanNameTaken
from taizhang.office.jobs.forms import DayForm, ScheduleForm
from taizhang.office.jobs.models import DayOff, Schedule
from taizhang.office.jobs.presenting import days_table, job_line, jobs_table, plan_table
from taizhang.office.jobs.selectors import job_of, recent_jobs, schedule_of
from taizhang.office.jobs.services.planning import save_schedule, set_day
from taizhang.office.jobs.services.queue import cancel_job, restart_job
from taizhang.office.parts.model import Table


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
    schedule = schedule_of(schedule_id)
    return render(request, "jobs/schedule.html", {"schedule": schedule, "form": ScheduleForm.of(schedule)})


def schedule_save(request: OfficeRequest, schedule_id: int = 0) -> HttpResponse:
    """Write a line of the plan, new (0) or changed."""
    schedule = schedule_of(schedule_id) if schedule_id else None
    form = ScheduleForm(request.POST)
    if form.is_valid():
        try:
            save_schedule(actor=request.actor, schedule_id=schedule_id or None, **form.line())
        except (NotCron, PlanNameTaken) as error:
            form.add_error(error.fields[0], f"{error.message}{error.hint}")
        else:
            return redirect("schedules")
    return render(request, "jobs/schedule.html", {"form": form, "schedule": schedule}, status=422)


def calendar(request: OfficeRequest) -> HttpResponse:
    """The county's own days, and the form for another."""
    return render(
        request, "jobs/calendar.html", {"table": _days(), "form": DayForm(initial={"day": _asked_day(request)})}
    )


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
        return render(request, "jobs/calendar.html", {"table": _days(), "form": form}, status=422)
    set_day(actor=request.actor, **form.cleaned_data)
    return redirect("calendar")


def _days() -> Table:
    return days_table(DayOff.objects.order_by("-day"))
