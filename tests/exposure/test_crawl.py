"""Every page that a role can reach, followed link by link: nothing of another division, and no full ID number, anywhere.

Links, fragments that pages ask for, addresses in charts and scripts, lists with every filter, exports opened as files,
searches, refused steps and their error texts, and what was written into the log meanwhile.
"""

import html
import io
import logging
import re
import zipfile
from collections import deque

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404

from officepeople import COUNTY, ELSEWHERE, OTHER_TOWN, TOWN
from officepeople import person as account
from officesweeps import FAR_VILLAGE, HOME_VILLAGE, number_of
from officeworld import (
    FAR_HOUSEHOLD,
    FAR_MARKS,
    FAR_NAME,
    FAR_PERSON,
    FAR_PHONE,
    FAR_RULE,
    HOME_NAME,
    HOME_PERSON,
    OPEN,
    PAPERS,
    build,
    full_id,
    short_id,
)
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.table import role_permissions
from taizhang.office.findings.catalogue import rule_title
from taizhang.office.jobs.models import Job
from taizhang.office.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FULL = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])")
ADDRESS = re.compile(
    r"""(?:href|src|action|hx-get|data-[a-z-]+)="(/[^"#]*)|"(/(?:findings|sweeps|jobs|people|households)[^"#]*)\""""
)
EXPORT = re.compile(r'action="(/[^"#]*/export(?:\?[^"]*)?)"')
MOST = 400
BUSINESS = [
    role for role in Role if "finding.list" in role_permissions()[role] or "sweep.see" in role_permissions()[role]
]
PERSONS_SEEN = {role for role in Role if role_permissions()[role] & {"finding.list", "person.search"}}
SEARCHES = (FAR_NAME, FAR_NAME[:2], number_of(FAR_PERSON), FAR_PHONE, FAR_HOUSEHOLD, HOME_NAME, number_of(HOME_PERSON))


class Crawl:
    """One browser that looks at everything it can reach. seen: texts by what was asked for."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        self.seen, self.fragments = {}, set()

    def everything(self, *starts):
        """Follow all links from the first page, every page once whatever its filters beyond the first few."""
        waiting, known, views = deque(["/", *starts]), {"/", *starts}, {}
        while waiting and len(self.seen) < MOST:
            url = waiting.popleft()
            text = self.get(url)
            for found in addresses(text):
                name = view_of(found)
                if name and found not in known and views.setdefault(name, 0) < 4 and name != "account_logout":
                    known.add(found)
                    views[name] += 1
                    waiting.append(found)

    def get(self, url):
        """The text of a page, and once of the fragment that a script would ask for."""
        text = self.keep(f"GET {url}", self.client.get(url))
        if view_of(url) not in self.fragments:
            self.fragments.add(view_of(url))
            self.keep(f"GET {url} (fragment)", self.client.get(url, headers={"HX-Request": "true"}))
        return text

    def post(self, name, args=(), **words):
        """Send a form and follow where it leads."""
        self.keep(
            f"POST {name} {args}", self.client.post(reverse(name, args=args), words, follow=True), echo=words.values()
        )

    def offered(self):
        """Every export that a page offers."""
        return {html.unescape(one) for text in list(self.seen.values()) for one in EXPORT.findall(text)}

    def take_out(self, urls):
        """Export lists."""
        for url in urls:
            self.keep(f"POST {url}", self.client.post(url, {"reason": "核对工作需要"}))

    def keep(self, asked, response, echo=()):
        """Keep the text of an answer; what was typed comes back in the field it was typed into, and only there."""
        text = text_of(response)
        for typed in echo:
            text = text.replace(f'value="{html.escape(str(typed))}"', "")
        self.seen[asked] = text + " ".join(str(value) for value in response.headers.values())
        return text

    def holding(self, marks):
        """Where any of these texts stands."""
        return [f"{asked}: {mark}" for asked, text in self.seen.items() for mark in marks if mark in text]

    def full_numbers(self):
        """Where a full ID number stands."""
        return [asked for asked, text in self.seen.items() if FULL.search(text)]


def addresses(text):
    """Every address of ours on a page, in attributes and in data of scripts."""
    return [
        html.unescape(one or other) for one, other in ADDRESS.findall(text) if not (one or other).startswith("/static")
    ]


def view_of(url):
    """The name of the page an address opens; empty for none."""
    try:
        return resolve(url.split("?")[0]).view_name or ""
    except Resolver404:
        return ""


def text_of(response):
    """The text of an answer; a workbook as the text of everything in it."""
    content = b"".join(response)
    if content[:2] != b"PK":
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def look_at_everything(crawl):
    """Follow every link, ask for everything that is not linked, and try every step on what is one's own and what is not."""
    starts = [f"{reverse('findings')}?state=all&sort={one}" for one in ("name", "-place", "rule")]
    starts += [
        f"{reverse('findings')}?state=all&place={one}"
        for one in (HOME_VILLAGE, FAR_VILLAGE, "610723108000", "610724000000")
    ]
    starts += [
        f"{reverse('findings')}?state=all&rule={FAR_RULE}",
        f"{reverse('findings')}?household={FAR_PERSON}&state=all",
    ]
    starts += [
        f"{reverse('tasks')}?all=1",
        reverse("exemptions"),
        reverse("handbacks"),
        reverse("sources"),
        "/no-such-page",
    ]
    for one in range(OPEN, OPEN + 9):
        starts.append(reverse("finding", args=[short_id(full_id(one))]))
    for one in (HOME_PERSON, FAR_PERSON):
        starts += [reverse(name, args=[one]) for name in ("person", "household", "person_reads")]
    crawl.everything(*starts)
    for typed in SEARCHES:
        crawl.post("search_results", q=typed)
    crawl.take_out(crawl.offered())
    for query in ("state=all", f"state=all&place={FAR_VILLAGE}", f"state=all&rule={FAR_RULE}"):
        crawl.take_out(
            [f"{reverse(name)}?{query}" for name in ("findings_export", "finding_rows_export", "recheck_rows_export")]
        )
    crawl.take_out([reverse("persons_export", args=[one]) for one in (HOME_VILLAGE, FAR_VILLAGE)])
    crawl.take_out([reverse("tasks_export") + "?all=1", reverse("exemptions_export"), reverse("rechecks_export")])
    for typed in SEARCHES:
        crawl.post("search_results_export", q=typed, reason="核对工作需要")
    for step in ("dispatch", "village_ok", "town_ok", "county_ok", "close", "nonsense"):
        crawl.post("bulk", step=step, chosen=[full_id(OPEN)])
        crawl.post("bulk", step=step, chosen=[full_id(OPEN), full_id(OPEN + 1)])
    for offset in (0, 1):
        for name in (
            "case_ask",
            "case_answer",
            "case_deny",
            "case_withdraw",
            "case_reject",
            "review_village",
            "review_town",
            "case_close",
            "case_state",
            "case_settle",
            "case_transfer",
        ):
            crawl.post(name, [full_id(PAPERS + offset)], note="核对工作需要", verdict="approve")
        crawl.post("case_confirm", [full_id(PAPERS + offset)], **{"value:city:name": "王小二", "note": "户口簿"})


