"""Accounts, roles and logins as the parts of pages."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import Assignment, RoleRequest, User
from taizhang.office.accounts.selectors import SOON, Power
from taizhang.office.parts.model import Cell, Column, Fact, Filter, Filters, Option, Row, Table, Tone
from taizhang.office.parts.punctuation import bracketed, listed
from taizhang.office.parts.workbook import plain_table

STATES = (("active", gettext_lazy("启用")), ("disabled", gettext_lazy("停用")), ("none", gettext_lazy("没有角色")))


def moment(value: datetime | None) -> str:
    """A moment in the county's time, empty for none."""
    return date_format(localtime(value), "Y-m-d H:i") if value else ""


def accounts_filters(text: str, state: str) -> Filters:
    """What narrows the list of accounts."""
    return Filters([
        Filter("q", _("登录名、姓名、单位"), value=text),
        Filter("state", _("状态"), "choice", state, [Option(value, label) for value, label in STATES]),
    ])  # fmt: skip


def accounts_table(users: Iterable[Any], locked: Mapping[str, datetime]) -> Table:
    """The list of accounts."""
    columns = [Column(_("登录名"), kind="head"), Column(_("姓名"), noted=_("单位")), Column(_("角色")), Column(_("两步验证")), Column(_("上次登录"), kind="date"), Column(_("状态"), noted=_("到"))]  # fmt: skip
    rows = [
        Row(
            [
                Cell(one.username),
                Cell(one.display_name, note=one.unit),
                Cell(listed(sorted({str(Role(held.role).label) for held in one.assignments.all() if counts(held)}))),
                Cell(_("有") if one.has_factor else _("无"), tone="success" if one.has_factor else "neutral"),
                Cell(moment(one.last_login)),
                state_cell(one, locked),
            ],
            url=reverse("account", args=[one.pk]),
        )
        for one in users
    ]
    return Table(columns, rows, empty=_("没有符合条件的账号"))


def state_cell(user: User, locked: Mapping[str, datetime]) -> Cell:
    """Whether an account can be used now."""
    if not user.is_active:
        return Cell(_("停用"), tone="neutral")
    if user.username in locked:
        return Cell(_("已锁定"), tone="danger", note=moment(locked[user.username]))
    if user.one_time_until is not None:
        return Cell(_("待首次登录"), tone="warning", note=moment(user.one_time_until))
    return Cell(_("启用"), tone="success")


def counts(held: Assignment, on: date | None = None) -> bool:
    """Whether an assignment counts on a day, today by default."""
    return held.ended_at is None and held.valid_from <= (on or localdate()) <= held.valid_to


def account_facts(user: Any, locked: Mapping[str, datetime]) -> list[Fact]:
    """What is known of an account."""
    state = state_cell(user, locked)
    return [
        Fact(_("登录名"), user.username, mono=True), Fact(_("姓名"), user.display_name), Fact(_("单位"), user.unit or None),
        Fact(_("电话"), user.phone or None), Fact(_("状态"), state.text, tone=state.tone),
        Fact(_("两步验证"), _("有") if user.has_factor else _("无"), tone="success" if user.has_factor else "neutral"),
        Fact(_("上次登录"), moment(user.last_login) or None), Fact(_("建立时间"), moment(user.created_at)),
    ]  # fmt: skip


def held_table(held: Iterable[Assignment], names: Mapping[str, str]) -> Table:
    """What one person holds and held."""
    columns = [Column(_("角色")), Column(_("区划")), Column(_("开始"), kind="date"), Column(_("结束"), kind="date"), Column(_("状态"))]  # fmt: skip
    rows = [
        Row([
            Cell(str(Role(one.role).label)), Cell(names[one.area]), Cell(one.valid_from.isoformat()),
            Cell(one.valid_to.isoformat()), Cell(*_state_of(one)),
        ])
        for one in held
    ]  # fmt: skip
    return Table(columns, rows, empty=_("没有角色"))


