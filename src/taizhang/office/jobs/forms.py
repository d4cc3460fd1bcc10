"""Forms of the plan and the calendar."""

from django import forms
from django.utils.translation import gettext_lazy as _

KINDS = (
    ("sweep.run", _("排查")),
    ("intake.watch", _("查看报送文件夹")),
    ("casework.remind", _("催办提醒")),
    ("ledger.check", _("核对流水")),
    ("uploads.clear", _("清理未传完的文件")),
)


class ScheduleForm(forms.Form):
    """A line of the plan."""

    name = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(label=_("做什么"), choices=KINDS)
    cron = forms.CharField(label=_("时间（分 时 日 月 周）"), max_length=60, initial="0 6 * * 1-5")
    workdays_only = forms.BooleanField(label=_("只在工作日"), required=False, initial=True)
    enabled = forms.BooleanField(label=_("启用"), required=False, initial=True)


class DayForm(forms.Form):
    """What one day is."""

    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    is_workday = forms.BooleanField(label=_("上班"), required=False)
    note = forms.CharField(label=_("说明"), max_length=60, required=False)
