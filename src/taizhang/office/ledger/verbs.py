"""The closed list of what can happen, in the past tense. A verb that is not here cannot be recorded."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, Promise | str] = {
    "ledger.opened": _("建立流水"),
    "login.succeeded": _("登录"),
    "login.failed": _("登录失败"),
    "login.locked": _("登录被锁定"),
    "login.ended": _("退出"),
    "user.created": _("新建账号"),
    "user.changed": _("修改账号"),
    "user.disabled": _("停用账号"),
    "user.enabled": _("启用账号"),
    "role.assigned": _("授予角色"),
    "role.ended": _("收回角色"),
    "job.cancelled": _("取消后台任务"),
    "job.restarted": _("重新运行后台任务"),
    "schedule.saved": _("修改计划"),
    "calendar.changed": _("修改工作日历"),
    "places.loaded": _("载入行政区划"),
}
