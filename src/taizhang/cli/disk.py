"""What a full or locked disk becomes on the command line: an error that says where and what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taizhang.intake.delivery.lake import LakeWriteError

_REASONS = {
    errno.ENOSPC: "磁盘已满。",
    errno.EDQUOT: "超出磁盘配额。",
    errno.EFBIG: "文件超过系统允许的大小。",
    errno.EROFS: "文件系统是只读的。",
    errno.EACCES: "没有写入权限。",
    errno.EPERM: "没有写入权限。",
}


@contextmanager
def writing(data: Path) -> Iterator[None]:
    """Around work that writes below `data`: a disk that refuses raises LakeWriteError; other faults stay what they are."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0)
        if reason is None:
            raise
        raise LakeWriteError(
            "数据目录不能写入。",
            where=str(error.filename or data),
            why=reason,
            hint="请检查磁盘空间与权限后重新运行；已有报送和已完成的排查未受影响。",
        ) from error
