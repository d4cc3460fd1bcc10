"""The two families of errors: what a user can put right, and what we must."""

from typing import ClassVar


class UserError(Exception):
    """Somebody outside can put this right. Never carries a value from a record.

    Attributes:
        code: stable, listed in docs/errors.md, for example ``E-COUNTY-FOLDER``.
        message: what is wrong, in Simplified Chinese, one sentence.
        where: file, sheet or cell, as a person would look for it.
        why: the reason, where it is not obvious.
        hint: what to do next.
    """

    code: ClassVar[str] = "E-USER"
    exit_status: ClassVar[int] = 2

    def __init__(self, message: str, *, where: str = "", why: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message, self.where, self.why, self.hint = message, where, why, hint

    def __str__(self) -> str:
        parts = [f"{self.message}（{self.code}）"]
        parts += [
            f"{label}：{text}"
            for label, text in (("位置", self.where), ("原因", self.why), ("办法", self.hint))
            if text
        ]
        return "\n".join(parts)


class SystemFault(Exception):
    """We must put this right; the text names the place, never a value from a record."""

    code: ClassVar[str] = "E-FAULT"
    exit_status: ClassVar[int] = 70