PLACES = [(role, TOWN) for role in BUSINESS] + [(role, Area(HOME_VILLAGE)) for role in (Role.VILLAGE_TEAM, Role.HELPER)]


@pytest.mark.parametrize(("role", "area"), PLACES, ids=lambda one: getattr(one, "prefix", one))
def test_nothing_of_another_division_is_seen(lake, role, area, caplog):
    build(lake)
    caplog.set_level(logging.DEBUG)
    crawl = Crawl(account(role, area))

    look_at_everything(crawl)
    for one in (FAR_PERSON, 987654):
        crawl.post("person_reveal", [one], reason="verify", words="入户核对证件")

    assert len(crawl.seen) > 60
    assert "\n".join(crawl.holding([*FAR_MARKS, rule_title(FAR_RULE)] if role is not Role.HELPER else FAR_MARKS)) == ""
    assert crawl.full_numbers() == []
    assert [mark for mark in FAR_MARKS if mark in caplog.text] == []
    assert not FULL.search(caplog.text)


@pytest.mark.parametrize("role", sorted(Role))
def test_no_role_of_the_whole_county_sees_a_full_number(lake, role, caplog):
    build(lake)
    caplog.set_level(logging.DEBUG)
    crawl = Crawl(account(role, COUNTY))

    look_at_everything(crawl)

    assert crawl.full_numbers() == []
    if role not in PERSONS_SEEN:
        assert "\n".join(crawl.holding([FAR_NAME, FAR_HOUSEHOLD, HOME_NAME])) == ""
    assert not FULL.search(caplog.text)
    written = " ".join(f"{one.subject_id} {one.reason} {one.data}" for one in Entry.objects.all())
    assert not FULL.search(written)
    assert not FULL.search(" ".join(f"{one.arguments} {one.result} {one.error_text}" for one in Job.objects.all()))


@pytest.mark.parametrize("role", [Role.CENTRE_OPERATOR, Role.LEADER])
def test_another_county_sees_nothing_of_either_town(lake, role):
    build(lake)
    crawl = Crawl(account(role, ELSEWHERE))

    look_at_everything(crawl)

    assert "\n".join(crawl.holding([*FAR_MARKS, HOME_NAME, number_of(HOME_PERSON)])) == ""


def test_the_crawl_would_find_a_leak(lake):
    build(lake)
    crawl = Crawl(account(Role.TOWN_DATA_LEAD, OTHER_TOWN))

    look_at_everything(crawl)

    found = {line.rpartition(": ")[2] for line in crawl.holding(FAR_MARKS)}
    assert found >= {FAR_NAME, FAR_HOUSEHOLD, "far-paper.png"}
