"""Which pages the pictures show, as whom, and how one gets there."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Step = Callable[[Any], None]
STILL = 25
"""Seconds after which files that lie unchanged are at rest for the office."""
READ_WITHIN = 120
"""Seconds that the office may take to read what was put into its folders."""


@dataclass(frozen=True)
class Shown:
    """One picture. account: login name, empty for a visitor; path: where to go; then: what to do there before the picture."""

    name: str
    account: str
    path: str
    then: Step | None = None


def _first_row(page: Any) -> None:
    page.locator("table.list tbody tr[data-href], table.list tbody tr:has(a)").first.locator("a").first.click()


def _row(number: int) -> Step:
    def step(page: Any) -> None:
        page.locator("table.list tbody tr:has(a)").nth(number).locator("a").first.click()

    return step


def _household(page: Any) -> None:
    _first_row(page)
    page.locator("a[href*='/households/']").first.click()


def _person(page: Any) -> None:
    _first_row(page)
    page.locator("main a[href*='/people/']").first.click()


def _reads(page: Any) -> None:
    _person(page)
    page.locator("main a[href*='/reads']").first.click()


def _frame_cell(page: Any) -> None:
    _row(1)(page)
    page.goto(page.locator("a.frame-cell-title").first.evaluate("one => one.href"))  # a phone leaves empty cells out


def _frame_edit(page: Any) -> None:
    _row(1)(page)
    page.get_by_role("link", name="填写").click()


def _search(page: Any) -> None:
    page.get_by_label("查什么").fill("赵鹏亮")
    page.get_by_role("button", name="查询").click()


def _round(page: Any) -> None:
    page.locator("main a[href*='/rechecks/rounds/']").first.click()


def _recheck(page: Any) -> None:
    page.locator("main a[href*='/rechecks/']:not([href*='/rounds/'])").first.click()


def _link_to(part: str) -> Step:
    """Follow the first link of the page's own content whose address contains `part`."""

    def step(page: Any) -> None:
        page.locator(f"main a[href*='{part}']").first.click()

    return step


def _sent(state: str) -> Step:
    """Open the newest submission that stands so, by its label."""

    def step(page: Any) -> None:
        page.locator(f"main tr:has-text('{state}') a[href*='/sources/sent/']").first.click()

    return step


def _kept_file(page: Any) -> None:
    _sent("未能读取")(page)
    page.locator("main a[href*='/files/']").first.click()


def _delivery(page: Any) -> None:
    page.locator("main a[href*='/sources/of/national/']").first.click()


def _refused(page: Any) -> None:
    """A form given back with what was typed: the period ends before it begins."""
    page.get_by_label("销号日期从").fill("2020-02-01")
    page.get_by_label("到", exact=True).fill("2020-01-01")
    page.get_by_role("button", name="抽取").click()


def _preview(page: Any) -> None:
    _first_row(page)
    page.get_by_role("button", name="查看有关补正").click()


def _bulk(page: Any) -> None:
    for box in page.locator("table.list tbody input[type=checkbox]").all()[:3]:
        box.check()


ID_NUMBER, SOUND = "?rule=XS-ID-TRANSPOSE", "?rule=XS-NAME-HOMOPHONE"

