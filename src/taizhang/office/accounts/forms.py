"""Forms of accounts and roles."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taizhang.office.access.areas import Area, area_of_division
from taizhang.office.access.roles import Role
from taizhang.office.places.models import Division

LOGIN_NAME = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]{2,59}\Z", _("三个字符以上；只用字母、数字、点、横线和下划线。")
)


class PersonForm(forms.Form):
    """Who an account belongs to."""

    display_name = forms.CharField(label=_("姓名"), max_length=40)
    unit = forms.CharField(label=_("单位"), max_length=80, required=False)
    phone = forms.CharField(label=_("电话"), max_length=20, required=False)


class AccountForm(PersonForm):
    """A new account."""

    username = forms.CharField(
        label=_("登录名"), max_length=60, validators=[LOGIN_NAME], help_text=_("不要用证件号码或手机号码作登录名。")
    )
    field_order = ("username", "display_name", "unit", "phone")

    def clean_username(self) -> str:
        """A login name that is no ID or phone number: it stands in lists and messages."""
        name: str = self.cleaned_data["username"]
        if sum(one.isdigit() for one in name) >= 11:
            raise forms.ValidationError(_("登录名不能是证件号码或手机号码。"))
        return name


def places() -> list[tuple[str, str]]:
    """Divisions to choose from, villages indented below their towns."""
    found = Division.objects.exclude(is_placeholder=True).order_by("code")
    own = settings.INSTALLATION.county
    listed = [(one.code, f"{'　' * max(0, one.level - 3)}{one.name}") for one in found]
    return listed or [(own.code.ljust(12, "0"), own.name)]


class RoleForm(forms.Form):
    """A role to ask for."""

    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    place = forms.ChoiceField(label=_("区划"), choices=places)
    valid_from = forms.DateField(label=_("开始"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    valid_to = forms.DateField(
        label=_("结束"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), help_text=_("最长一年。")
    )
    reason = forms.CharField(label=_("原因"), max_length=500)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        today = timezone.localdate()
        self.fields["valid_from"].initial, self.fields["valid_to"].initial = today, today + timedelta(days=365)

    def wanted(self) -> dict[str, Any]:
        """The cleaned values as `request_role` takes them."""
        values = dict(self.cleaned_data)
        area: Area = area_of_division(values.pop("place"))
        return {**values, "role": Role(values["role"]), "area": area}
