"""Forms of the plan and the calendar."""

from dataclasses import asdict
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from taizhang.office.jobs.models import Schedule
from taizhang.office.jobs.rhythm import LAST_DAY, MINUTES, WEEKDAYS, Every, Rhythm

KINDS = (
    ("sweep.run", _("排查")),
    ("intake.watch", _("查看报送文件夹")),
    ("casework.remind", _("催办提醒")),
    ("ledger.check", _("核对流水")),
    ("uploads.clear", _("清理未传完的文件")),
)
NEEDED = {
    Every.DAY: ("at",), Every.WEEK: ("weekday", "at"), Every.MONTH: ("day", "at"), Every.HOUR: ("at",),
    Every.MINUTES: ("minutes",), Every.CRON: ("cron",),
}  # fmt: skip
"""Which fields say a rhythm; the page shows only these of the chosen one (_page.scss)."""


PLAIN = ("name", "kind", "workdays_only", "enabled")
"""Fields that the plan keeps as they are."""


class ScheduleForm(forms.Form):
    """A line of the plan: what is done, and how often. Fields that a rhythm does not use are left as they are."""

    name = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(label=_("做什么"), choices=KINDS)
    every = forms.ChoiceField(label=_("多久一次"), choices=Every.choices)
    weekday = forms.ChoiceField(label=_("星期几"), choices=list(WEEKDAYS.items()), required=False)
    day = forms.IntegerField(label=_("几日"), min_value=1, max_value=LAST_DAY, initial=1, required=False)
    minutes = forms.TypedChoiceField(
        label=_("隔几分钟"),
        choices=[(one, one) for one in MINUTES],
        coerce=int,
        initial=5,
        required=False,
        empty_value=None,
    )
    at = forms.TimeField(
        label=_("几点几分"),
        initial=time(6),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    cron = forms.CharField(label=_("表达式（分 时 日 月 周）"), max_length=60, required=False)
    workdays_only = forms.BooleanField(
        label=_("只在工作日"), required=False, initial=True, help_text=_("遇节假日顺延到下一个工作日的同一时刻。")
    )
    enabled = forms.BooleanField(label=_("启用"), required=False, initial=True)

    @classmethod
    def of(cls, schedule: Schedule) -> "ScheduleForm":
        """The form of a line that stands in the plan."""
        plain = {name: getattr(schedule, name) for name in PLAIN}
        return cls(initial={**plain, **asdict(Rhythm.of(schedule.cron))})

    def clean(self) -> dict[str, Any]:
        """What the rhythm needs is there; the rest counts as its first value."""
        said: dict[str, Any] = super().clean() or {}
        for name in NEEDED.get(said.get("every", ""), ()):
            if said.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("请填写。"))
        return said

    def line(self) -> dict[str, Any]:
        """What the plan keeps: name, kind, cron, workdays_only, enabled. Asked of a valid form."""
        said = self.cleaned_data
        given = {
            name: said[name] for name in ("at", "weekday", "day", "minutes", "cron") if said[name] not in (None, "")
        }
        kept = {name: said[name] for name in PLAIN}
        return {**kept, "cron": Rhythm(Every(said["every"]), **given).as_cron()}


class DayForm(forms.Form):
    """What one day is."""

    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    is_workday = forms.BooleanField(label=_("上班"), required=False)
    note = forms.CharField(label=_("说明"), max_length=60, required=False)
