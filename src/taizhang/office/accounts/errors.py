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
