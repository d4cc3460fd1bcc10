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
    "sweep.imported": _("导入排查结果"),
    "finding.read": _("查看问题"),
    "findings.exported": _("导出问题清单"),
    "person.read": _("查看人员"),
    "household.read": _("查看一户一档"),
    "person.searched": _("查询人员"),
    "id.revealed": _("显示完整证件号码"),
    "view.saved": _("保存常用筛选"),
    "view.dropped": _("删除常用筛选"),
}