PAGES = (
    Shown("login", "", "accounts/login/"),
    Shown("home-operator", "operator", ""),
    Shown("home-helper", "helper", ""),
    Shown("home-town", "town", ""),
    Shown("home-leader", "leader", ""),
    Shown("findings-operator", "operator", "findings/"),
    Shown("findings-chosen", "operator", "findings/?state=open", _bulk),
    Shown("findings-helper", "helper", "findings/"),
    Shown("finding-number-operator", "operator", f"findings/{ID_NUMBER}", _first_row),
    Shown("finding-name-operator", "operator", f"findings/{SOUND}", _first_row),
    Shown("finding-shared-operator", "operator", "findings/?rule=PH-SHARED-HOUSEHOLDS", _first_row),
    Shown("finding-file-operator", "operator", "findings/?rule=SR-FILE-KIND", _first_row),
    Shown("finding-copy-operator", "operator", "findings/?rule=PR-COPY-FAMILY", _first_row),
    Shown("finding-helper", "helper", "tasks/", _first_row),
    Shown("finding-village", "village", "findings/?state=confirmed", _first_row),
    Shown("finding-town", "town", "findings/?state=village_ok", _first_row),
    Shown("finding-county", "reviewer", "findings/?state=town_ok", _first_row),
    Shown("finding-question", "operator", "findings/?state=need_info", _first_row),
    Shown("tasks-helper", "helper", "tasks/"),
    Shown("tasks-town", "town", "tasks/?all=1"),
    Shown("reassign-town", "town", "tasks/?all=1", lambda page: page.locator("a[href*='tasks/of']").first.click()),
    Shown("notices-town", "town", "notices/"),
    Shown("handbacks-operator", "operator", "handbacks/"),
    Shown("exemptions-reviewer", "reviewer", "exemptions/"),
    Shown("terms-reviewer", "reviewer", "terms/"),
    Shown("sweeps-operator", "operator", "sweeps/"),
    Shown("sweep-operator", "operator", "sweeps/", _first_row),
    Shown("sweep-leader", "leader", "sweeps/", _first_row),
    Shown("scores-operator", "operator", "scores/"),
    Shown("scores-town", "town", "scores/"),
    Shown("scores-leader", "leader", "scores/"),
    Shown("frames-operator", "operator", "frames/"),
    Shown("frame-operator", "operator", "frames/", _row(1)),
    Shown("frame-cell-operator", "operator", "frames/", _frame_cell),
    Shown("frame-edit-operator", "operator", "frames/", _frame_edit),
    Shown("frame-leader", "leader", "frames/", _row(1)),
    Shown("rechecks-operator", "operator", "rechecks/"),
    Shown("rechecks-town", "town", "rechecks/"),
    Shown("rechecks-refused", "operator", "rechecks/", _refused),
    Shown("recheck-round-operator", "operator", "rechecks/", _round),
    Shown("recheck-round-leader", "leader", "rechecks/", _round),
    Shown("recheck-town", "town", "rechecks/", _recheck),
    Shown("finding-preview-helper", "helper", "findings/?state=verifying", _preview),
    Shown("search-operator", "operator", "people/"),
    Shown("search-found", "operator", "people/", _search),
    Shown("person-operator", "operator", f"findings/{ID_NUMBER}", _person),
    Shown("household-operator", "operator", f"findings/{ID_NUMBER}", _household),
    Shown("sources-operator", "operator", "sources/"),
    Shown("source-operator", "operator", "sources/of/city/"),
    Shown("delivery-operator", "operator", "sources/of/national/", _delivery),
    Shown("submission-operator", "operator", "sources/", _sent("待接收")),
    Shown("submission-refused-operator", "operator", "sources/", _sent("未能读取")),
    Shown("kept-file-operator", "operator", "sources/", _kept_file),
    Shown("arrival-operator", "operator", "sources/", _link_to("/sources/folders/")),
    Shown("mapping-operator", "operator", "sources/", _link_to("/sources/question/")),
    Shown("upload-operator", "operator", "sources/upload"),
    Shown("deliveries-operator", "operator", "deliveries/calendar/"),
    Shown("schedules-operator", "operator", "plan/"),
    Shown("calendar-operator", "operator", "calendar/"),
    Shown("jobs-operator", "operator", "jobs/"),
    Shown("findings-liaison", "liaison", "findings/"),
    Shown("finding-liaison", "liaison", "findings/", _first_row),
    Shown("accounts-sysadmin", "sysadmin", "staff/"),
    Shown("account-new-sysadmin", "sysadmin", "staff/new"),
    Shown("account-secadmin", "secadmin", "staff/", _first_row),
    Shown("roles-secadmin", "secadmin", "roles/"),
    Shown("role-requests-secadmin", "secadmin", "roles/requests/"),
    Shown("access-review-secadmin", "secadmin", "roles/review/"),
    Shown("ledger-auditadmin", "auditadmin", "ledger/"),
    Shown("logins-auditadmin", "auditadmin", "ledger/logins/"),
    Shown("keys-secadmin", "secadmin", "keys/"),
    Shown("reads-reviewer", "reviewer", f"findings/{ID_NUMBER}", _reads),
    Shown("job-operator", "operator", "jobs/", _first_row),
    Shown("password-helper", "helper", "accounts/password/change/"),
    Shown("second-factor-helper", "helper", "accounts/2fa/"),
    Shown("home-sysadmin", "sysadmin", ""),
    Shown("home-secadmin", "secadmin", ""),
    Shown("home-auditadmin", "auditadmin", ""),
    Shown("home-liaison", "liaison", ""),
    Shown("not-found", "helper", "findings/ZZZZZZZZZZZ/"),
)


GUIDE = {
    "login": "desk", "sources-operator": "desk", "sweep-operator": "desk", "findings-operator": "desk",
    "finding-number-operator": "desk", "handbacks-operator": "desk", "household-operator": "desk", "finding-county": "desk",
    "exemptions-reviewer": "desk", "terms-reviewer": "desk", "finding-town": "desk", "tasks-town": "desk",
    "reassign-town": "desk", "tasks-helper": "phone", "finding-helper": "phone", "finding-village": "desk",
    "findings-liaison": "desk", "finding-liaison": "desk", "sweep-leader": "desk", "accounts-sysadmin": "desk",
    "roles-secadmin": "desk", "ledger-auditadmin": "desk", "deliveries-operator": "desk",
    "submission-operator": "desk", "mapping-operator": "desk", "arrival-operator": "desk", "recheck-round-operator": "desk",
}  # fmt: skip
"""The pictures of docs/guides, and how wide each is taken."""


def log_in(page: Any, address: str, account: str, password: str) -> None:
    """Log in as people do."""
    page.goto(f"{address}accounts/login/")
    page.get_by_label("用户名").fill(account)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.locator(".frame-top").wait_for()


def let_files_arrive(page: Any, address: str) -> None:
    """Have the office look at its folders until it has read what was put there. page: of whoever may send deliveries."""
    for wait in (STILL, 1):
        page.goto(f"{address}sources/")
        page.get_by_role("button", name="现在查看").click()
        page.wait_for_load_state("networkidle")
        time.sleep(wait)
    until = time.monotonic() + READ_WITHIN
    while time.monotonic() < until and not page.locator("main a[href*='/sources/question/']").count():
        time.sleep(2)
        page.goto(f"{address}sources/")
