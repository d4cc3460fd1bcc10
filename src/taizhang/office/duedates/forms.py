"""The form of a rule."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from taizhang.office.duedates.models import Every
from taizhang.office.duedates.selectors import towns


def source_choices() -> list[tuple[str, Any]]:
    """Each of the county's sources."""
    return [(source.id, source.title) for source in settings.INSTALLATION.county.sources]


def town_choices() -> list[tuple[str, Any]]:
    """The whole county, and each of its towns."""
    return [("", _("全县")), *((one.code, one.name) for one in towns())]


class TermForm(forms.Form):
    """When a source is due."""

    source = forms.ChoiceField(label=_("来源"), choices=source_choices)
    town = forms.ChoiceField(
        label=_("范围"), choices=town_choices, required=False, help_text=_("选一个镇时，报送里有这个镇的行才算已报送。")
    )
    every = forms.ChoiceField(label=_("多久一次"), choices=Every.choices, initial=Every.MONTH)
    day = forms.IntegerField(
        label=_("报送日"), min_value=1, max_value=31, required=False,
        help_text=_("每周写 1 到 7（周一为 1），每月和每季写几日（每季为季末月），每个工作日不写。遇放假顺延。"),
    )  # fmt: skip
    why = forms.CharField(label=_("依据"), max_length=200, required=False)

    def rule(self) -> dict[str, Any]:
        """The cleaned values as `save_term` takes them."""
        values = dict(self.cleaned_data)
        return {**values, "day": 0 if values["every"] == Every.WORKDAY else values["day"] or 0}
