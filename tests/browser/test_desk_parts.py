"""Every part of a desk page in a real Chromium, under the office's own content security policy."""

import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from taizhang.office.access.headers import POLICY

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ["home", "list", "finding", "parts", "login", "trouble"]

pytestmark = pytest.mark.enable_socket


class Guarded(SimpleHTTPRequestHandler):
    """Serves the gallery with the policy of the office and says nothing."""

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def gallery(tmp_path_factory, browser_files):
    """The gallery's address."""
    folder = tmp_path_factory.mktemp("gallery")
    subprocess.run([sys.executable, ROOT / "tools" / "desk_gallery", folder], check=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Guarded, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(chromium, gallery):
    """Opens a page of the gallery; `complaints` collects what the browser refused or threw."""
    contexts = []

    def open_page(name, *, width=1440, theme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{gallery}/{name}.html", wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_the_policy_stops_nothing_and_no_script_fails(open_page, name, theme):
    page = open_page(name, theme=theme)

    assert page.complaints == []
    assert page.evaluate("document.documentElement.dataset.bsTheme") == theme


def test_the_policy_does_stop_an_inline_style(open_page):
    page = open_page("trouble")

    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    page.wait_for_timeout(50)

    assert "style" in page.complaints[0]


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window(open_page, name, width):
    page = open_page(name, width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(open_page, name, theme):
    page = open_page(name, theme=theme)
    page.evaluate(AXE.read_text("utf-8"))

    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")

    serious = [
        (one["id"], one["nodes"][0]["html"][:160], one["nodes"][0].get("failureSummary", "")[:200])
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    assert serious == []


def test_a_list_is_worked_by_keyboard(open_page):
    page = open_page("list")

    for key in ["j", "j", "x", "j", "Shift+X"]:
        page.keyboard.press(key)

    assert page.locator("[data-bulk-count]").text_content() == "已选 2 条"
    page.keyboard.press("Enter")
    page.wait_for_url("**/finding.html")


def test_the_question_mark_lists_the_keys_and_escape_closes_the_list(open_page):
    page = open_page("finding")

    page.keyboard.press("?")
    assert "村级台账错" in page.locator("#keys-dialog").inner_text()

    page.keyboard.press("Escape")
    assert not page.locator("#keys-dialog").is_visible()


def test_charts_and_map_are_drawn_and_their_tables_stay_in_reach(open_page):
    page = open_page("parts")

    assert page.locator("figure[data-drawn] canvas").count() >= 2
    assert page.locator(".county-map path").count() == 10
    page.locator("figure.chart summary").first.click()
    assert page.locator("figure.chart details table").first.is_visible()


def test_a_chosen_theme_outlives_the_page(open_page):
    page = open_page("home")

    page.locator("summary[aria-label=明暗]").click()
    page.locator("[data-theme-choice=dark]").click()
    page.reload()

    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_the_side_bar_slides_in_on_a_phone(open_page):
    page = open_page("home", width=360)
    assert not page.locator("#side").is_visible()

    page.locator("[data-side-sheet]").click()
    assert page.locator("#side").is_visible()
    assert page.evaluate("document.querySelector('#side').contains(document.activeElement)")

    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert not page.locator("#side").is_visible()


def test_paper_shows_the_content_without_the_frame(open_page):
    page = open_page("list")

    page.emulate_media(media="print")

    assert not page.locator(".frame-side").is_visible()
    assert not page.locator(".filters").is_visible()
    assert page.locator("table.list").is_visible()


A4 = 703
"""Pixels between the margins of a printed page."""


@pytest.mark.parametrize("name", ["list", "finding", "parts"])
def test_paper_holds_a_page_from_side_to_side_and_nothing_to_press(open_page, name):
    page = open_page(name, width=A4)

    page.emulate_media(media="print")

    assert page.evaluate("document.documentElement.scrollWidth") <= A4
    assert [one for one in page.locator("button, form[method=post]").all() if one.is_visible()] == []


def test_a_printed_list_gives_its_texts_the_room(open_page):
    page = open_page("list", width=A4)
    row = page.locator(".list tbody tr").first
    on_screen = row.bounding_box()["height"]

    page.emulate_media(media="print")

    assert row.bounding_box()["height"] < on_screen / 1.5
