"""What a full or locked disk becomes on the command line: an error that says where and what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taizhang.errors import reason
from taizhang.intake.delivery.lake import LakeWriteError

_REFUSED = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM})
"""What a disk says that will not be written on; other faults of the system are ours to put right."""


@contextmanager
def writing(data: Path) -> Iterator[None]:
    """Around work that writes below `data`: a disk that refuses raises LakeWriteError; other faults stay what they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        raise LakeWriteError(
            "数据目录不能写入。",
            where=str(error.filename or data),
            why=reason(error),
            hint="请检查磁盘空间与权限后重新运行；已有报送和已完成的排查未受影响。",
        ) from error
