"""The entries of the side bar that whoever is logged in may open."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from taizhang.office.access.table import PUBLIC, SELF, routes


@dataclass(frozen=True)
class Entry:
    """One entry: the route it opens, its label, the name of its icon, and whether it is among the few a phone keeps in reach."""

    route: str
    label: Promise | str
    icon: str
    at_hand: bool = False


GROUPS: tuple[tuple[Promise | str, tuple[Entry, ...]], ...] = (
    (_("工作台"), (Entry("home", _("首页"), "home", at_hand=True), Entry("tasks", _("任务"), "clipboard-list", at_hand=True), Entry("notices", _("提醒"), "bell"))),
    (
        _("整改"),
        (Entry("handbacks", _("回填"), "arrow-back-up"), Entry("exemptions", _("豁免清单"), "ban"), Entry("rechecks", _("回头看"), "eye-check"), Entry("terms", _("期限与审核"), "clock")),
    ),
    (
        _("核查"),
        (
            Entry("findings", _("问题"), "clipboard-list", at_hand=True),
            Entry("sweeps", _("排查"), "report-analytics"),
            Entry("scores", _("质量看板"), "chart-bar"),
            Entry("frames", _("工作框架"), "layout-grid"),
            Entry("search", _("查询人员"), "search", at_hand=True),
        ),
    ),
    (
        _("运行"),
        (
            Entry("sources", _("来源与报送"), "cloud-upload"),
            Entry("delivery_calendar", _("报送日历"), "calendar-due"),
            Entry("schedules", _("排查计划"), "calendar-time"),
            Entry("calendar", _("工作日历"), "calendar"),
            Entry("jobs", _("后台任务"), "list-check"),
        ),
    ),
    (
        _("账号与权限"),
        (
            Entry("accounts", _("账号"), "users"),
            Entry("roles", _("授权"), "shield-check"),
            Entry("role_requests", _("授权确认"), "signature"),
            Entry("access_review", _("权限核查"), "list-check"),
            Entry("keys", _("密钥"), "key"),
        ),
    ),
    (_("审计"), (Entry("ledger", _("操作流水"), "history"), Entry("logins", _("登录记录"), "lock"))),
)  # fmt: skip


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context: `navigation`, groups of entries that the actor may open; `county`, the county's name; `actor`."""
    from django.conf import settings

    actor = getattr(request, "actor", None)
    current = request.resolver_match.view_name if request.resolver_match else ""
    section = _section_of(request.path)
    groups = []
    for title, entries in GROUPS:
        shown = [
            {
                "label": one.label, "url": _addresses()[one.route], "icon": one.icon, "at_hand": one.at_hand,
                "active": "page" if one.route == current else "true" if one.route == section else "",
            }
            for one in entries
            if actor is not None and _may_open(actor, one.route)
        ]  # fmt: skip
        if shown:
            groups.append({"title": title, "items": shown})
    return {"navigation": groups, "county": settings.INSTALLATION.county, "actor": actor}


def _section_of(path: str) -> str:
    """The entry that a page lies under, by its address; empty for none. Everything lies under the first page: it does not count."""
    below = ((url, route) for route, url in _addresses().items() if route != "home" and path.startswith(url))
    return max(below, default=("", ""))[1]


@cache
def _addresses() -> dict[str, str]:
    """Route → address of every entry: looked up once a process, not with every page."""
    return {one.route: reverse(one.route) for _title, group in GROUPS for one in group}


def _may_open(actor: Any, name: str) -> bool:
    permission = routes()["GET", name].permission
    return permission in (PUBLIC, SELF) or actor.may(permission)
