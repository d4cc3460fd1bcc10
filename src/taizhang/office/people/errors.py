"""What can be wrong with what people ask of persons."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class ReasonMissing(OfficeError):
    """A reason must be given, in words that say something."""

    code = "E-REASON"
    status = 400
    message = _("请写明理由。")
    hint = _("从列表中选一项，并用几个字说明用途。")
