"""What can go wrong around jobs and the plan."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class LeaseLost(RuntimeError):
    """Another worker has taken the job over; whatever this one was about to write must not be written."""


class JobCancelled(Exception):
    """Somebody asked for the job to end; raised between two chunks, never inside one."""


class NotCron(OfficeError):
    """The text is not a plan in cron's five fields."""

    code = "E-PLAN-CRON"
    status = 422
    message = _("计划时间写得不对。")
    hint = _("请写五段：分 时 日 月 周，例如 0 6 * * 1-5（工作日早上六点）。")


class PlanNameTaken(OfficeError):
    """Another line of the plan has the name."""

    code = "E-PLAN-NAME"
    status = 422
    message = _("计划里已有这个名称。")
    hint = _("请另起一个名称，或修改原有的那一条。")
