"""What can be wrong with a limit."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class LimitUnfit(OfficeError):
    """Measure, year, value or reason cannot be."""

    code = "E-QUALITY-LIMIT"
    status = 422
    message = _("界限没有保存：年份、数值或依据不合规。")
    hint = _("年份为 2000–2100，数值为 0–100 的百分数（最多一位小数），依据至少四个字。")
