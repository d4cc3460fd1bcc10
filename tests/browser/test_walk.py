"""The whole loop as five people walk it: a real Chromium, a real server with its worker, the sample county's real ledgers.

Everything asserted is what stands on the page or in the file that was downloaded; the database is never asked.
"""

import time
import zipfile
from dataclasses import dataclass

import openpyxl
import pytest
from lxml import html
from playwright.sync_api import expect

from countyruns import run
from officeserver import office_running
from taizhang.office.demo.posts import passwords_of

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]

SOURCE, LAST_DAY = "city", "2020-02-19"
WORK = 90_000  # milliseconds that a sweep may take on a slow machine before the test gives up


@dataclass(frozen=True)
class Member:
    """A person of the helper's village in the city's files."""

    name: str
    number: str

    @property
    def swapped(self):
        """The number with its 15th and 16th digits exchanged: what a tired typist writes."""
        text = self.number
        return text[:14] + text[15] + text[14] + text[16:]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A demo of six hundred persons, set up and not serving; gives its folder."""
    folder = tmp_path_factory.mktemp("walk") / "demo"
    ran = run("demo", folder, "--persons", 600, "--no-serve")
    assert ran.status == 0, ran.err
    return folder


@pytest.fixture(scope="module")
def address(county, browser_files):
    """Where the office of that county answers; web server and worker as people start them."""
    with office_running(county, 8765) as office:
        yield office.address


@pytest.fixture(scope="module")
def people(county, address, chromium):
    """A browser window for every account of the walk, logged in through the login page."""
    accounts = passwords_of(county)
    windows = {}
    for username in ("operator", "helper", "village", "town", "reviewer"):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.goto(address)
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(accounts[username])
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.locator(".frame-top")).to_be_visible()
        windows[username] = page
    yield windows
    for page in windows.values():
        page.context.close()


def sheet(file):
    """The rows of the first table of a workbook or of a web page that calls itself one, as texts."""
    if zipfile.is_zipfile(file):
        first = openpyxl.load_workbook(file).worksheets[0]
        return [["" if one is None else str(one) for one in row] for row in first.iter_rows(values_only=True)]
    rows = html.fromstring(file.read_bytes()).iter("tr")
    return [[cell.text_content().strip() for cell in row.iter("td", "th")] for row in rows]


def members(county, village):
    """Persons of a village, no heads, whom the national export writes alike: nothing is wrong about their numbers yet."""
    national = {
        text for file in (county / "inbox" / "national" / LAST_DAY).iterdir() for row in sheet(file) for text in row
    }
    for file in sorted((county / "inbox" / SOURCE / LAST_DAY).iterdir()):
        rows = sheet(file)
        heads = next(row for row in rows if "证件号码" in row)
        at = {name: heads.index(name) for name in ("行政村", "姓名", "证件号码", "与户主关系")}
        for row in rows[rows.index(heads) + 1 :]:
            name, number, relation = row[at["姓名"]], row[at["证件号码"]], row[at["与户主关系"]]
            is_sound = {name, number} <= national and relation != "户主"
            if row[at["行政村"]] == village and is_sound and number[14] != number[15]:
                yield Member(name, number)


def delivery(county, folder, wrong):
    """The city's newest files again, with the numbers of some members typed wrong; gives the files to send."""
    folder.mkdir()
    for file in sorted((county / "inbox" / SOURCE / LAST_DAY).iterdir()):
        target = folder / file.name
        if not zipfile.is_zipfile(file):
            target.write_bytes(mistyped(file.read_bytes(), wrong))
            continue
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.infolist():
                new.writestr(part, mistyped(old.read(part), wrong))
    return sorted(folder.iterdir())


def mistyped(content, wrong):
    """The bytes with the right numbers replaced by the wrong ones."""
    for one in wrong:
        content = content.replace(one.number.encode(), one.swapped.encode())
    return content


class Walk:
    """What the five people do, each in their own window."""

    def __init__(self, people, address):
        self.address, self.operator = address, people["operator"]
        self.people = people

    def go(self, who, path):
        """Open a page as somebody."""
        self.people[who].goto(f"{self.address}{path}")
        return self.people[who]

    def deliver(self, files, day):
        """The operator sends files, sees what would change, accepts, and waits for the sweep; gives what would change."""
        page = self.go("operator", "sources/upload")
        page.get_by_label("来源", exact=True).select_option(label="汉中市互联网+精准扶贫平台")
        page.get_by_label("数据日期").fill(day)
        page.locator("input[type=file][name=files]").set_input_files(files)
        page.get_by_role("button", name="报送这些文件").click(timeout=WORK)
        accept = page.get_by_role("button", name="接收并排查")
        expect(accept).to_be_visible(timeout=WORK)
        told = page.locator("main").inner_text()
        accept.click()
        self.wait_for_sweep(day)
        return told

    def wait_for_sweep(self, day):
        """Until a sweep of that day stands in the list."""
        deadline = time.monotonic() + WORK / 1000
        while day not in self.go("operator", "sweeps/").locator("main").inner_text():
            assert time.monotonic() < deadline, self.go("operator", "jobs/").locator("main").inner_text()
            self.operator.wait_for_timeout(500)

    def state(self, who, number):
        """The state of a finding as its page says it."""
        page = self.go(who, f"findings/{number}/")
        return page.locator("main").inner_text()

    def finding_about(self, person):
        """Number and page of the one new finding about a person's ID number; the operator looks for it in the list."""
        page = self.go("operator", "findings/?rule=XS-ID-TRANSPOSE&state=open")
        row = page.locator("table.list tbody tr").filter(has_text=person.name)
        expect(row).to_have_count(1)
        row.get_by_role("link").first.click()
        page.wait_for_url("**/findings/*/")
        return page.url.rstrip("/").rsplit("/", 1)[-1]

    def press(self, who, number, button):
        """Open a finding and press a button of its page."""
        page = self.go(who, f"findings/{number}/")
        page.get_by_role("button", name=button, exact=True).first.click()
        expect(page.locator("main [role=alert]")).to_have_count(0)
        return page


