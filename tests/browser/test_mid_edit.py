"""A role ends while somebody writes: in a real browser the step is refused, and what was written is there when the role is back."""

import os
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from officepeople import COUNTY, PASSWORD, person
from officesweeps import HOME_VILLAGE, finding, full_id
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.accounts.models import Assignment
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import State

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# The test asks the database from the thread in which the browser's own loop runs.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
ONE, WORDS = full_id(1), "已入户看过户口簿，写的是王建军，值是对的"


@pytest.fixture
def helper(lake):
    """A helper with one finding in hand."""
    cache.clear()
    lake.imported([finding(1, "王建军")])
    user, operator = person(Role.HELPER, Area(HOME_VILLAGE)), person(Role.CENTRE_OPERATOR)
    with scope((COUNTY,)):
        dispatch_findings(actor=actor_for(operator), finding_ids=[ONE], assignee_id=user.pk)
    return user


@pytest.fixture
def page(helper, chromium, live_server, browser_files):
    """The helper's window on the finding."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", base_url=live_server.url)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("用户名").fill(helper.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator(".frame-top")).to_be_visible()
    with scope((COUNTY,)):
        number = Finding.objects.get(pk=ONE).short_id
    page.goto(reverse("finding", args=[number]))
    yield page
    context.close()


def valid_until(user, days):
    """Move the end of the user's role to so many days from now."""
    today = timezone.localdate()
    Assignment.objects.filter(user=user).update(
        valid_from=today - timedelta(days=30), valid_to=today + timedelta(days=days)
    )


def state():
    with scope((COUNTY,)):
        return Finding.objects.get(pk=ONE).state


def deny(page, words=""):
    """Press «not true», with words or those that stand there."""
    form = page.locator(f"form[action='{reverse('case_deny', args=[ONE])}']")
    form.locator("xpath=ancestor::details").evaluate("one => { one.open = true }")
    if words:
        form.get_by_role("textbox").fill(words)
    form.get_by_role("button").last.click()


def test_a_role_that_ends_in_mid_edit_refuses_the_step_and_loses_no_word(page, helper):
    valid_until(helper, -1)

    deny(page, WORDS)

    expect(page.get_by_role("alert")).to_contain_text("已经结束")
    expect(page.get_by_label("您写的文字（没有提交）")).to_have_value(WORDS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert state() == State.DISPATCHED

    valid_until(helper, 30)
    page.get_by_role("link", name="回原页看最新情况").click()
    kept = page.locator(f"form[action='{reverse('case_deny', args=[ONE])}'] textarea")
    expect(kept).to_have_value(WORDS)

    deny(page)
    expect(page).to_have_url(re.compile("/findings/"))
    expect(page.get_by_role("alert")).to_have_count(0)
    assert state() == State.NOT_CONFIRMED


def test_a_chosen_paper_is_named_that_has_to_be_chosen_again(page, helper, tmp_path):
    paper = tmp_path / "户口簿首页.png"
    paper.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    page.get_by_text("上传佐证").first.click()
    page.locator("input[type=file][name=file]").set_input_files(paper)
    valid_until(helper, -1)

    page.get_by_role("button", name="上传", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("请重新选择：户口簿首页.png")
