"""The report of a sweep as anybody opens it: a file without a server, in three languages, light and dark, wide and narrow."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

AXE = (Path(__file__).resolve().parents[2] / "web/node_modules/axe-core/axe.min.js").read_text("utf-8")
TITLES = {"zh-Hans": "信息排查报告", "zh-Hant": "信息排查報告", "en": "what is wrong in the ledgers"}
SERIOUS = """async () => (await axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})).violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 140)} ${nodes[0].failureSummary}`)"""

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]


@pytest.fixture
def open_report(chromium, swept_county):
    """Opens the report; `troubles` collects what it asked for beside itself and what its script said."""
    contexts = []

    def open_report(*, width=1280, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda told: page.troubles.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        address = (swept_county.sweep / "report.html").resolve().as_uri()
        page.on("request", lambda asked: page.troubles.append(asked.url) if asked.url != address else None)
        page.goto(address)
        return page

    yield open_report
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", TITLES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_the_report_can_be_read_by_everybody(open_report, language, width, scheme):
    page = open_report(width=width, scheme=scheme)
    page.locator(f"[data-set-lang={language}]").click()
    page.evaluate(AXE)

    assert page.evaluate(SERIOUS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == language
    assert TITLES[language] in page.title()
    expect(page.locator("h1")).to_have_count(1)
    assert page.troubles == []


def test_a_bar_narrows_the_list_by_keyboard(open_report):
    page = open_report()
    bar = page.locator("button.bar[data-filter=town]").first
    wanted = bar.locator(".bar-count").inner_text()

    bar.focus()
    page.keyboard.press("Enter")

    expect(page.locator("#chips .chip")).to_have_count(1)
    assert page.locator("#shown").inner_text().split(" / ")[0] == wanted


def test_paper_has_the_figures_and_no_buttons_to_press(open_report):
    page = open_report()

    page.emulate_media(media="print")

    expect(page.locator(".tools")).to_be_hidden()
    expect(page.locator(".controls")).to_be_hidden()
    expect(page.locator(".cards")).to_be_visible()
