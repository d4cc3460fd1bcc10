"""What can be wrong with a frame."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class FrameTaken(OfficeError):
    """There is an edition of that year already."""

    code = "E-FRAME-TAKEN"
    message = _("这个框架这一年的表已经建立。")
    hint = _("请在清单里打开它，或换一个年份。")


class FrameUnfit(OfficeError):
    """Title, year, columns or rows cannot be."""

    code = "E-FRAME-NEW"
    status = 422
    message = _("名称、年份、栏目或行数不合规。")
    hint = _("名称不超过 40 字；年份为 2000–2100；栏目 1–9 个、名称各不相同、不含“/”；行数 1–40。")


class CellUnfit(OfficeError):
    """A cell cannot be kept; the table stays as it was, and what was typed is shown again. problems: by the cell's tag."""

    code = "E-FRAME-CELL"
    status = 422
    message = _("有的格不合规，整张表没有保存。")
    hint = _("请按提示改正后再保存；您填写的内容还在。")

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(*problems)
        self.problems = problems


class FrameFileUnfit(OfficeError):
    """The file is no table of this frame."""

    code = "E-FRAME-FILE"
    status = 422
    message = _("这个文件不能作为框架表导入，表没有改动。")
    hint = _("请先导出本表，在导出的文件上填写：表头、标签列保持不变。")

    def __init__(self, why: str = "") -> None:
        super().__init__("file")
        self.why = why
