"""When deliveries are due: the days, what serves them, what is told, and the sweep that follows."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings as office
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st

from officepeople import COUNTY, OTHER_TOWN, SETUP, TOWN, actor, person
from officesweeps import FAR_VILLAGE, HOME_VILLAGE, finding
from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import Assignment
from taizhang.office.casework.models import Notice
from taizhang.office.duedates.due import Arrival, Standing, due_days, served, standings
from taizhang.office.duedates.errors import NoSuchSource, NotADay
from taizhang.office.duedates.models import Term
from taizhang.office.duedates.selectors import Arrivals, Looked, dues_of, planned_sweeps
from taizhang.office.duedates.services import end_term, follow, save_term
from taizhang.office.errors import NotFound
from taizhang.office.jobs.calendar import WorkCalendar
from taizhang.office.jobs.models import Job, JobState
from taizhang.office.jobs.services.planning import save_schedule, set_day
from taizhang.office.places.models import Division

PUBLISHED = WorkCalendar({})
NUMBERS = count()
"""Deliveries bear the digest of what they hold, so no name is ever used twice."""
HOME, FAR = f"{TOWN.prefix}000", f"{OTHER_TOWN.prefix}000"
DAYS = st.dates(date(2018, 3, 1), date(2020, 12, 31))


def came(as_of, on=None):
    return Arrival("city", as_of.isoformat(), as_of, on or as_of)


def days_of(every, day, first, last):
    return due_days(every, day, date.fromisoformat(first), date.fromisoformat(last), PUBLISHED)


def test_a_day_off_moves_to_the_next_working_day():
    assert days_of("month", 25, "2020-01-01", "2020-03-31") == [date(2020, 2, 3), date(2020, 2, 25), date(2020, 3, 25)]


def test_the_last_day_of_a_short_month_and_the_last_month_of_a_quarter():
    assert days_of("month", 31, "2019-02-01", "2019-03-01") == [date(2019, 2, 28)]
    assert days_of("quarter", 30, "2019-02-01", "2019-12-31") == [date(2019, 4, 1), date(2019, 7, 1), date(2019, 9, 30), date(2019, 12, 30)]  # fmt: skip


def test_two_weeks_that_meet_after_a_holiday_are_one_day():
    assert days_of("week", 5, "2020-01-20", "2020-02-10") == [date(2020, 2, 3), date(2020, 2, 7)]


def test_the_countys_own_days_move_what_is_due():
    own = WorkCalendar({date(2020, 2, 25): False})

    assert due_days("month", 25, date(2020, 2, 10), date(2020, 2, 29), own) == [date(2020, 2, 26)]


@checked(deadline=None)  # a busy machine is no defect
@given(st.sampled_from([("workday", 0), ("week", 3), ("month", 31), ("quarter", 15)]), DAYS, st.integers(0, 300))
def test_every_due_day_is_a_working_day_of_its_period_and_stands_there_whatever_else_is_asked(rule, first, length):
    last = first + timedelta(days=length)

    found = due_days(*rule, first, last, PUBLISHED)

    assert found == sorted(set(found))
    assert all(PUBLISHED.is_workday(day) and first <= day <= last for day in found)
    wider = due_days(*rule, first - timedelta(days=50), last + timedelta(days=50), PUBLISHED)
    assert found == [day for day in wider if first <= day <= last]


MONTHS = [date(2020, month, 25) for month in (3, 5, 6)] + [date(2020, 8, 25)]


@pytest.mark.parametrize(
    ("as_of", "serves"),
    [
        (date(2020, 5, 25), date(2020, 5, 25)),
        (date(2020, 5, 20), date(2020, 5, 25)),
        (date(2020, 5, 28), date(2020, 5, 25)),  # drawn three days late, while that day was still open
        (date(2020, 6, 20), date(2020, 6, 25)),  # nearer to the next: the one before stays open
        (date(2020, 9, 1), None),
    ],
)
def test_a_delivery_serves_the_period_that_its_data_are_of(as_of, serves):
    assert list(served(MONTHS, [came(date(2020, 3, 25)), came(as_of)])) == [
        date(2020, 3, 25),
        *([serves] if serves else []),
    ]


def test_a_second_delivery_of_a_period_serves_nothing_else():
    early, again = came(date(2020, 5, 20)), came(date(2020, 5, 24))

    assert served(MONTHS, [early, again]) == {date(2020, 5, 25): early}


@checked(deadline=None)
@given(st.lists(DAYS, unique=True, min_size=2).map(sorted), st.lists(st.tuples(DAYS, st.integers(0, 90))))
def test_no_delivery_serves_two_days_and_none_a_day_it_is_not_of(days, deliveries):
    arrivals = [came(as_of, as_of + timedelta(days=wait)) for as_of, wait in deliveries]

    found = served(days, arrivals)

    assert len({id(one) for one in found.values()}) == len(found)
    for day, arrival in found.items():
        at = days.index(day)
        assert at == 0 or arrival.as_of > days[at - 1]
        assert arrival.as_of <= day or arrival.as_of <= days[at + 1]


def test_how_days_stand():
    arrivals = [came(date(2020, 5, 25)), came(date(2020, 6, 24), date(2020, 6, 29))]
    days = [date(2020, 3, 25), date(2020, 5, 25), date(2020, 6, 28), date(2020, 8, 25), date(2020, 9, 25)]

    found = standings(days, arrivals, today=date(2020, 8, 28), calendar=PUBLISHED)

    assert [(one.standing, one.late) for one in found] == [
        (Standing.ON_TIME, 0),
        (Standing.LATE, 1),  # the dragon boat festival moved the day to a Sunday on which people worked
        (Standing.OVERDUE, 3),
        (Standing.COMING, 0),
    ]


def test_a_weekend_makes_nothing_late():
    days, saturday = [date(2020, 8, 21), date(2020, 8, 28), date(2020, 9, 4)], date(2020, 8, 29)

    open_, served_ = (
        standings(days, arrivals, today=saturday, calendar=PUBLISHED)[0].standing
        for arrivals in ([], [came(date(2020, 8, 28), saturday)])
    )

    assert (open_, served_) == (Standing.TODAY, Standing.ON_TIME)


def test_what_was_never_sent_is_missed_once_the_next_is_past():
    found = standings(MONTHS, [], today=date(2020, 6, 26), calendar=PUBLISHED)

    assert [one.standing for one in found] == [Standing.MISSED, Standing.TODAY, Standing.COMING]


@pytest.fixture
def towns(db):
    for code, name in ((HOME, "龙亭镇"), (FAR, "磨子桥镇")):
        Division.objects.create(code=code, name=name, level=4)


@pytest.fixture
def deliver(lake):
    """Puts a delivery of a source into the lake: rows of a village, taken in on a day."""

    def deliver(as_of, *, source="city", village=HOME_VILLAGE, on=None):
        name = f"{as_of}-{next(NUMBERS):012x}"
        lake.delivery(source, name, [{"name": "王建军", "village_code": village}], date.fromisoformat(as_of))
        folder = Path(office.INSTALLATION.county.data) / "deliveries" / source / name
        noon = datetime.combine(date.fromisoformat(on or as_of), datetime.min.time(), UTC) + timedelta(hours=4)
        (folder / "manifest.json").write_text(json.dumps({
            "source": source, "as_of": as_of, "taken_at": noon.isoformat(), "digest": name[-12:], "files": [],
            "rows": {"record": 1}, "held": {"held": False, "reasons": []},
            "counts": {"read": 1, "skipped": {}, "quarantined": 0, "waiting_sheets": 0, "refused_files": 0},
        }), "utf-8")  # fmt: skip
        return name

    return deliver


def rule(town="", every="month", day=25, since="2020-05-01", source="city"):
    return save_term(
        actor=actor(Role.CENTRE_OPERATOR),
        source=source,
        town=town,
        every=every,
        day=day,
        today=date.fromisoformat(since),
    )


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"source": "unheard"}, NoSuchSource),
        ({"town": "610723999000"}, NoSuchSource),
        ({"every": "year"}, NotADay),
        ({"day": 0}, NotADay),
        ({"every": "week", "day": 8}, NotADay),
        ({"every": "workday", "day": 1}, NotADay),
    ],
)
def test_a_rule_that_says_nothing_is_refused(towns, changed, error):
    with pytest.raises(error):
        rule(**changed)
    assert not Term.objects.exists()


def test_a_new_rule_ends_the_one_before_and_keeps_what_it_made_due(towns):
    first = rule(since="2020-05-01")
    second = rule(day=10, since="2020-06-15")

    first.refresh_from_db()
    assert (first.ends_on, second.ends_on) == (date(2020, 6, 14), None)
    looked, until = Looked(date(2020, 7, 20)), date(2020, 7, 31)
    assert [one.on for one in dues_of(first, looked, until=until)] == [date(2020, 5, 25)]
    assert [one.on for one in dues_of(second, looked, until=until)] == [date(2020, 7, 10)]


def test_the_database_holds_one_rule_at_a_time(towns):
    first = rule()

    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(source="city", every="month", day=1, begins_on=first.begins_on)


def test_a_rule_of_today_that_is_changed_today_leaves_no_trace_but_in_the_ledger(towns):
    rule()
    rule(day=20)

    assert [one.day for one in Term.objects.all()] == [20]


def test_ending_twice_is_not_possible(towns):
    term, operator = rule(), actor(Role.CENTRE_OPERATOR)
    end_term(actor=operator, term_id=term.pk, today=date(2020, 6, 1))

    with pytest.raises(NotFound):
        end_term(actor=operator, term_id=term.pk, today=date(2020, 6, 2))


def test_a_town_has_delivered_when_its_rows_are_there(towns, deliver):
    deliver("2020-05-24", village=FAR_VILLAGE)
    deliver("2020-05-25")

    assert [one.as_of.day for one in Arrivals().of("city", HOME)] == [25]
    assert [one.as_of.day for one in Arrivals().of("city", FAR)] == [24]
    assert [one.as_of.day for one in Arrivals().of("city")] == [24, 25]


def notices():
    return sorted(Notice.objects.values_list("kind", "user__username", "facts__late"))


def test_what_does_not_come_is_told_on_its_day_on_the_next_and_every_fifth(towns):
    operator, lead = (
        person(Role.CENTRE_OPERATOR, username="operator"),
        person(Role.TOWN_DATA_LEAD, TOWN, username="lead"),
    )
    person(Role.TOWN_DATA_LEAD, OTHER_TOWN, username="far")
    Assignment.objects.update(valid_from=date(2020, 1, 1))
    Term.objects.create(source="city", town=HOME, every="month", day=25, begins_on=date(2020, 5, 1), saved_by=operator)

    told = {}
    for offset in range(9):  # Monday to the Tuesday after
        day = date(2020, 5, 25) + timedelta(days=offset)
        told[day.day] = [follow(actor=SETUP, today=day)["notices"] for _ in range(2)]

    assert told == {25: [2, 0], 26: [2, 0], 27: [0, 0], 28: [0, 0], 29: [0, 0], 30: [0, 0], 31: [0, 0], 1: [2, 0], 2: [0, 0]}  # fmt: skip
    assert notices() == [
        ("delivery:due", "lead", 0), ("delivery:due", "operator", 0),
        ("delivery:late", "lead", 1), ("delivery:late", "lead", 5),
        ("delivery:late", "operator", 1), ("delivery:late", "operator", 5),
    ]  # fmt: skip
    assert lead.notices.count() == 3


def test_what_came_is_told_to_nobody(towns, deliver):
    rule()
    deliver("2020-05-20")

    assert follow(actor=SETUP, today=date(2020, 5, 25))["notices"] == 0


def test_a_sweep_follows_what_came_once(towns, lake, deliver):
    rule()
    swept = deliver("2020-05-20")
    lake.imported([finding(1, "王建军")], deliveries=[
        {"source": "city", "title": "city", "delivery": swept, "as_of": "2020-05-20", "held": False}
    ])  # fmt: skip
    today = date(2020, 5, 22)
    assert follow(actor=SETUP, today=today)["sweeps"] == 0

    deliver("2020-05-21")
    assert [follow(actor=SETUP, today=today)["sweeps"] for _ in range(2)] == [1, 0]
    Job.objects.update(state=JobState.DONE)
    assert follow(actor=SETUP, today=today)["sweeps"] == 0
    assert Job.objects.get().kind == "sweep.run"


def test_what_comes_later_is_asked_for_although_an_older_sweep_was_given_up(towns, lake, deliver):
    rule(source="city")
    rule(source="national")
    today = date(2020, 5, 22)
    deliver("2020-05-20", source="national")
    assert follow(actor=SETUP, today=today)["sweeps"] == 1
    Job.objects.update(state=JobState.CANCELLED)

    deliver("2020-05-21", source="city")

    assert [follow(actor=SETUP, today=today)["sweeps"] for _ in range(2)] == [1, 0]


def test_sweeps_of_the_plan_stand_on_their_working_days(db):
    calendar, first = WorkCalendar({}), date.today() + timedelta(days=7)
    operator = actor(Role.CENTRE_OPERATOR)
    for name, cron, enabled in (("每日", "0 6 * * *", True), ("每分", "* * * * *", True), ("停", "0 7 * * *", False)):
        save_schedule(
            actor=operator, name=name, kind="sweep.run", cron=cron, workdays_only=name == "每日", enabled=enabled
        )

    found = planned_sweeps(first, first + timedelta(days=6), calendar)

    daily = [one.at.astimezone().date() for one in found if one.name == "每日"]
    assert len(daily) == len(set(daily)) == sum(calendar.is_workday(first + timedelta(days=n)) for n in range(7))
    assert len([one for one in found if one.name == "每分"]) == 7 * 12
    assert not [one for one in found if one.name == "停"]


@pytest.fixture
def operator_page(client, towns):
    client.force_login(person(Role.CENTRE_OPERATOR))
    return client


def test_the_month_shows_what_is_due_and_what_came(operator_page, deliver):
    Term.objects.create(source="city", town=HOME, every="month", day=25, begins_on=date(2020, 5, 1))
    came = deliver("2020-05-24", on="2020-05-27")
    set_day(actor=actor(Role.CENTRE_OPERATOR), day=date(2020, 5, 26), is_workday=False, note="防汛")

    text = operator_page.get(reverse("delivery_calendar") + "?month=2020-05").content.decode()

    assert "龙亭镇" in text
    assert "迟 1 个工作日" in text  # two days, of which the county took one off
    assert reverse("delivery", args=["city", came]) in text
    other = operator_page.get(reverse("delivery_calendar") + "?month=2020-05&source=national").content.decode()
    assert "迟 1 个工作日" not in other.split("<section>")[0]


def test_the_due_days_of_a_month_are_exported(operator_page, deliver):
    Term.objects.create(source="city", town=HOME, every="month", day=25, begins_on=date(2020, 4, 1))
    came = deliver("2020-05-24", on="2020-05-27")
    url = f"{reverse('delivery_calendar')}?month=2020-05&source=city"
    assert reverse("delivery_calendar_export") in operator_page.get(url).content.decode()

    answer = operator_page.post(
        f"{reverse('delivery_calendar_export')}?month=2020-05&source=city", {"reason": "月度通报"}
    )

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(min_row=3, values_only=True))
    (row,) = rows  # neither April's nor June's, though their days stand on the page too
    assert [str(cell)[:10] for cell in row] == [
        "2020-05-25", "市互联网+平台", "龙亭镇", "迟报", "2", "2020-05-24", "2020-05-27", came[:10]
    ]  # fmt: skip


@pytest.mark.parametrize("month", ["", "2020-13", "0001-01", "9999-12", "x"])
def test_an_address_that_names_no_month_shows_this_one(operator_page, month):
    response = operator_page.get(reverse("delivery_calendar"), {"month": month})

    assert response.status_code == 200
    assert f"{date.today():%Y-%m}" in response.content.decode()


def test_a_rule_is_written_and_ended_on_the_page(operator_page):
    saved = operator_page.post(
        reverse("delivery_term_save"), {"source": "city", "town": "", "every": "week", "day": "1"}
    )
    wrong = operator_page.post(
        reverse("delivery_term_save"), {"source": "city", "town": "", "every": "week", "day": "9"}
    )

    assert (saved.status_code, wrong.status_code) == (302, 422)
    assert "E-TERM" not in wrong.content.decode()
    assert "每周写 1 到 7" in wrong.content.decode()
    term = Term.objects.get()
    assert (term.every, term.day) == ("week", 1)
    operator_page.post(reverse("delivery_term_end", args=[term.pk]))
    assert not Term.objects.filter(ends_on=None).exists()


def test_a_reviewer_reads_and_does_not_write(client, towns):
    client.force_login(person(Role.CENTRE_REVIEWER, COUNTY))

    assert reverse("delivery_term_save") not in client.get(reverse("delivery_calendar")).content.decode()
    assert (
        client.post(reverse("delivery_term_save"), {"source": "city", "every": "week", "day": "1"}).status_code == 403
    )


def test_notices_of_deliveries_are_read(operator_page):
    user = person(Role.TOWN_DATA_LEAD, TOWN)
    facts = {"source": "市级平台", "town": "龙亭镇", "due": "2020-05-25", "late": 5}
    for kind in ("delivery:due", "delivery:late"):
        Notice.objects.create(user=user, key=kind, kind=kind, facts=facts)
    operator_page.force_login(user)

    text = operator_page.get(reverse("notices")).content.decode()

    assert "市级平台（龙亭镇）应于 2020-05-25 报送，已过 5 个工作日仍没有新报送" in text
    assert reverse("delivery_calendar") not in text.split("<main")[1]
