"""Taking a list out in a real browser: the same button on every page, at desk and phone, and the list that is on the screen."""

import os
import re

import openpyxl
import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from officepeople import PASSWORD, TOWN, person
from officeworld import HOME_VILLAGE, build
from taizhang.office.access.roles import Role

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
REASON = "镇里会审用"


@pytest.fixture
def open_page(lake, chromium, live_server, browser_files):
    """Opens a page of a town's lead in a window of some width."""
    cache.clear()
    world = build(lake)
    user = person(Role.TOWN_DATA_LEAD, TOWN)
    contexts = []

    def opened(width, name, *named):
        context = chromium.new_context(
            viewport={"width": width, "height": 740}, locale="zh-CN", base_url=live_server.url
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/")
        page.get_by_label("用户名").fill(user.username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.locator(".frame-top")).to_be_visible()
        page.goto(reverse(name, args=[getattr(world, one, one) for one in named]))
        return page

    yield opened
    for context in contexts:
        context.close()


def taken(page, folder):
    """The first sheet of the workbook that the dialog gives, from the third row on."""
    page.get_by_label("导出理由").fill(REASON)
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    file = folder / "taken.xlsx"
    started.value.save_as(file)
    sheet = openpyxl.load_workbook(file).worksheets[0]
    return started.value.suggested_filename, list(sheet.iter_rows(min_row=3, values_only=True))


def test_what_leaves_is_what_the_filters_show_now_not_what_the_page_was_opened_with(open_page, tmp_path):
    page = open_page(1280, "findings")
    before = page.locator("table.list tbody tr").count()
    page.get_by_label("状态").select_option("dispatched")
    expect(page).to_have_url(re.compile("state=dispatched"))
    expect(page.locator("table.list tbody tr")).not_to_have_count(before)
    shown = page.locator("table.list tbody tr td:last-child").all_inner_texts()

    page.keyboard.press("o")
    name, rows = taken(page, tmp_path)

    assert [row[0] for row in rows] == shown
    assert shown
    assert name.startswith("问题清单 ")
    expect(page.locator("dialog#export")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("tasks", []),
        ("exemptions", []),
        ("rechecks", []),
        ("recheck_round", ["round"]),
        ("recheck_rows", []),
        ("persons", [HOME_VILLAGE]),
        ("sweeps", []),
        ("scores", []),
    ],
)
def test_the_button_stands_last_beside_the_heading_and_its_dialog_fits_the_window(open_page, name, named, width):
    page = open_page(width, name, *named)
    button = page.locator(".page-head .page-actions > :last-child")

    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")

    assert button.inner_text().strip() == "导出"
    expect(dialog.get_by_label("导出理由")).to_be_focused()
    box = dialog.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
