"""Questions about jobs and the plan."""

from django.db.models import QuerySet

from taizhang.office.errors import NotFound
from taizhang.office.jobs.models import Job, JobState, Schedule


def recent_jobs(*, limit: int = 100) -> QuerySet[Job]:
    """The newest jobs, with who asked for them."""
    return Job.objects.select_related("created_by")[:limit]


def waits_to_begin(kind: str) -> bool:
    """Whether a job of a kind waits whose work is all before it: one that broke off may only have its last steps to do."""
    return Job.objects.filter(kind=kind, state=JobState.READY, failures=0).exists()


def was_asked_for(key: str) -> bool:
    """Whether a job of this key was ever queued."""
    return Job.objects.filter(key=key).exists()


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
