"""Every page of the office, over a demo with its real worker, in one Chromium: what a machine can see of its quality.

The pages and the ways to them are those of tools/office_pictures: a page that has no picture is looked at by nobody, so a
route without one, or without a reason, fails here.
"""

import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from pages import NO_PAGES, PAGES, let_files_arrive
from playwright.sync_api import TimeoutError as NotThere
from visiting import Look, Visitors

from countyruns import command
from officeserver import office_running
from taizhang.office.access.table import routes
from taizhang.office.demo.posts import passwords_of

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW = 360
PERSONS = 1000
"""The smallest round county whose demo village has a finding for every station on the way to a hand-back."""
LAID_OUT = ["scrollable-region-focusable", "nested-interactive", "button-name", "link-name", "label"]
"""What the width of a page can change. Sizes of targets are judged at a desk: what a phone's fixed bar covers can be scrolled out."""
PATIENCE = 240  # seconds that the office may take to start on a slow machine
ASKED_FOR = {name for method, name in routes() if method == "GET"}
REFUSED = {"not-found": "404", "rechecks-refused": "422"}
"""Pages about something that was refused, as it should be, and how."""
SETTLED = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.allSettled(document.getAnimations().map(one => one.finished));
}"""
ASK = """async run => (await axe.run(run)).violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 140)} ${nodes[0].failureSummary}`)"""


@dataclass
class Complaints:
    """What the browser did not like while a page was open."""

    said: list = field(default_factory=list)

    def listen(self, page):
        """From now on."""
        page.on("console", lambda told: self.said.append(f"console: {told.text}") if told.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self.said.append(f"failed: {urlsplit(request.url).path}"))
        page.on("response", self._answered)

    def _answered(self, response):
        if response.status >= 400:
            self.said.append(f"{response.status}: {urlsplit(response.url).path}")


@pytest.fixture(scope="module")
def visitors(tmp_path_factory, chromium, browser_files):
    """Windows of everybody who works in a demo that has something of everything."""
    folder = tmp_path_factory.mktemp("pages") / "demo"
    subprocess.run(command("demo", folder, "--persons", PERSONS, "--no-serve"), check=True)
    subprocess.run([sys.executable, ROOT / "tools" / "office_pictures" / "beginnings.py", folder], check=True)
    with office_running(folder, 8765, PATIENCE, TAIZHANG_KEYS="") as office:  # the demo's own key ring
        visitors = Visitors(chromium, office.address, passwords_of(folder))
        with visitors.window("operator", Look()) as page:
            let_files_arrive(page, office.address)
        yield visitors


def test_every_page_that_can_be_asked_for_has_a_picture_or_a_reason_to_have_none():
    pictured = {shown.route for shown in PAGES} & ASKED_FOR

    assert pictured | set(NO_PAGES) == ASKED_FOR
    assert pictured & set(NO_PAGES) == set()


@pytest.mark.enable_socket
@pytest.mark.slow
def test_every_page_can_be_read_by_everybody_at_a_desk_and_on_a_phone(visitors):
    wrong, titles, reached = [], {}, set()

    for shown in PAGES:
        with suppress(NotThere):  # a small county lacks one case or the other, but no page
            wrong.extend(f"{shown.name}: {told}" for told in faults_of(visitors, shown, titles))
            reached.add(shown.route)

    assert "\n".join(wrong) == ""
    assert {shown.route for shown in PAGES} - reached == set()


def faults_of(visitors, shown, titles):
    """What is wrong with one page. titles: of all pages so far, with the route that had each."""
    complaints = Complaints()
    with visitors.opened(shown, Look(), complaints.listen) as page:
        page.evaluate(AXE)
        page.evaluate("scrollTo(0, 0)")  # what lies half under the bar at the top can be scrolled out
        yield from page.evaluate(ASK, {"runOnly": LEVELS})
        yield from about(page, shown, titles)
        page.emulate_media(color_scheme="dark")
        page.evaluate(SETTLED)
        yield from (f"dark: {one}" for one in page.evaluate(ASK, {"runOnly": ["color-contrast"]}))
        page.set_viewport_size({"width": NARROW, "height": 740})
        page.evaluate(SETTLED)
        yield from (f"narrow: {one}" for one in page.evaluate(ASK, {"runOnly": LAID_OUT}))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > NARROW:
            yield f"{wide} px wide on a screen of {NARROW}"
    yield from (one for one in complaints.said if shown.name not in REFUSED or REFUSED[shown.name] not in one)


def about(page, shown, titles):
    """What is wrong with the heading, the title, the language or the address of an open page."""
    if page.locator("h1").count() != 1:
        yield f"{page.locator('h1').count()} headings of the first rank"
    if page.evaluate("document.documentElement.lang") != "zh-hans":
        yield "speaks another language than it says"
    route = resolve(urlsplit(page.url).path).view_name
    if route != shown.route:
        yield f"leads to {route}"
    title = page.title()
    is_ours = shown.name not in REFUSED and route in ASKED_FOR and not route.startswith("mfa_")
    if is_ours and titles.setdefault(title, route) != route:
        yield f"has the title of {titles[title]}: {title}"
