"""A layout nobody knows, from the file sent to rows that count: explained on its page by keyboard, in a real Chromium, read by a real worker."""

import csv
import re

import pytest
from playwright.sync_api import expect

import smallcounty
from countyruns import run
from officepeople import PASSWORD
from officeserver import office_running

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]
PATIENCE = 60_000  # milliseconds before the test gives up on a slow machine


@pytest.fixture(scope="module")
def office(tmp_path_factory, browser_files):
    """An office of a county without any delivery, with one operator."""
    folder = tmp_path_factory.mktemp("mapping")
    smallcounty.county_file(folder, ("city",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAIZHANG_NEW_PASSWORD", PASSWORD)
        for arguments in (
            ("init", folder / "county.toml"),
            ("account", folder / "county.toml", "operator", "--name", "操作员", "--role", "centre_operator"),
        ):
            ran = run("office", *arguments)
            assert ran.status == 0, ran.said
    with office_running(folder, 8965, PATIENCE / 1000) as office:
        yield office


@pytest.fixture
def page(office, chromium):
    """The operator's window."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", base_url=office.address)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto("/")
    page.get_by_label("用户名").fill("operator")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator(".frame-top")).to_be_visible()
    yield page
    context.close()


def strange(folder, name):
    """Numbers under the heading of telephones, telephones under that of numbers."""
    file = folder / name
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(
            stream, ["户编号", "户主姓名", "姓名", "与户主关系", "身份证号", "联系电话"], extrasaction="ignore"
        )
        writer.writeheader()
        for at, one in enumerate(smallcounty.rows()):
            writer.writerow({**one, "身份证号": f"1389123{at:04d}", "联系电话": one["证件号码"]})
    return file


def send(page, file, day):
    """Send a file and stay on the page of what it would change, once it is read."""
    page.goto("/sources/upload")
    page.get_by_label("数据日期").fill(day)
    page.locator("input[type=file][name=files]").set_input_files(file)
    page.get_by_role("button", name="报送这些文件").click()
    page.wait_for_url(re.compile("/sources/sent/"))
    expect(page.get_by_role("button", name="重新读取")).to_be_visible(timeout=PATIENCE)


def choose(page, header, field):
    """Choose a meaning with the arrow keys."""
    box = page.get_by_role("combobox", name=re.compile(header))
    box.focus()
    for _ in range(box.locator("option").count()):
        if box.input_value() == field:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"no key leads to {field}")


def test_a_strange_sheet_is_explained_by_keyboard_counts_and_is_not_asked_about_again(page, tmp_path):
    send(page, strange(tmp_path, "人员信息.csv"), "2020-02-10")
    expect(page.get_by_role("alert")).to_contain_text("没有可采用的行")
    sent = page.url
    page.goto("/sources/")
    page.get_by_role("link", name=re.compile("人员信息.csv")).first.click()
    page.wait_for_url(re.compile("/sources/question/"))
    expect(
        page.get_by_role("cell", name=re.compile("配偶"), exact=False).first
    ).to_be_visible()  # a code list's word is no name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    choose(page, "身份证号", "member_phone")
    choose(page, "联系电话", "id_no")
    page.get_by_role("button", name="确认并记住").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sources/$"))

    page.goto(sent)
    expect(page.get_by_role("button", name="接收并排查")).to_be_visible(timeout=PATIENCE)
    send(page, strange(tmp_path, "二月人员.csv"), "2020-02-11")
    expect(page.get_by_role("button", name="接收并排查")).to_be_visible(timeout=PATIENCE)


def test_the_page_fits_a_phone_and_says_what_is_no_data(page, tmp_path):
    file = tmp_path / "电话表.csv"
    file.write_text(strange(tmp_path, "别的.csv").read_text("utf-8-sig").replace("户编号", "本户编号"), "utf-8-sig")
    send(page, file, "2020-02-12")
    page.goto("/sources/")
    page.get_by_role("link", name=re.compile("电话表.csv")).first.click()
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_text("这种表不是数据").first.click()
    page.get_by_role("button", name="不是数据，以后不读").click()
    page.wait_for_url(re.compile("/sources/$"))

    expect(page.locator("main")).not_to_contain_text("需要说明")
