"""What can be wrong with accounts and assignments."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class RolesConflict(OfficeError):
    """The person already holds a role that excludes this one."""

    code = "E-ROLE-CONFLICT"
    message = _("这个角色与此人已有的角色不能由同一人担任。")
    hint = _("请先收回原角色，或另选一人。系统、安全、审计三员互斥，且不兼业务。")


class NameTaken(OfficeError):
    """The login name is in use."""

    code = "E-USER-TAKEN"
    message = _("登录名已被使用。")
    hint = _("请换一个登录名。")


class OwnAccount(OfficeError):
    """Nobody does this to their own account: roles, one-time passwords, unlocking, disabling."""

    code = "E-OWN-ACCOUNT"
    status = 403
    message = _("不能对自己的账号做这件事。")
    hint = _("请由另一名管理员办理。")


class SameHands(OfficeError):
    """Whoever asked for a role, or would get it, cannot confirm it."""

    code = "E-SAME-HANDS"
    status = 403
    message = _("提出授权的人和被授权的人都不能确认这项授权。")
    hint = _("请由另一名安全管理员或领导确认。")


class ReasonNeeded(OfficeError):
    """The reason is missing."""

    code = "E-REASON-NEEDED"
    status = 422
    message = _("没有写原因。")
    hint = _("请写明原因；原因会记入流水。")


class TermWrong(OfficeError):
    """The days of an assignment are in the past, the wrong way round, or more than a year apart."""

    code = "E-ROLE-TERM"
    status = 422
    message = _("授权的起止日期不对。")
    hint = _("开始日期不早于今天，结束日期不早于开始日期，最长一年；到期后重新授权。")


class NoSuchArea(OfficeError):
    """The county's list of divisions has no such area."""

    code = "E-ROLE-AREA"
    status = 422
    message = _("行政区划表中没有这个区划。")
    hint = _("请从列表中选择县、镇（办）或村（社区）。")


class OneTimePasswordOver(OfficeError):
    """A one-time password was not used in time."""

    code = "E-ONE-TIME"
    status = 403
    message = _("这个一次性密码已经过期。")
    hint = _("请联系系统管理员重新发放。")
