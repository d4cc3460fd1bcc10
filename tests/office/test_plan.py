"""The plan and its working days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as office
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st

from officepeople import actor, person
from taizhang.office.access.roles import Role
from taizhang.office.jobs.calendar import WorkCalendar
from taizhang.office.jobs.errors import NotCron
from taizhang.office.jobs.models import Job, Schedule
from taizhang.office.jobs.presenting import KIND_NAMES
from taizhang.office.jobs.rhythm import MINUTES, WEEKDAYS, Every, Rhythm
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


@pytest.mark.parametrize(
    ("cron", "every", "words"),
    [
        ("30 2 * * *", Every.DAY, "每天 02:30"),
        ("0 6 * * 1-5", Every.WEEK, "每周一至周五 06:00"),
        ("5 18 * * 0", Every.WEEK, "每周日 18:05"),
        ("0 8 25 * *", Every.MONTH, "每月 25 日 08:00"),
        ("40 * * * *", Every.HOUR, "每小时第 40 分"),
        ("*/5 * * * *", Every.MINUTES, "每 5 分钟"),
        ("0 8 31 * *", Every.CRON, "0 8 31 * *"),
        ("*/45 * * * *", Every.CRON, "*/45 * * * *"),
        ("0 25 * * *", Every.CRON, "0 25 * * *"),
        ("0 6,18 * * *", Every.CRON, "0 6,18 * * *"),
    ],
)
def test_a_plan_is_told_in_words_that_people_use(cron, every, words):
    rhythm = Rhythm.of(cron)

    assert (rhythm.every, rhythm.words()) == (every, words)
    assert rhythm.as_cron() == cron


RHYTHMS = st.builds(
    Rhythm, st.sampled_from([one for one in Every if one != Every.CRON]), st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(sorted(WEEKDAYS)), st.integers(1, 28), st.sampled_from(MINUTES),
)  # fmt: skip


@checked(deadline=None)  # a busy machine is no defect
@given(RHYTHMS)
def test_what_is_chosen_comes_back_from_what_is_kept(rhythm):
    kept = rhythm.as_cron()

    assert Rhythm.of(kept).as_cron() == kept
    assert Rhythm.of(kept).every == rhythm.every
    assert next_moment(kept, at("2020-02-19T07:00"), None) > at("2020-02-19T07:00")


@pytest.fixture
def operator(db, client):
    """The browser of an operator."""
    client.force_login(person(Role.CENTRE_OPERATOR))
    return client


PLAN = {"name": "每周排查", "kind": "sweep.run", "every": "week", "weekday": "1", "at": "06:30", "enabled": "on"}


def test_a_plan_is_made_from_the_form_and_shown_in_words(operator):
    assert operator.post("/plan/new", PLAN).status_code == 302

    assert Schedule.objects.get().cron == "30 6 * * 1"
    assert "每周一 06:30" in operator.get("/plan/").content.decode()


def test_a_plan_that_only_cron_can_say_stays_as_it_is_when_its_name_is_corrected(operator, daily):
    Schedule.objects.update(cron="0 6,18 * * *")
    page = operator.get(f"/plan/{daily.pk}/").context["form"]
    said = {name: value for name, value in page.initial.items() if value not in (None, False)}

    operator.post(f"/plan/{daily.pk}/save", {**said, "name": "早晚排查"})

    assert list(Schedule.objects.values_list("name", "cron")) == [("早晚排查", "0 6,18 * * *")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"at": ""}, "at"),
        ({"every": "month", "day": "31"}, "day"),
        ({"every": "minutes", "minutes": ""}, "minutes"),
        ({"every": "minutes", "minutes": "45"}, "minutes"),
        ({"every": "cron", "cron": "daily"}, "cron"),
        ({"every": "cron", "cron": ""}, "cron"),
        ({"name": "每日排查"}, "name"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(operator, daily, change, field):
    answer = operator.post("/plan/new", {**PLAN, **change})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Schedule.objects.count() == 1


def test_a_refused_change_of_a_line_still_changes_that_line(operator, daily):
    answer = operator.post(f"/plan/{daily.pk}/save", {**PLAN, "at": ""})

    assert f'action="/plan/{daily.pk}/save"' in answer.content.decode()
