"""A large file over a line that breaks and to a server that is killed, from a real Chromium to a real server's disk."""

import hashlib
import os
import random
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from countyruns import run
from officepeople import PASSWORD
from officeserver import office_running

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]
PATIENCE = 120_000  # milliseconds before the test gives up on a slow machine
PIECES = 12
PIECE = 4 * 2**20


COUNTY_FILE = """[county]
code = "610723"
name = "洋县"
data = "data"
[[source]]
id = "city"
kind = "city"
title = "市平台"
folder = "inbox/city"
"""


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A county without any delivery, whose office has one operator; gives its folder."""
    folder = tmp_path_factory.mktemp("upload")
    file = folder / "county.toml"
    file.write_text(COUNTY_FILE, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAIZHANG_NEW_PASSWORD", PASSWORD)
        for arguments in (
            ("init", file),
            ("account", file, "operator", "--name", "操作员", "--role", "centre_operator"),
        ):
            ran = run("office", *arguments)
            assert ran.status == 0, ran.said
    return folder


@pytest.fixture(scope="module")
def office(county, browser_files):
    """The office of that county."""
    with office_running(county, 8865, PATIENCE / 1000) as office:
        yield office


@pytest.fixture
def page(office, chromium):
    """A window of the operator on the page to send files from."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", base_url=office.address)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto("/")
    page.get_by_label("用户名").fill("operator")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator(".frame-top")).to_be_visible()
    page.goto("/sources/upload")
    yield page
    context.close()


def large(folder, seed, name="全县人员.xlsx"):
    """A file of twelve pieces and a bit."""
    file = folder / name
    file.write_bytes(random.Random(seed).randbytes(PIECES * PIECE + 12_345))
    return file


def offsets(page):
    """The places at which pieces are sent from now on, as the browser sends them."""
    seen = []

    def note(request):
        if request.method == "PATCH":
            seen.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return seen


