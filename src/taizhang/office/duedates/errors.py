"""What can be wrong with a term of delivery."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class NoSuchSource(OfficeError):
    """The county has no such source, or no such town."""

    code = "E-TERM-SOURCE"
    status = 422
    message = _("没有这个来源或这个镇。")
    hint = _("来源在县配置文件 county.toml 中登记，镇在行政区划表中登记。")


class NotADay(OfficeError):
    """The day does not fit the rhythm."""

    code = "E-TERM-DAY"
    status = 422
    message = _("报送日写得不对。")
    hint = _("每周写 1 到 7（周一为 1），每月和每季写 1 到 31，每个工作日不写。")
