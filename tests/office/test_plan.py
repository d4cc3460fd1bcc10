"""The plan and its working days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as office
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st

from officepeople import actor
from taizhang.office.access.roles import Role
from taizhang.office.jobs.calendar import WorkCalendar
from taizhang.office.jobs.errors import NotCron
from taizhang.office.jobs.models import Job, Schedule
from taizhang.office.jobs.presenting import KIND_NAMES
from taizhang.office.jobs.services.planning import next_moment, save_schedule, set_day, tick

CHINA = ZoneInfo("Asia/Shanghai")
PUBLISHED = WorkCalendar({})
DAYS = st.dates(date(2019, 1, 1), date(2021, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2020, 1, 24), False),  # New Year's Eve of the lunar calendar, a Friday
        (date(2020, 1, 19), True),  # a Sunday on which people worked for it
        (date(2020, 1, 31), False),  # the holiday was prolonged for the epidemic
        (date(2020, 2, 19), True),
        (date(2020, 2, 22), False),
        (date(2199, 7, 1), True),  # nothing is published: a Monday
        (date(2199, 7, 6), False),
    ],
)
def test_working_days(day, works):
    assert PUBLISHED.is_workday(day) == works


def test_the_county_knows_better():
    assert WorkCalendar({date(2020, 2, 22): True}).is_workday(date(2020, 2, 22))


def test_three_working_days_over_a_weekend():
    assert PUBLISHED.add(date(2020, 2, 20), 3) == date(2020, 2, 25)


@given(DAYS, st.integers(0, 40))
def test_a_deadline_is_a_working_day_and_so_far_away(start, count):
    end = PUBLISHED.add(start, count)

    assert PUBLISHED.is_workday(end)
    assert PUBLISHED.between(start, end) == count or (count == 0 and end >= start)


@checked(deadline=None)  # a busy machine is no defect
@given(DAYS, DAYS)
def test_counting_backwards_is_counting_forwards(a, b):
    assert PUBLISHED.between(a, b) == -PUBLISHED.between(b, a)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_a_moment_on_a_day_off_moves_to_the_next_working_day():
    assert next_moment("0 6 * * *", at("2020-01-23T07:00"), PUBLISHED) == at("2020-02-03T06:00")
    assert next_moment("0 6 * * *", at("2020-01-23T07:00"), None) == at("2020-01-24T06:00")


@pytest.mark.parametrize("text", ["", "daily", "0 25 * * *", "* * * * * *", "@daily"])
def test_what_is_no_plan_is_refused(text):
    with pytest.raises(NotCron):
        next_moment(text, at("2020-02-19T07:00"), None)


@pytest.fixture
def daily(db, settings):
    """A daily plan that was due at six."""
    settings.JOB_HANDLERS = {"sweep.run": ("sweep", "none")}
    schedule = save_schedule(
        actor=actor(Role.CENTRE_OPERATOR),
        name="每日排查",
        kind="sweep.run",
        cron="0 6 * * *",
        workdays_only=False,
        enabled=True,
    )
    Schedule.objects.update(next_at=at("2020-02-19T06:00"))
    return schedule


def test_what_is_due_is_queued_once_however_many_tick(daily):
    moment = at("2020-02-19T06:01")

    assert [tick(moment), tick(moment)] == [1, 0]
    assert Job.objects.count() == 1
    assert Schedule.objects.get().next_at == at("2020-02-20T06:00")


def test_missed_moments_are_made_up_once(daily):
    assert tick(at("2020-02-25T10:00")) == 1
    assert Job.objects.count() == 1


def test_nothing_is_queued_before_its_time_or_when_switched_off(daily):
    assert tick(at("2020-02-19T05:59")) == 0
    Schedule.objects.update(enabled=False)
    assert tick(at("2020-02-19T06:01")) == 0


@pytest.mark.django_db
def test_a_day_that_the_county_sets_counts():
    set_day(actor=actor(Role.CENTRE_OPERATOR), day=date(2020, 2, 22), is_workday=True, note="补班")

    assert WorkCalendar.of_county().is_workday(date(2020, 2, 22))


def test_every_kind_of_job_has_a_name():
    assert set(office.JOB_HANDLERS) <= set(KIND_NAMES)