def kill_web_server(office_pid):
    """End the web server and its worker at once; whatever they were writing is half written."""
    killed = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            is_web = b"granian" in (folder / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if parent == office_pid and is_web:
            os.killpg(int(folder.name), signal.SIGKILL)
            killed += 1
    assert killed == 1


def wait_for(condition):
    """Until something is so."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def arrived(county):
    """SHA-256 of the parts that lie on the server."""
    folder = county / "data" / "office" / "uploads" / "parts"
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()]


def test_a_large_file_survives_a_broken_line_a_killed_server_and_a_closed_window(page, office, county, tmp_path):
    file = large(tmp_path, 1)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    seen = offsets(page)
    broken = []

    def breaks(route):
        # Twice the line breaks in the middle of a piece; a third time the server dies.
        if route.request.method == "PATCH" and len(seen) in (3, 6) and len(seen) not in broken:
            broken.append(len(seen))
            route.abort("connectionreset")
        elif route.request.method == "PATCH" and len(seen) == 8 and 8 not in broken:
            broken.append(8)
            kill_web_server(office.pid)
            route.continue_()
        else:
            route.continue_()

    page.route("**/sources/uploads/**", breaks)
    page.locator("input[type=file]").set_input_files(file)
    wait_for_text(page, "网络中断")
    wait_for(lambda: page.wait_for_timeout(50) or 8 in broken)
    wait_for(lambda: page.wait_for_timeout(50) or len(seen) >= 10)
    page.close(run_before_unload=False)

    # In another window, after all that: the file is listed as begun, and chosen again goes on where it stopped.
    window = page.context.new_page()
    window.goto("/sources/upload")
    expect(window.locator("li[data-state=begun]")).to_contain_text(file.name)
    later = offsets(window)
    window.locator("input[type=file]").set_input_files(file)
    expect(window.locator("li[data-state=received]")).to_contain_text(file.name, timeout=PATIENCE)
    assert later[0] >= 5 * PIECE
    assert broken == [3, 6, 8]
    assert arrived(county) == [digest]

    # Whole it waits for the form; sent, it is kept byte for byte, and what is no table is refused in words.
    window.get_by_role("button", name="报送这些文件").click()
    window.wait_for_url("**/sources/sent/*/")
    expect(window.locator("main")).to_contain_text("未采用", timeout=PATIENCE)
    assert arrived(county) == []
    kept = [path for path in (county / "data" / "office" / "uploads").glob("*/*/*") if path.name == file.name]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in kept] == [digest]


def wait_for_text(page, words):
    """Until a row of the list says something."""
    expect(page.locator(".upload-list")).to_contain_text(words, timeout=PATIENCE)


def test_many_files_dropped_at_once_each_with_its_own_bar_and_one_taken_off_again(page, tmp_path):
    files = [tmp_path / f"村{number}.csv" for number in range(5)]
    for number, file in enumerate(files):
        file.write_bytes(f"姓名,证件号码\n张{number},\n".encode())

    # Dropped, as from a folder of the desktop.
    data = page.evaluate_handle(
        """names => { const data = new DataTransfer();
        for (const name of names) data.items.add(new File(["姓名,证件号码\\n王,\\n"], name, {lastModified: 5}));
        return data; }""",
        [file.name for file in files],
    )
    page.dispatch_event(".drop-zone", "drop", {"dataTransfer": data})
    expect(page.locator("li[data-state=received]")).to_have_count(5)
    page.locator("li", has_text="村3.csv").get_by_role("button", name="移除").click()
    expect(page.locator("li[data-state=received]")).to_have_count(4)
    page.reload()
    expect(page.locator("li[data-state=received]")).to_have_count(4)

    for left in (3, 2, 1, 0):
        page.locator("li[data-state=received]").first.get_by_role("button", name="移除").click()
        expect(page.locator("li[data-state=received]")).to_have_count(left)
    expect(page.get_by_role("button", name="报送这些文件")).to_be_disabled()


def test_what_the_server_refuses_is_said_beside_the_file_and_not_tried_again(page, tmp_path):
    (tmp_path / "空.csv").write_bytes(b"")

    page.locator("input[type=file]").set_input_files(tmp_path / "空.csv")

    expect(page.locator("li[data-state=refused]")).to_contain_text("文件是空的或太大")
    expect(page.locator("li[data-state=refused] progress")).to_have_count(0)
    expect(page.get_by_role("button", name="报送这些文件")).to_be_disabled()


def test_a_file_that_was_sent_whole_and_is_refused_at_last_keeps_no_bar(page, tmp_path):
    (tmp_path / "改动.csv").write_bytes("姓名,证件号码\n王,\n".encode())
    said = {"code": "E-UPLOAD-CHANGED", "message": "文件在上传途中被改动，已传的部分作废。", "hint": "请重新选择。"}
    page.route("**/sources/uploads/*/finish/", lambda route: route.fulfill(status=422, json=said))

    page.locator("input[type=file]").set_input_files(tmp_path / "改动.csv")

    expect(page.locator("li[data-state=refused]")).to_contain_text("文件在上传途中被改动")
    expect(page.locator("li[data-state=refused] progress")).to_have_count(0)
    page.unroute("**/sources/uploads/*/finish/")
    page.locator("input[type=file]").set_input_files(tmp_path / "改动.csv")
    expect(page.locator("li[data-file]")).to_have_count(1)
    expect(page.locator("li[data-state=received]")).to_have_count(1)
    page.locator("li[data-state=received]").get_by_role("button", name="移除").click()
    expect(page.locator("li[data-file]")).to_have_count(0)


def test_a_received_file_chosen_again_is_pointed_out_and_not_listed_twice(page, tmp_path):
    file = tmp_path / "两次.csv"
    file.write_bytes("姓名,证件号码\n王,\n".encode())
    field = page.locator("input[type=file]")
    field.set_input_files(file)
    expect(page.locator("li[data-state=received]")).to_have_count(1)
    seen = offsets(page)

    for _window in range(2):  # in the window that sent it, and in one that only finds it there
        page.get_by_role("checkbox", name=file.name).uncheck()
        field.set_input_files(file)
        expect(page.locator(".upload-total")).to_contain_text("两次.csv 已在下面")
        expect(page.locator("li[data-file]")).to_have_count(1)
        expect(page.get_by_role("checkbox", name=file.name)).to_be_checked()
        page.reload()

    assert seen == []
    page.locator("li[data-state=received]").get_by_role("button", name="移除").click()
    expect(page.locator("li[data-file]")).to_have_count(0)


def test_without_scripts_the_form_sends_the_files_whole(office, chromium, tmp_path):
    (tmp_path / "人员.csv").write_bytes("姓名,证件号码\n王,\n".encode())
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN", base_url=office.address)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("用户名").fill("operator")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator(".frame-top")).to_be_visible()
    page.goto("/sources/upload")
    page.locator("input[type=file]").set_input_files(tmp_path / "人员.csv")
    page.get_by_role("button", name="报送这些文件").click()

    page.wait_for_url("**/sources/sent/*/")
    context.close()
