"""What can be wrong with what people ask of persons."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class TooManyReveals(OfficeError):
    """Somebody has let themselves be shown as many full numbers as one day allows."""

    code = "E-REVEAL-LIMIT"
    status = 429
    message = _("今天显示完整证件号码的次数已到上限。")
    hint = _("请明天再试；确有需要，请由其他有权限的人员办理。超限已记入流水，安全管理员可以看到。")
