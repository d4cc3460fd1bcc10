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
    """One picture of a page.

    route: name of its address in access/permissions.toml; account: login name, empty for a visitor; path: where to go; then:
    what to do there before the picture.
    """

    name: str
    route: str
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


def _handback(page: Any) -> None:
    """The newest batch; made first where there is none yet."""
    if not page.locator("table.list tbody tr:has(a)").count():
        form = page.locator("form", has=page.get_by_role("button", name="生成回填批次")).first
        form.get_by_label("导出理由").fill("月度回填")
        form.get_by_role("button", name="生成回填批次").click()
    _first_row(page)


def _preview(page: Any) -> None:
    _first_row(page)
    for value in page.locator("form[action$='/confirm'] input.form-control").all()[:1]:
        value.fill("核实后的值")
    page.get_by_role("button", name="查看有关补正").click()


def _bulk(page: Any) -> None:
    for box in page.locator("table.list tbody input[type=checkbox]").all()[:3]:
        box.check()


ID_NUMBER, SOUND = "?rule=XS-ID-TRANSPOSE", "?rule=XS-NAME-HOMOPHONE"

PAGES = (
    Shown("login", "account_login", "", "accounts/login/"),
    Shown("home-operator", "home", "operator", ""),
    Shown("home-helper", "home", "helper", ""),
    Shown("home-town", "home", "town", ""),
    Shown("home-leader", "home", "leader", ""),
    Shown("findings-operator", "findings", "operator", "findings/"),
    Shown("findings-chosen", "findings", "operator", "findings/?state=open", _bulk),
    Shown("findings-helper", "findings", "helper", "findings/"),
    Shown("finding-number-operator", "finding", "operator", f"findings/{ID_NUMBER}", _first_row),
    Shown("finding-name-operator", "finding", "operator", f"findings/{SOUND}", _first_row),
    Shown("finding-shared-operator", "finding", "operator", "findings/?rule=PH-SHARED-HOUSEHOLDS", _first_row),
    Shown("finding-file-operator", "finding", "operator", "findings/?rule=SR-FILE-KIND", _first_row),
    Shown("finding-copy-operator", "finding", "operator", "findings/?rule=PR-COPY-FAMILY", _first_row),
    Shown("finding-helper", "finding", "helper", "tasks/", _first_row),
    Shown("finding-village", "finding", "village", "findings/?state=confirmed", _first_row),
    Shown("finding-town", "finding", "town", "findings/?state=village_ok", _first_row),
    Shown("finding-county", "finding", "reviewer", "findings/?state=town_ok", _first_row),
    Shown("finding-question", "finding", "operator", "findings/?state=need_info", _first_row),
    Shown("tasks-helper", "tasks", "helper", "tasks/"),
    Shown("tasks-town", "tasks", "town", "tasks/?all=1"),
    Shown(
        "reassign-town",
        "reassign",
        "town",
        "tasks/?all=1",
        lambda page: page.locator("a[href*='tasks/of']").first.click(),
    ),
    Shown("notices-town", "notices", "town", "notices/"),
    Shown("handbacks-operator", "handbacks", "operator", "handbacks/"),
    Shown("handback-operator", "handback", "operator", "handbacks/", _handback),
    Shown("exemptions-reviewer", "exemptions", "reviewer", "exemptions/"),
    Shown("terms-reviewer", "terms", "reviewer", "terms/"),
    Shown("sweeps-operator", "sweeps", "operator", "sweeps/"),
    Shown("sweep-operator", "sweep", "operator", "sweeps/", _first_row),
    Shown("sweep-leader", "sweep", "leader", "sweeps/", _first_row),
    Shown("scores-operator", "scores", "operator", "scores/"),
    Shown("scores-town", "scores", "town", "scores/"),
    Shown("scores-leader", "scores", "leader", "scores/"),
    Shown("frames-operator", "frames", "operator", "frames/"),
    Shown("frame-operator", "frame", "operator", "frames/", _row(1)),
    Shown("frame-cell-operator", "frame_cell", "operator", "frames/", _frame_cell),
    Shown("frame-edit-operator", "frame_edit", "operator", "frames/", _frame_edit),
    Shown("frame-leader", "frame", "leader", "frames/", _row(1)),
    Shown("rechecks-operator", "rechecks", "operator", "rechecks/"),
    Shown("rechecks-town", "rechecks", "town", "rechecks/"),
    Shown("rechecks-refused", "recheck_draw", "operator", "rechecks/", _refused),
    Shown("recheck-round-operator", "recheck_round", "operator", "rechecks/", _round),
    Shown("recheck-round-leader", "recheck_round", "leader", "rechecks/", _round),
    Shown("recheck-town", "recheck", "town", "rechecks/", _recheck),
    Shown("finding-preview-helper", "finding", "helper", "findings/?state=verifying", _preview),
    Shown("search-operator", "search", "operator", "people/"),
    Shown("search-found", "search_results", "operator", "people/", _search),
    Shown("person-operator", "person", "operator", f"findings/{ID_NUMBER}", _person),
    Shown("household-operator", "household", "operator", f"findings/{ID_NUMBER}", _household),
    Shown("persons-operator", "persons", "operator", "people/in/610723000000/"),
    Shown("rows-operator", "finding_rows", "operator", "findings/rows?counted=open"),
    Shown("recheck-rows-operator", "recheck_rows", "operator", "rechecks/rows"),
    Shown("sources-operator", "sources", "operator", "sources/"),
    Shown("source-operator", "source", "operator", "sources/of/city/"),
    Shown("delivery-operator", "delivery", "operator", "sources/of/national/", _delivery),
    Shown("submission-operator", "submission", "operator", "sources/", _sent("待接收")),
    Shown("submission-refused-operator", "submission", "operator", "sources/", _sent("未能读取")),
    Shown("kept-file-operator", "kept_file", "operator", "sources/", _kept_file),
    Shown("arrival-operator", "arrival", "operator", "sources/", _link_to("/sources/folders/")),
    Shown("mapping-operator", "question", "operator", "sources/", _link_to("/sources/question/")),
    Shown("upload-operator", "upload", "operator", "sources/upload"),
    Shown("deliveries-operator", "delivery_calendar", "operator", "deliveries/calendar/"),
    Shown("schedules-operator", "schedules", "operator", "plan/"),
    Shown("schedule-operator", "schedule_edit", "operator", "plan/", _link_to("/plan/")),
    Shown("calendar-operator", "calendar", "operator", "calendar/"),
    Shown("jobs-operator", "jobs", "operator", "jobs/"),
    Shown("findings-liaison", "findings", "liaison", "findings/"),
    Shown("finding-liaison", "finding", "liaison", "findings/", _first_row),
    Shown("accounts-sysadmin", "accounts", "sysadmin", "staff/"),
    Shown("account-new-sysadmin", "account_new", "sysadmin", "staff/new"),
    Shown("account-secadmin", "account", "secadmin", "staff/", _first_row),
    Shown("roles-secadmin", "roles", "secadmin", "roles/"),
    Shown("role-requests-secadmin", "role_requests", "secadmin", "roles/requests/"),
    Shown("access-review-secadmin", "access_review", "secadmin", "roles/review/"),
    Shown("ledger-auditadmin", "ledger", "auditadmin", "ledger/"),
    Shown("logins-auditadmin", "logins", "auditadmin", "ledger/logins/"),
    Shown("keys-secadmin", "keys", "secadmin", "keys/"),
    Shown("reads-reviewer", "person_reads", "reviewer", f"findings/{ID_NUMBER}", _reads),
    Shown("job-operator", "job_progress", "operator", "jobs/", _first_row),
    Shown("password-helper", "account_change_password", "helper", "accounts/password/change/"),
    Shown("second-factor-helper", "mfa_index", "helper", "accounts/2fa/"),
    Shown("app-add-helper", "mfa_activate_totp", "helper", "accounts/2fa/totp/activate/"),
    Shown("keys-helper", "mfa_list_webauthn", "helper", "accounts/2fa/webauthn/"),
    Shown("key-add-helper", "mfa_add_webauthn", "helper", "accounts/2fa/webauthn/add/"),
    Shown("logout-helper", "account_logout", "helper", "accounts/logout/"),
    Shown("again-helper", "account_reauthenticate", "helper", "accounts/reauthenticate/"),
    Shown("inactive", "account_inactive", "", "accounts/inactive/"),
    Shown("home-sysadmin", "home", "sysadmin", ""),
    Shown("home-secadmin", "home", "secadmin", ""),
    Shown("home-auditadmin", "home", "auditadmin", ""),
    Shown("home-liaison", "home", "liaison", ""),
    Shown("not-found", "finding", "helper", "findings/ZZZZZZZZZZZ/"),
)


NO_PAGES = {
    "health": "one word for whoever watches the server",
    "upload_part": "how far an upload is, for the script that sends it",
    "frame_export": "a workbook",
    "delivery_file": "the same page as kept_file, of a delivery instead of a submission",
    "account_set_password": "leads on to account_change_password: every account has a password",
    "mfa_authenticate": "needs a second factor, which the demo's accounts do without; tests/browser/test_entrance.py walks it",
    "mfa_reauthenticate": "needs a second factor",
    "mfa_reauthenticate_webauthn": "needs a second factor",
    "mfa_deactivate_totp": "needs a second factor",
    "mfa_view_recovery_codes": "needs a second factor",
    "mfa_generate_recovery_codes": "needs a second factor",
    "mfa_download_recovery_codes": "a text file",
    "mfa_remove_webauthn": "needs a passkey",
    "mfa_edit_webauthn": "needs a passkey",
    "mfa_login_webauthn": "words for the script that asks the passkey",
}
"""Routes that are asked for and have no picture, with the reason."""

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


def confirm_password(page: Any, password: str) -> None:
    """Say the password once more, as the page before something about the account itself asks."""
    page.get_by_label("密码").fill(password)
    page.locator("main form button").first.click()
    page.wait_for_load_state("networkidle")


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
