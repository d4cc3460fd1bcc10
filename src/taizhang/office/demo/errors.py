"""What stops a demo."""

from typing import ClassVar

from taizhang.errors import UserError


class NotADemo(UserError):
    """The installation is one in earnest: nothing of a demo is ever put into it."""

    code: ClassVar[str] = "E-DEMO-EARNEST"
