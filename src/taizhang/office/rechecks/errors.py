"""What can stand in the way of a draw or a recheck."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class PeriodUnfit(OfficeError):
    """The days or the share cannot be."""

    code = "E-RECHECK-PERIOD"
    status = 422
    message = _("起止日期或抽查比例不合规。")
    hint = _("起不晚于止，止须早于今天，比例为 1–100。")


class PeriodTaken(OfficeError):
    """Some of these days belong to a round that was drawn."""

    code = "E-RECHECK-TAKEN"
    message = _("这段日期里有的已经抽过，同一天销号的问题只抽一次。")
    hint = _("请从上一轮的次日开始。")


class NothingClosed(OfficeError):
    """Nothing that was closed in the period is still closed."""

    code = "E-RECHECK-EMPTY"
    message = _("这段日期里没有可抽查的已销号问题。")
    hint = _("请换一段日期；已重开的问题不再抽查。")


class OwnVerification(OfficeError):
    """Whoever verified a finding does not recheck it."""

    code = "E-RECHECK-OWN"
    message = _("核实过这个问题的人不能做它的回头看。")
    hint = _("请由另一位有权限的同事复查。")


class RecheckDecided(OfficeError):
    """Somebody has decided it, or the finding is closed no more."""

    code = "E-RECHECK-DONE"
    message = _("这一条已经有结果，或问题已不在销号状态。")
    hint = _("请看页面上的最新情况。")


class NoteMissing(OfficeError):
    """What was seen must be said."""

    code = "E-RECHECK-NOTE"
    status = 422
    message = _("请写明复查看到的情况。")
    hint = _("至少四个字：看了什么证件、见了谁。")
