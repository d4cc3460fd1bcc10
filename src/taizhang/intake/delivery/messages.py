"""What to say about a file that was refused or a sheet that waits: one sentence each, and what to do."""

from dataclasses import dataclass
from typing import ClassVar

from taizhang.errors import UserError
from taizhang.intake.delivery.facts import FileFacts
from taizhang.intake.raw import FileEvent


class FileNotTakenError(UserError):
    """A file was refused; the others of the delivery were taken."""

    code: ClassVar[str] = "E-FILE-REFUSED"


class SheetWaitsError(UserError):
    """A sheet waits for somebody to say what its columns mean; the others were taken."""

    code: ClassVar[str] = "E-SHEET-WAITS"


class DeliveryHeldError(UserError):
    """A delivery is held: findings may open, none may close until somebody releases it."""

    code: ClassVar[str] = "E-DELIVERY-HELD"


@dataclass(frozen=True, slots=True)
class _Text:
    message: str
    hint: str


_REFUSED = {
    "SR-FILE-KIND": _Text("不是能读取的表格文件。", "请另存为 .xlsx 后重新报送；文档、图片、压缩包请先整理成表格。"),
    "SR-FILE-LIMIT": _Text("超出读取限额，整个文件未采用。", "请删去空白的行列与多余的工作表后另存，或拆成几个文件。"),
    "SR-FILE-CORRUPT": _Text("文件已损坏，整个文件未采用。", "请用表格软件打开后另存一份重新报送。"),
    "SR-FILE-ENCRYPTED": _Text("文件有密码，未能读取。", "请去掉密码后重新报送。"),
    "SR-FILE-ENTITY": _Text("文件含有不允许的外部定义，未采用。", "请用表格软件打开后另存为 .xlsx 重新报送。"),
    "SR-ENCODING": _Text("文字编码不能确定，未采用。", "请另存为 UTF-8 编码的 CSV 或 .xlsx。"),
    "SR-READER-FAULT": _Text("读取程序出错，整个文件未采用。", "请把文件名与下面的代码告诉维护人员。"),
}
_HELD = {
    "SR-ROWCOUNT": "行数比上一批少 20% 以上",
    "SR-LAYOUT-CHANGED": "表的列与上一批不同",
    "SR-HEADER-MISSING": "缺少上一批有的关键列",
    "SR-OLDER": "数据日期早于已接收的批次",
}


def file_not_taken(name: str, source: str, facts: FileFacts) -> FileNotTakenError:
    """The problem of a refused file."""
    event = next((event for event in facts.events if event.severity == "error"), FileEvent("SR-FILE-CORRUPT", "error"))
    text = _REFUSED.get(event.code, _REFUSED["SR-FILE-CORRUPT"])
    details = "，".join(f"{key}={value}" for key, value in sorted(event.facts.items()))
    return FileNotTakenError(
        text.message,
        where=" ".join(part for part in (source, name, event.sheet, event.cell) if part),
        why=f"{event.code}（{details}）" if details else event.code,
        hint=text.hint,
    )


def sheets_wait(name: str, source: str, facts: FileFacts, mappings: str) -> list[SheetWaitsError]:
    """The problems of a file's waiting sheets."""
    return [
        SheetWaitsError(
            f"有{sheet.counts.quarantined}行等待确认列的含义，暂未采用。",
            where=f"{source} {name}《{sheet.name}》",
            hint=(
                f"请编辑 {mappings}/{sheet.fingerprint}.yaml 核对各列，并在“确认”处写上姓名，然后重新接收。"
                if sheet.fingerprint
                else "没有找到表头：请在表中保留一行完整的表头后重新报送；若该表不是数据，可不处理。"
            ),
        )
        for sheet in facts.sheets
        if sheet.status == "waiting"
    ]


def delivery_held(source: str, as_of: str, reasons: tuple[str, ...]) -> DeliveryHeldError:
    """The problem of a held delivery."""
    return DeliveryHeldError(
        "这一批次已接收但暂缓：可以发现新问题，不据此消除旧问题。",
        where=f"{source} {as_of}",
        why="；".join(_HELD.get(reason, reason) for reason in reasons),
        hint="请核对是否漏报或筛选后导出；确认无误的，报送下一批完整数据后自动恢复。",
    )