def _state_of(one: Assignment) -> tuple[str, Tone]:
    if one.ended_at is not None:
        return _("已收回"), "neutral"
    if one.valid_to < localdate():
        return _("已到期"), "neutral"
    if one.valid_from > localdate():
        return _("未开始"), "info"
    return (_("将到期"), "warning") if one.valid_to <= localdate() + SOON else (_("有效"), "success")


def roles_filters(role: str, *, soon: bool) -> Filters:
    """What narrows the list of roles."""
    return Filters([
        Filter("role", _("角色"), "choice", role, [Option(value, label) for value, label in Role.choices]),
        Filter("soon", _("30天内到期"), "toggle", "1" if soon else ""),
    ])  # fmt: skip


def roles_table(held: Iterable[Assignment], names: Mapping[str, str]) -> Table:
    """Who holds what where; each row opens the account."""
    columns = [Column(_("姓名"), kind="head", noted=_("登录名")), Column(_("角色")), Column(_("区划")), Column(_("结束"), kind="date"), Column(_("状态"))]  # fmt: skip
    rows = [
        Row(
            [
                Cell(str(one.user), note=one.user.username), Cell(str(Role(one.role).label)), Cell(names[one.area]),
                Cell(one.valid_to.isoformat()), Cell(*_state_of(one)),
            ],
            url=reverse("account", args=[one.user_id]),
        )
        for one in held
    ]  # fmt: skip
    return Table(columns, rows, empty=_("没有符合条件的授权"))


def request_facts(one: RoleRequest, names: Mapping[str, str]) -> list[Fact]:
    """What was asked for."""
    return [
        Fact(_("被授权人"), str(one.user) + bracketed(one.user.username)), Fact(_("角色"), Role(one.role).label),
        Fact(_("区划"), names[one.area]), Fact(_("起止"), f"{one.valid_from:%Y-%m-%d} – {one.valid_to:%Y-%m-%d}"),
        Fact(_("原因"), one.reason), Fact(_("提出"), f"{one.asked_by or _('系统')} {moment(one.asked_at)}"),
    ]  # fmt: skip


REVIEW_HEAD = (
    gettext_lazy("区划"),
    gettext_lazy("区划代码"),
    gettext_lazy("角色"),
    gettext_lazy("姓名"),
    gettext_lazy("登录名"),
    gettext_lazy("单位"),
    Column(gettext_lazy("结束"), kind="date"),
    gettext_lazy("两步验证"),
    Column(gettext_lazy("上次登录"), kind="date"),
)


def review_values(one: Power) -> tuple[str, ...]:
    """One line of the access review, in the order of REVIEW_HEAD."""
    return (
        one.place, one.area, str(one.role.label), str(one.user), one.user.username, one.user.unit,
        one.valid_to.isoformat(), _("有") if one.has_factor else _("无"), moment(one.user.last_login),
    )  # fmt: skip


def exported_review_table(powers: Iterable[Power]) -> Table:
    """The access review as a workbook has it."""
    return plain_table(REVIEW_HEAD, [review_values(one) for one in powers])


def review_table(powers: Iterable[Power]) -> Table:
    """The access review on the screen."""
    columns = [Column(_("姓名"), kind="head"), Column(_("角色")), Column(_("区划")), Column(_("结束"), kind="date"), Column(_("两步验证")), Column(_("上次登录"), kind="date")]  # fmt: skip
    rows = [
        Row([
            Cell(str(one.user), note=one.user.username), Cell(str(one.role.label)), Cell(one.place, note=one.area),
            Cell(one.valid_to.isoformat()),
            Cell(_("有") if one.has_factor else _("无"), tone="success" if one.has_factor else "neutral"),
            Cell(moment(one.user.last_login) or _("从未")),
        ])
        for one in powers
    ]  # fmt: skip
    return Table(columns, rows, empty=_("没有人持有角色"))
