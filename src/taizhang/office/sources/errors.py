"""What can be wrong with what is sent."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError

if TYPE_CHECKING:
    from taizhang.office.sources.models import Upload


class NothingSent(OfficeError):
    """No file, or more or larger files than one submission may hold."""

    code = "E-UPLOAD"
    status = 422
    message = _("没有收到可接收的文件。")
    hint = _("请选择表格文件或其压缩包：最多 500 个、合计不超过 1 GB。")


class DayUnfit(OfficeError):
    """The day of what is sent is none, or one on which it cannot be: a later one would stand above every true delivery."""

    code = "E-UPLOAD-DAY"
    status = 422
    message = _("数据日期没有写，或不在2000年至今天之间。")
    hint = _("请写明这批数据截至哪一天；已传的文件还在，改好日期再报送。")


class NothingToAccept(OfficeError):
    """Not one row of a proposed delivery would count."""

    code = "E-DELIVERY-NOTHING"
    message = _("这一批没有可采用的行，不能接收。")
    hint = _("请先说明等待的版式，再重新读取；或写明原因退回。")


class FileMoves(OfficeError):
    """A file of a watched folder is not what was shown: gone, replaced, being written, or not to be read."""

    code = "E-FOLDER-FILE"
    message = _("收件夹里的这个文件已经消失、被替换，或不能读取。")
    hint = _("请等文件写完，再看一次收件夹。")


class AlreadyTaken(OfficeError):
    """The lake has a delivery of the very same files."""

    code = "E-DELIVERY-SAME"
    message = _("这些文件已经接收过。")
    hint = _("无需再次报送；如内容应有不同，请核对是否选错了文件。")


class UnknownSource(OfficeError):
    """The county has no such source."""

    code = "E-UPLOAD-SOURCE"
    status = 422
    message = _("没有这个来源。")
    hint = _("来源在县配置文件 county.toml 中登记。")


class ReleaseUnexplained(OfficeError):
    """A held delivery was to count without words that say what was looked at."""

    code = "E-RELEASE-REASON"
    status = 400
    message = _("请写明核对了什么、为何可用。")
    hint = _("例如：已与镇上核对，减少的行确为迁出。")


class LakeSays(OfficeError):
    """The lake refuses: busy, stale, gone. The sentence is the lake's own, which never names a value."""

    code = "E-LAKE"
    message = _("数据目录现在不能这样做。")
    hint = _("请稍后再试，或重新读取后再接收。")


class AnswerUnfit(OfficeError):
    """What was said of the columns cannot be: a meaning twice, or one that the table has not. `said` is the lake's sentence."""

    code = "E-MAP-FILE"
    status = 422
    message = _("这样的对应不成立，没有记住。")
    hint = _("请改正标出的列后再确认。")

    def __init__(self, said: str) -> None:
        super().__init__("columns")
        self.said = said


class NoFileName(OfficeError):
    """A name that is none, is a path, or is too long."""

    code = "E-UPLOAD-NAME"
    status = 422
    message = _("文件名不能使用。")
    hint = _("请把文件名改短（不超过 200 字，不含斜杠和控制字符）后再传。")


class TooMuch(OfficeError):
    """An empty file, one that is too large, or too much on the way at once."""

    code = "E-UPLOAD-SIZE"
    status = 413
    message = _("文件是空的或太大，或者未报送的文件已经太多。")
    hint = _("每个文件不超过 1 GB，未报送的合计不超过 2 GB、1000 个；请先报送或移除已上传的文件。")


class DiskFull(OfficeError):
    """The disk has no room for the file and the work that follows."""

    code = "E-UPLOAD-SPACE"
    status = 413
    message = _("服务器的磁盘空间不足，不能接收这个文件。")
    hint = _("请联系系统管理员清理磁盘；已传的部分会保留一天。")


class Behind(OfficeError):
    """The upload stands at another byte than was said; `offset` says where."""

    code = "E-UPLOAD-OFFSET"
    message = _("上传位置与服务器上的不一致。")
    hint = _("请重新选择同一个文件，从断处接着传。")

    def __init__(self, upload: "Upload") -> None:
        super().__init__("offset")
        self.offset = upload.offset

    def as_json(self) -> dict[str, object]:
        """With the byte to go on from."""
        return {**super().as_json(), "offset": self.offset}


class BrokenPiece(OfficeError):
    """A piece that arrived empty, too long, cut or altered; the same piece may be sent again."""

    code = "E-UPLOAD-PIECE"
    status = 460
    message = _("这一块没有完整到达。")
    hint = _("系统会自动重传；反复出现时请检查网络。")


class ChangedOnTheWay(OfficeError):
    """What arrived is not what the sender has: the file was changed while it was sent."""

    code = "E-UPLOAD-CHANGED"
    status = 422
    message = _("文件在上传途中被改动，已传的部分作废。")
    hint = _("请关闭正在编辑它的程序，再重新选择这个文件。")