def test_a_finding_goes_from_a_delivery_to_its_closing_by_proof_and_comes_back_when_contradicted(
    people, county, address, tmp_path
):
    walk = Walk(people, address)
    village = walk.go("helper", "").locator(".top-areas").inner_text().strip()
    fixed, left = list(members(county, village))[4:6]

    # A delivery in which two numbers are typed wrong.
    told = walk.deliver(delivery(county, tmp_path / "wrong", [fixed, left]), "2020-03-05")
    assert "改动行" in told
    assert fixed.number not in told
    numbers = {one: walk.finding_about(one) for one in (fixed, left)}
    page = walk.go("operator", f"findings/{numbers[fixed]}/")
    assert "待派发" in page.locator("main").inner_text()
    assert "相邻两位对调" in page.locator("main").inner_text()
    assert page.locator("mark.differs").count() >= 2
    assert fixed.number not in page.content()

    # Both are dispatched at once, after the operator has seen what that would do.
    page = walk.go("operator", "findings/?rule=XS-ID-TRANSPOSE&state=open")
    for one in numbers:
        page.locator("table.list tbody tr").filter(has_text=one.name).get_by_role("checkbox").check()
    page.get_by_role("button", name="派发", exact=True).click()
    expect(page.locator("main")).to_contain_text("2 条")
    page.get_by_role("button", name="确认处理").click()
    expect(page.locator("body")).to_contain_text("已处理 2 条")

    for number in numbers.values():
        # The helper finds it among the tasks and verifies it at the household.
        page = walk.go("helper", "tasks/")
        row = page.locator("table.list tbody tr").filter(has_text=number)
        expect(row).to_have_count(1)
        row.get_by_role("link").first.click()
        page.get_by_label("采用建议值").first.check()
        page.get_by_label("核实情况").fill("已看身份证原件。")
        page.get_by_role("button", name="属实，提出补正", exact=True).click()
        expect(page.locator("main")).to_contain_text("核实属实")

        # Whoever verified does not review; the town cannot go before the village.
        assert page.get_by_role("button", name="通过", exact=True).count() == 0
        assert walk.go("town", f"findings/{number}/").get_by_role("button", name="通过", exact=True).count() == 0
        for who, state in (("village", "村已确认"), ("town", "镇已审核"), ("reviewer", "县已复核")):
            page = walk.press(who, number, "通过")
            expect(page.locator("main")).to_contain_text(state)

    # Handed back in the city's own columns, with the right number in the cell where the wrong one stood.
    page = walk.go("operator", "handbacks/")
    batch = page.locator("form").filter(has_text="汉中市互联网+精准扶贫平台")
    batch.get_by_label("导出理由").fill("三月回填")
    batch.get_by_role("button", name="生成回填批次").click()
    page.locator("table.list tbody tr").first.get_by_role("link").first.click()
    deadline = time.monotonic() + WORK / 1000
    while page.get_by_role("button", name="下载回填文件").count() == 0:
        assert time.monotonic() < deadline
        page.wait_for_timeout(500)
        page.reload()
    with page.expect_download() as started:
        page.get_by_role("button", name="下载回填文件").click()
    handed = tmp_path / started.value.suggested_filename
    started.value.save_as(handed)
    own = [
        row for sheet_ in openpyxl.load_workbook(handed).worksheets[1:] for row in sheet_.iter_rows(values_only=True)
    ]
    assert {one.number for one in (fixed, left)} <= {text for row in own for text in row}
    assert not {one.swapped for one in (fixed, left)} & {text for row in own for text in row}
    page.get_by_role("button", name="已录入来源系统").click()
    expect(page.locator("main")).to_contain_text("录入日期")
    assert "已回填" in walk.state("reviewer", numbers[fixed])
    assert walk.people["reviewer"].get_by_role("button", name="销号").count() == 0

    # The next delivery has one of them right and the other wrong as before.
    walk.deliver(delivery(county, tmp_path / "half", [left]), "2020-03-20")
    assert "已印证" in walk.state("reviewer", numbers[fixed])
    assert "未见修改" in walk.state("reviewer", numbers[left])
    assert walk.people["reviewer"].get_by_role("button", name="销号").count() == 0
    page = walk.press("reviewer", numbers[fixed], "销号")
    expect(page.locator("main")).to_contain_text("已销号")

    # The mistake comes again: what was closed is open again.
    walk.deliver(delivery(county, tmp_path / "again", [fixed, left]), "2020-04-05")
    assert "回头看复发" in walk.state("reviewer", numbers[fixed])
    told = walk.state("operator", numbers[fixed])
    assert all(step in told for step in ("派发", "核实属实", "村确认", "镇审核通过", "县复核通过", "销号"))
