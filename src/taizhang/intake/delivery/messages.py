"""What to say about a file that was refused or a sheet that waits: one sentence each, and what to do."""

from typing import ClassVar

from taizhang.errors import UserError
from taizhang.intake.delivery.facts import FileFacts
from taizhang.intake.messages import Message, describe
from taizhang.intake.raw import FileEvent


class FileNotTakenError(UserError):
    """A file was refused; the others of the delivery were taken."""

    code: ClassVar[str] = "E-FILE-REFUSED"


class SheetWaitsError(UserError):
    """A sheet waits for somebody to say what its columns mean; the others were taken."""

    code: ClassVar[str] = "E-SHEET-WAITS"


class DeliveryHeldError(UserError):
    """A delivery is held: findings may open, none may close until a later delivery is not."""

    code: ClassVar[str] = "E-DELIVERY-HELD"


HELD = {
    "SR-ROWCOUNT": "行数比上一批少 20% 以上",
    "SR-LAYOUT-CHANGED": "表的列与上一批不同",
    "SR-HEADER-MISSING": "缺少上一批有的关键列",
    "SR-OLDER": "数据日期早于已接收的批次",
}


def refusal(facts: FileFacts) -> tuple[FileEvent, Message]:
    """The event a file was refused for, and what to say of it."""
    event = next((event for event in facts.events if event.severity == "error"), FileEvent("SR-FILE-CORRUPT", "error"))
    return event, describe(event)


def file_not_taken(name: str, source: str, facts: FileFacts) -> FileNotTakenError:
    """The problem of a refused file."""
    event, message = refusal(facts)
    where = " ".join(part for part in (source, name, message.where) if part)
    return FileNotTakenError(message.what, where=where, why=f"{message.why}（{event.code}）", hint=message.hint)


def sheets_wait(name: str, source: str, facts: FileFacts, mappings: str) -> list[SheetWaitsError]:
    """The problems of a file's waiting sheets."""
    return [
        SheetWaitsError(
            f"有{sheet.counts.quarantined}行等待确认列的含义，暂未采用。"
            if sheet.fingerprint
            else f"有{sheet.counts.quarantined}行没有认出表头，未采用。",
            where=f"{source} {name}《{sheet.name}》",
            hint=(
                f"请编辑 {mappings}/{sheet.fingerprint}.yaml 核对各列，并在“确认”处写上姓名，再运行 taizhang sweep。"
                if sheet.fingerprint
                else "请在表中保留一行完整的表头（要有姓名、身份证号码，或户编号、户主姓名）后重新报送；若该表不是数据，可不处理。"
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
        why="；".join(HELD.get(reason, reason) for reason in reasons),
        hint=(
            "请核对是否漏报或筛选后导出；确认无误的，由审核员在办公系统中该批次的页面解除"
            "（没有办公系统的，用 taizhang release），或报送下一批完整数据后自动恢复。"
        ),
    )
