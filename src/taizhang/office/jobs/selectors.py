"""Questions about jobs and the plan."""

from django.db.models import QuerySet

from taizhang.office.errors import NotFound
from taizhang.office.jobs.models import OPEN_STATES, Job, Schedule


def recent_jobs(*, limit: int = 100) -> QuerySet[Job]:
    """The newest jobs, with who asked for them."""
    return Job.objects.select_related("created_by")[:limit]


def open_jobs(kind: str) -> QuerySet[Job]:
    """Jobs of a kind that wait or run."""
    return Job.objects.filter(kind=kind, state__in=OPEN_STATES)


def job_of(job_id: int) -> Job:
    """One job. Raises NotFound."""
    job = Job.objects.select_related("created_by").filter(pk=job_id).first()
    if job is None:
        raise NotFound
    return job


def schedule_of(schedule_id: int) -> Schedule:
    """One line of the plan. Raises NotFound."""
    schedule = Schedule.objects.filter(pk=schedule_id).first()
    if schedule is None:
        raise NotFound
    return schedule
