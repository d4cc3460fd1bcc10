"""What can be wrong with what is sent."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class NothingSent(OfficeError):
    """No file, or more or larger files than one submission may hold."""

    code = "E-UPLOAD"
    status = 422
    message = _("没有收到可接收的文件。")
    hint = _("请选择表格文件或其压缩包：最多 500 个、合计不超过 1 GB。")


class UnknownSource(OfficeError):
    """The county has no such source."""

    code = "E-UPLOAD-SOURCE"
    status = 422
    message = _("没有这个来源。")
    hint = _("来源在县配置文件 county.toml 中登记。")


class LakeSays(OfficeError):
    """The lake refuses: busy, stale, gone. The sentence is the lake's own, which never names a value."""

    code = "E-LAKE"
    message = _("数据目录现在不能这样做。")
    hint = _("请稍后再试，或重新读取后再接收。")
