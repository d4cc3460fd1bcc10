"""What can be wrong with what people ask of findings and sweeps."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class SweepUnreadable(OfficeError):
    """The folder is no finished sweep of this version."""

    code = "E-SWEEP-FOLDER"
    message = _("这次排查的结果读不出来。")
    hint = _("请重新运行一次排查，再导入。")


class SweepOlder(OfficeError):
    """A newer sweep was imported already; an older one would take findings back in time."""

    code = "E-SWEEP-OLDER"
    message = _("已经导入过更新的一次排查。")
    hint = _("请导入最近一次排查的结果。")


class LabelTaken(OfficeError):
    """Somebody's saved views have names of their own."""

    code = "E-VIEW-LABEL"
    status = 400
    message = _("已有同名的常用筛选，或名称为空。")
    hint = _("请换一个名称。")
