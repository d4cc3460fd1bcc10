"""Sources and deliveries as the parts of pages."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from taizhang.intake.delivery.browsing import NotTaken
from taizhang.intake.delivery.comparing import VillageChange
from taizhang.intake.delivery.messages import HELD
from taizhang.office.findings.catalogue import table_title
from taizhang.office.parts.model import Cell, Column, Fact, Figure, Filter, Filters, Option, Row, Table, Tone
from taizhang.office.parts.punctuation import listed
from taizhang.office.parts.told import told
from taizhang.office.parts.workbook import plain_table
from taizhang.office.sources.arrivals import DATED
from taizhang.office.sources.models import Submission, SubmissionState
from taizhang.office.sources.selectors import DeliveryState, SourceState, why_rejected

TONES: dict[str, Tone] = {
    SubmissionState.RECEIVED: "info", SubmissionState.PROPOSED: "warning", SubmissionState.ACCEPTED: "success",
    SubmissionState.REJECTED: "neutral", SubmissionState.REFUSED: "danger", SubmissionState.REPLACED: "neutral",
}  # fmt: skip


def sources_table(states: Iterable[SourceState]) -> Table:
    """Sources with their newest deliveries."""
    columns = [Column(_("来源"), noted=_("文件夹")), Column(_("最近报送"), kind="date"), Column(_("批次"), kind="number"), Column(_("记录"), kind="number")]  # fmt: skip
    rows = [
        Row(
            [
                Cell(one.source.title, note=str(one.source.folder.name)),
                Cell(one.as_of.isoformat() if one.as_of else _("尚未报送"), tone="" if one.as_of else "warning"),
                Cell(one.deliveries),
                Cell(f"{one.rows:,}"),
            ],
            url=reverse("source", args=[one.source.id]),
        )
        for one in states
    ]
    return Table(columns, rows)


def submissions_table(rows: Iterable[Submission]) -> Table:
    """What was sent lately."""
    county = settings.INSTALLATION.county
    columns = [Column(_("来源")), Column(_("数据日期"), kind="date"), Column(_("文件"), kind="number"), Column(_("状态"), noted=_("说明")), Column(_("由谁"), noted=_("时间"))]  # fmt: skip
    lines = [
        Row(
            [
                Cell(county.source(one.source).title),
                Cell(one.as_of.isoformat()),
                Cell(one.files),
                Cell(one.get_state_display(), tone=TONES[one.state], note=told(one.error_text)),
                Cell(sender(one), note=date_format(localtime(one.sent_at), "Y-m-d H:i")),
            ],
            url=reverse("submission", args=[one.pk]),
        )
        for one in rows
    ]
    return Table(columns, lines, empty=_("还没有报送"), empty_hint=_("上传，或把文件放进收件夹、来源文件夹。"))


def sender(one: Submission) -> str:
    """Who sent it; a folder where nobody did."""
    return str(one.sent_by) if one.sent_by_id is not None else _("文件夹")


def submission_facts(row: Submission) -> list[Fact]:
    """What a submission is, and where it stands."""
    facts = [
        Fact(_("状态"), row.get_state_display(), tone=TONES[row.state]),
        Fact(_("来源"), settings.INSTALLATION.county.source(row.source).title, url=reverse("source", args=[row.source])),
        Fact(_("数据日期"), row.as_of.isoformat()), Fact(_("文件"), row.files), Fact(_("由谁"), sender(row)),
        Fact(_("时间"), date_format(localtime(row.sent_at), "Y-m-d H:i")),
    ]  # fmt: skip
    if row.dated:
        facts.insert(3, Fact(_("日期从哪里来"), DATED[row.dated], tone="warning" if row.dated == "file_time" else ""))
    if row.state in {SubmissionState.ACCEPTED, SubmissionState.REJECTED}:
        by = str(row.decided_by) if row.decided_by_id is not None else _("系统自动（无异常）")
        facts.append(Fact(_("由谁决定"), by))
    if row.state == SubmissionState.REJECTED:
        facts.append(Fact(_("退回原因"), why_rejected(row)))
    if row.state == SubmissionState.ACCEPTED:
        facts.append(
            Fact(_("批次"), row.delivery[-12:], url=reverse("delivery", args=[row.source, row.delivery]), mono=True)
        )
    if "twin" in row.change:
        twin = row.change["twin"]
        facts.append(Fact(_("内容相同的报送"), f"№ {twin}", url=reverse("submission", args=[twin])))
    return facts


def deliveries_table(states: Iterable[DeliveryState]) -> Table:
    """Deliveries of one source."""
    columns = [
        Column(_("数据日期"), kind="date"), Column(_("批次"), kind="mono"), Column(_("文件"), kind="number"), Column(_("记录"), kind="number"),
        Column(_("未采用的行"), kind="number"), Column(_("等待说明的工作表"), kind="number"), Column(_("未能读取的文件"), kind="number"), Column(_("状态"), noted=_("说明")),
    ]  # fmt: skip
    rows = [
        Row(
            [
                Cell(one.ref.as_of.isoformat()), Cell(one.ref.digest[:12]), Cell(one.ref.files), Cell(f"{one.ref.rows:,}"),
                Cell(f"{one.ref.quarantined:,}"), Cell(one.ref.waiting), Cell(one.ref.refused), _standing(one),
            ],
            url=reverse("delivery", args=[one.ref.source, one.ref.folder.name]),
        )
        for one in states
    ]  # fmt: skip
    return Table(columns, rows, empty=_("尚未报送"))


def held_word(code: str) -> str:
    """Why a delivery is held, in words; a code that nobody has put into words stands for itself."""
    return told(HELD.get(code, code))


def _standing(one: DeliveryState) -> Cell:
    if one.is_held:
        return Cell(_("暂缓"), tone="warning", note=listed([held_word(code) for code in one.ref.reasons]))
    return Cell(_("已解除暂缓"), tone="info") if one.release else Cell(_("有效"), tone="success")


def delivery_facts(one: DeliveryState) -> list[Fact]:
    """What a delivery holds, and whether it counts."""
    standing = _standing(one)
    facts = [
        Fact(_("状态"), standing.text, tone=standing.tone), Fact(_("文件"), one.ref.files), Fact(_("记录"), f"{one.ref.rows:,}"),
        Fact(_("未采用的行"), f"{one.ref.quarantined:,}"), Fact(_("等待说明的工作表"), one.ref.waiting),
        Fact(_("未能读取的文件"), one.ref.refused),
    ]  # fmt: skip
    if one.ref.reasons:
        facts.append(Fact(_("暂缓的原因"), listed([held_word(code) for code in one.ref.reasons])))
    if one.release:
        facts.append(Fact(_("解除暂缓"), f"{one.release.by}：{one.release.why}"))
    return facts


def not_taken_filters(reasons: dict[str, int], chosen: str) -> Filters:
    """Narrow what was not taken to one reason."""
    return Filters(
        [Filter("reason", _("原因"), "choice", chosen, [Option(code, code, count) for code, count in reasons.items()])]
    )


def change_figures(row: Submission) -> list[Figure]:
    """What would change, in four numbers."""
    if "added" not in row.change:
        return []
    words = (("added", _("新增行"), ""), ("removed", _("减少行"), "warning"), ("changed", _("改动行"), ""), ("unchanged", _("未变行"), ""))  # fmt: skip
    return [
        Figure(label, f"{row.change[name]:,}", tone="warning" if tone and row.change[name] else "")
        for name, label, tone in words
    ]


def villages_table(villages: Iterable[VillageChange]) -> Table:
    """What would change in every village."""
    columns = [Column(_("村")), Column(_("表")), Column(_("新增"), kind="number"), Column(_("减少"), kind="number"), Column(_("改动"), kind="number"), Column(_("未变"), kind="number")]  # fmt: skip
    rows = [
        Row(
            [
                Cell(f"{one.town or ''}{one.village or _('未写明')}"),
                Cell(table_title(one.table)),
                Cell(f"{one.added:,}"),
                Cell(f"{one.removed:,}"),
                Cell(f"{one.changed:,}"),
                Cell(f"{one.unchanged:,}"),
            ]
        )
        for one in villages
    ]
    return Table(columns, rows, caption=_("与上一批比较"), empty=_("没有可比较的内容"))


def not_taken_table(entries: Iterable[NotTaken]) -> Table:
    """What was not taken, and why; cells are masked."""
    columns = [
        Column(_("位置"), noted=_("代码")),
        Column(_("原因"), noted=_("说明")),
        Column(_("原样（已遮盖）")),
        Column(_("办法")),
    ]
    rows = [
        Row(
            [
                Cell(told(one.where) or one.file, note=one.reason), Cell(told(one.what), note=told(one.why)), Cell(_as_sent(one)),
                Cell(told(one.hint)),
            ],
            url=reverse("question", args=[one.layout]) if one.layout else "",
        )
        for one in entries
    ]  # fmt: skip
    return Table(columns, rows, caption=_("未采用的行、工作表和文件"), empty=_("全部采用"))


def exported_not_taken_table(entries: Iterable[NotTaken]) -> Table:
    """The same as a workbook has it, a fact a column, with every cell of a row."""
    return plain_table(
        [_("文件"), _("工作表"), _("行号"), _("行数"), _("代码"), _("原因"), _("位置"), _("说明"), _("办法"), _("原样（已遮盖）")],
        [_exported(one) for one in entries],
    )  # fmt: skip


def _exported(one: NotTaken) -> list[object]:
    cells = " ".join(f"{letter} {text}" for letter, text in one.cells.items() if text)
    said = [told(text) for text in (one.what, one.where, one.why, one.hint)]
    return [one.file, one.sheet or "", one.row_no, one.rows, one.reason, *said, cells]


def _as_sent(one: NotTaken, most: int = 8) -> str:
    """The first cells of a row, by their columns."""
    return " ".join(f"{letter} {text}" for letter, text in list(one.cells.items())[:most] if text)
