"""The two families of errors: what a user can put right, and what we must."""

import errno
from typing import ClassVar

_REASONS = {
    errno.ENOSPC: "磁盘已满。",
    errno.EDQUOT: "超出磁盘配额。",
    errno.EFBIG: "文件超过系统允许的大小。",
    errno.EROFS: "文件系统是只读的。",
    errno.EACCES: "没有权限。",
    errno.EPERM: "没有权限。",
    errno.ENOENT: "文件或文件夹不存在，可能刚被移走。",
    errno.EEXIST: "这里已有同名的文件，不是文件夹。",
    errno.ENOTDIR: "路径中有一段是文件，不是文件夹。",
    errno.EISDIR: "这是文件夹，不是文件。",
    errno.EBUSY: "正被别的程序占用。",
    errno.ETXTBSY: "正被别的程序占用。",
    errno.EIO: "磁盘或网络盘读写出错。",
    errno.ESTALE: "网络盘已断开。",
    errno.ENAMETOOLONG: "文件名太长。",
    errno.EMFILE: "打开的文件太多。",
    errno.ENFILE: "打开的文件太多。",
}


def reason(error: OSError) -> str:
    """Why the operating system refused, in words; its own where we have none."""
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__


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
