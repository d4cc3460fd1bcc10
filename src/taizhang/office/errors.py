"""What the office tells a person who asked for something that cannot be done.

A code is stable and listed in the docs; message and hint are translated; neither ever carries a value from a record.
"""

from typing import ClassVar

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def asks_for_json(request: HttpRequest) -> bool:
    """Whether a script asked, which gets its errors as JSON."""
    return request.headers.get("Accept") == "application/json"


class OfficeError(Exception):
    """The person can put this right. fields: names of the form fields concerned; facts: counts and states only.

    happened: what somebody else did meanwhile, in words, for whoever sees the thing; empty where nothing is to be told.
    """

    code: ClassVar[str] = "E-OFFICE"
    status: ClassVar[int] = 409
    message: ClassVar[Promise | str] = _("这一步现在不能做。")
    hint: ClassVar[Promise | str] = _("请刷新页面后再试。")

    def __init__(self, *fields: str, **facts: int | str) -> None:
        super().__init__(self.code)
        self.fields, self.facts, self.happened = fields, facts, ""

    def as_json(self) -> dict[str, object]:
        """What a script gets to show: code, message and hint in the language of the request."""
        return {"code": self.code, "message": str(self.message), "hint": str(self.hint)}


class NotFound(OfficeError):
    """There is no such thing in the areas of whoever asks; the same answer as for a thing that never was."""

    code = "E-NOT-FOUND"
    status = 404
    message = _("没有找到。")
    hint = _("它可能不存在，或不在您负责的区划内。")


class Forbidden(OfficeError):
    """The thing is in the area, but the role does not allow this."""

    code = "E-FORBIDDEN"
    status = 403
    message = _("您的角色不能做这件事。")
    hint = _("如工作需要，请联系安全管理员调整授权。")


class ReasonMissing(OfficeError):
    """A reason must be given, in words that say something."""

    code = "E-REASON"
    status = 400
    message = _("请写明理由。")
    hint = _("从列表中选一项，并用几个字说明用途。")


class ListTooLong(OfficeError):
    """The list has more rows than one workbook takes; a workbook of a part of it would be taken for the whole."""

    code = "E-EXPORT-LONG"
    status = 422
    message = _("清单超过50000条，没有导出。")
    hint = _("请先筛选，或由各镇分别导出。")


class Stale(OfficeError):
    """Somebody else changed the thing since the page was opened."""

    code = "E-STALE"
    message = _("这条内容在您打开之后已经被别人改动。")
    hint = _("请看最新的情况，再重新决定；您写的文字已保留。")
