"""What the reader's events say to a person: what is wrong, where, why, and what to do. The one place of these texts."""

from collections.abc import Callable
from dataclasses import dataclass

from taizhang.intake.raw import FileEvent

_Text = Callable[[FileEvent], tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Message:
    """Four sentences in Simplified Chinese; `where` is "" for the whole file, `why` may be ""."""

    what: str
    where: str
    why: str
    hint: str

    def __str__(self) -> str:
        parts = [self.what]
        parts += [f"{label}：{text}" for label, text in (("位置", self.where), ("原因", self.why)) if text]
        parts.append(f"办法：{self.hint}")
        return "\n".join(parts)


# By the field of `Limits` that was broken: (what the number counts, unit).
LIMIT_NAMES: dict[str, tuple[str, str]] = {
    "file_bytes": ("文件大小", "字节"),
    "members": ("压缩包内部件数", "个"),
    "directory_bytes": ("压缩包目录大小", "字节"),
    "inflated_bytes": ("解压后总大小", "字节"),
    "member_bytes": ("单个部件解压后大小", "字节"),
    "ratio": ("压缩倍数", "倍"),
    "string_chars": ("单元格文字长度", "字"),
    "cells": ("单元格数", "个"),
    "shared_strings": ("共享文字条数", "条"),
    "shared_bytes": ("共享文字总大小", "字节"),
    "depth": ("内部结构层数", "层"),
    "token_bytes": ("单个标记长度", "字节"),
    "rows": ("行号或行数", "行"),
    "address": ("列号", "列"),
    "columns": ("一张表的列数", "列"),
    "archive_files": ("压缩包内文件数", "个"),
    "memory_bytes": ("读取所用内存", "字节"),
    "cpu_seconds": ("读取所用处理器时间", "秒"),
    "wall_seconds": ("读取所用时间", "秒"),
    "output_bytes": ("读取结果大小", "字节"),
    "open_files": ("同时打开的文件数", "个"),
}

REASONS: dict[str, str] = {
    "zip-directory": "压缩结构的目录残缺或无法识别，多半是文件没有传完整",
    "zip-member": "压缩结构中有部件残缺或校验不符，多半是文件没有传完整",
    "duplicate-member": "压缩结构中有两个同名部件，无法知道应采用哪一个",
    "missing-part": "工作簿缺少必需的部件",
    "no-sheet": "工作簿中没有工作表",
    "no-table": "网页文件中没有表格",
    "ole-directory": "文件内部目录残缺或其中没有工作簿",
    "workbook": "工作簿内容残缺",
    "xml": "内部 XML 不合规范",
    "xml-encoding": "内部 XML 的编码无法识别",
    "html": "网页内容无法解析",
    "text-lines": "文本的引号或换行不成对",
    "crash": "读取程序因文件内容异常中止，已被隔离，不影响其他文件",
}

KINDS: dict[str, str] = {
    "xlsx": "Excel 工作簿（.xlsx）",
    "xlsb": "Excel 二进制工作簿（.xlsb）",
    "ods": "ODS 表格",
    "xls": "Excel 97-2003 或 WPS 工作簿（.xls/.et）",
    "encrypted": "加密的工作簿",
    "html": "网页表格（HTML）",
    "xml2003": "XML 表格（2003）",
    "text": "文本表格（CSV/TSV）",
    "archive": "ZIP 压缩包",
    "foreign_archive": "压缩包",
    "document": "文档",
    "image": "图片",
    "empty": "空文件",
    "unknown": "无法识别的文件",
}

# By kind, or by the mark that proved it.
_KIND_HINTS: dict[str, str] = {
    "document": "请把其中的表格复制到 Excel 或 WPS 表格，另存为 .xlsx 后重新报送。",
    "pdf": "PDF 不能读取，请报送原来的表格文件。",
    "image": "图片中的文字不能读取，请报送原来的表格文件。",
    "foreign_archive": "请先解压，再报送其中的表格文件（.zip 可直接报送）。",
    "archive": "压缩包中的压缩包不会打开，请解压后直接报送其中的表格文件。",
    "empty": "文件没有内容，请检查后重新导出并报送。",
}


def describe(event: FileEvent) -> Message:
    """The message of a reader's event. An unknown code is a fault of ours and raises KeyError."""
    what, why, hint = _TEXTS[event.code](event)
    return Message(what, _where(event), why, hint)


def _where(event: FileEvent) -> str:
    sheet = f"工作表《{event.sheet}》" if event.sheet else ""
    return f"{sheet}{event.cell} 单元格" if event.cell else sheet


def _limit(event: FileEvent) -> tuple[str, str, str]:
    name, unit = LIMIT_NAMES.get(str(event.facts.get("limit")), ("用量", ""))
    found, allowed = event.facts.get("found", ""), event.facts.get("allowed", "")
    return (
        f"文件超出读取上限，未采用：{name}。",
        f"{name}至少为 {found} {unit}，允许 {allowed} {unit}。正常的台账远小于此，这类文件多为误操作或损坏所致",
        "请只保留有数据的区域，复制到新工作簿后另存为 .xlsx 重新报送；确有需要时由管理员调整上限。",
    )


def _corrupt(event: FileEvent) -> tuple[str, str, str]:
    return (
        "文件损坏，未采用；该来源上一次的数据继续有效。",
        REASONS.get(str(event.facts.get("reason")), "内容与其格式不符"),
        "请用 Excel 或 WPS 打开确认内容完整，另存为 .xlsx 后重新报送。",
    )


def _kind(event: FileEvent) -> tuple[str, str, str]:
    kind = str(event.facts.get("kind"))
    label = KINDS.get(kind, KINDS["unknown"])
    if event.severity == "info":
        ending = event.facts.get("ending", "")
        return (
            f"文件实际是{label}，与扩展名 {ending} 不符；已按实际格式读取。",
            "系统按文件内容而不是扩展名判断格式",
            "内容无需处理；建议以后导出时另存为 .xlsx。",
        )
    usual = _KIND_HINTS.get(kind, "请用 Excel 或 WPS 打开后另存为 .xlsx 重新报送。")
    hint = _KIND_HINTS.get(str(event.facts.get("found")), usual)
    return f"这是{label}，不是可读取的表格，未采用。", "系统按文件内容而不是扩展名判断格式", hint


def _encoding(event: FileEvent) -> tuple[str, str, str]:
    name = str(event.facts.get("encoding", "")).upper()
    cut, lost = event.facts.get("cut_bytes", 0), event.facts.get("replaced", 0)
    if event.severity == "info":
        return f"文本编码为 {name}。", "", "无需处理。"
    if lost:
        why = f"有 {lost} 处无法按 {name} 解读"
    elif cut:
        why = f"文件末尾少了半个字（{cut} 字节），可能没有传完整"
    else:
        why = "两种编码都能解读，不能确定是哪一种"
    return (
        f"文本编码不能确定，暂按 {name} 读取，请核对。",
        why,
        "请核对姓名等汉字是否正确；如有乱码，请另存为 .xlsx 或“CSV UTF-8”后重新报送。",
    )


def _counted(what: str, why: str, hint: str) -> _Text:
    return lambda event: (what.format(count=event.facts.get("count", 1)), why, hint)


def _fixed(what: str, why: str, hint: str) -> _Text:
    return lambda _: (what, why, hint)


def _fault(event: FileEvent) -> tuple[str, str, str]:
    fault, place = event.facts.get("fault", ""), event.facts.get("place", "")
    return (
        "读取程序出错，该文件未采用；其他文件不受影响。",
        f"程序内部错误 {fault}（{place}）",
        "请把本提示和文件格式告诉技术支持；可先另存为 .xlsx 后重新报送。",
    )


_TEXTS: dict[str, _Text] = {
    "SR-FILE-LIMIT": _limit,
    "SR-FILE-CORRUPT": _corrupt,
    "SR-FILE-KIND": _kind,
    "SR-ENCODING": _encoding,
    "SR-READER-FAULT": _fault,
    "SR-FILE-ENCRYPTED": _fixed(
        "文件已加密，未采用。",
        "系统不猜测也不保存密码",
        "请在 Excel 或 WPS 中取消打开密码，另存后重新报送。",
    ),
    "SR-FILE-ENTITY": _fixed(
        "文件含有不允许的 XML 声明（DTD 或实体），未采用。",
        "正常的表格文件不含此类声明，它可被用来耗尽内存或读取别的文件",
        "请用 Excel 或 WPS 打开后另存为 .xlsx 重新报送，并核实文件来源。",
    ),
    "SR-READER-PLAIN": _fixed(
        "文件格式特殊，只能读取数值和文字。",
        "行的隐藏、删除线和批注无法得知",
        "如需保留这些信息，请另存为 .xlsx 后重新报送。",
    ),
    "SR-FORMULA": _counted(
        "有 {count} 个单元格只有公式而没有结果，按未知处理。",
        "导出程序没有保存公式的结果，系统不代为计算",
        "请用 Excel 或 WPS 打开并保存一次，或把公式粘贴为数值后重新报送。",
    ),
    "SR-CELL-PICTURE": _counted(
        "有 {count} 个单元格是嵌入的图片，按未知处理。", "图片中的文字不能读取", "请在单元格中填写文字。"
    ),
    "SR-CELL-CORRUPT": _counted(
        "有 {count} 个单元格的内容或位置不合规范，内容按未知处理。",
        "多为导出程序的错误",
        "请核对这些单元格，用 Excel 或 WPS 另存后重新报送。",
    ),
    "SR-CELL-ORDER": _counted(
        "有 {count} 行的单元格次序颠倒或重复，已按列排好，重复的取最后一个。",
        "多为导出程序的错误",
        "请核对这些行，用 Excel 或 WPS 另存后重新报送。",
    ),
    "SR-ROW-ORDER": _counted(
        "有 {count} 行的行号重复或倒退，已按文件次序读取。",
        "多为导出程序的错误",
        "请核对这些行，用 Excel 或 WPS 另存后重新报送。",
    ),
    "SR-PLACE-DOUBT": _fixed(
        "表名、标题或文件名说的镇、村没有采用。",
        "所说的不止一处或互相矛盾，行里也没有镇、村",
        "请报送单位更正表名或标题，或在表中加上“镇”“村”两列。",
    ),
}
