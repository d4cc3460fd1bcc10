"""Files of the watched folders, and files kept for inspection, as the parts of pages."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taizhang.office.crypto.masks import mask_numbers
from taizhang.office.parts.model import Cell, Column, Fact, Row, Table, Tone
from taizhang.office.parts.punctuation import listed
from taizhang.office.parts.told import told
from taizhang.office.sources.models import Arrival, ArrivalState, Submission
from taizhang.office.sources.services.keeping import KeptFile

TONES: Mapping[str, Tone] = {
    ArrivalState.ARRIVING: "info", ArrivalState.KEPT: "warning", ArrivalState.TAKEN: "success", ArrivalState.SAME: "neutral",
    ArrivalState.LOST: "danger", ArrivalState.ASIDE: "neutral",
}  # fmt: skip

REASONS: Mapping[str, tuple[Promise | str, Promise | str]] = {
    "": ("", ""),
    "open": (gettext_lazy("有程序正打开着它"), gettext_lazy("请保存并关闭后再等几分钟。")),
    "unreadable": (gettext_lazy("没有读取权限"), gettext_lazy("请系统管理员检查权限；系统每次查看都会再试。")),
    "empty": (gettext_lazy("文件是空的"), gettext_lazy("请重新放入完整的文件。")),
    "unknown": (gettext_lazy("文件名不符合任何来源的式样"), gettext_lazy("请选择它属于哪个来源，或说明它不是报送；常来的文件请在 county.toml 的 files 里加式样。")),
    "ambiguous": (gettext_lazy("文件名符合不止一个来源的式样"), gettext_lazy("请选择它属于哪个来源；要让系统自己认，请把 county.toml 里的式样写得更窄。")),
    "future": (gettext_lazy("日期在今天之后"), gettext_lazy("请更正文件夹或文件名里的日期，或在这里写明日期。")),
    "too_much": (gettext_lazy("这一批超过500个文件或1 GB"), gettext_lazy("请分成几个以日期命名的文件夹，或压缩后再放。")),
    "gone": (gettext_lazy("读取时被删除或改名"), gettext_lazy("请重新放入；这一批其余的文件等下次查看。")),
    "replaced": (gettext_lazy("读取时被改动或替换"), gettext_lazy("新的文件静止以后会再读；这一批其余的文件等下次查看。")),
}  # fmt: skip

REMARKS: Mapping[str, Promise | str] = {
    "first": gettext_lazy("这是该来源的第一批，没有可比较的"),
    "guessed_day": gettext_lazy("数据日期取自文件的修改时间，须核对"),
    "held": gettext_lazy("接收后将暂缓"),
    "noted": gettext_lazy("行数或版式比上一批变化较大"),
    "not_taken": gettext_lazy("有没有采用的行、工作表或文件"),
    "much_changed": gettext_lazy("有改动的行多于该来源所定的比例"),
    "problems": gettext_lazy("有需要处理的问题"),
    "not_now": gettext_lazy("准备接收时又有别的批次到来"),
}

DATED: Mapping[str, Promise | str] = {
    "folder": gettext_lazy("取自文件夹的名字"), "name": gettext_lazy("取自文件名"), "county_file": gettext_lazy("取自 county.toml"),
    "file_time": gettext_lazy("取自文件的修改时间，请核对"),
}  # fmt: skip


def shown_file_name(name: str) -> str:
    """A file's name; numbers of persons in it are masked."""
    return mask_numbers(name)


def place_name(row: Arrival) -> str:
    """Whose folder a file lies in."""
    found = next((one.title for one in settings.INSTALLATION.county.sources if one.id == row.place), row.place)
    return found or _("收件夹")


def arrivals_table(rows: Iterable[Arrival]) -> Table:
    """Files of the watched folders that somebody may want to look at."""
    columns = [Column(_("文件")), Column(_("状态"), noted=_("说明")), Column(_("大小"), kind="number"), Column(_("文件夹")), Column(_("最后看到"), kind="date")]  # fmt: skip
    lines = [
        Row(
            [
                Cell(shown_file_name(one.name)),
                Cell(one.get_state_display(), tone=TONES[one.state], note=REASONS[one.reason][0]),
                Cell(filesizeformat(one.size)),
                Cell(place_name(one)),
                Cell(date_format(localtime(one.seen_at), "Y-m-d H:i")),
            ],
            url=reverse("arrival", args=[one.pk]),
        )
        for one in rows
    ]
    return Table(
        columns,
        lines,
        empty=_("没有等着的文件"),
        empty_hint=_("放进收件夹或来源文件夹的文件，静止以后自动成为一批报送。"),
    )


def arrival_facts(row: Arrival) -> list[Fact]:
    """What is known of a file."""
    titles = {one.id: one.title for one in settings.INSTALLATION.county.sources}
    facts = [
        Fact(_("状态"), row.get_state_display(), tone=TONES[row.state]), Fact(_("文件夹"), place_name(row)),
        Fact(_("大小"), filesizeformat(row.size)), Fact(_("何时起没有变化"), date_format(localtime(row.still_since), "Y-m-d H:i")),
    ]  # fmt: skip
    if row.reason:
        facts.append(Fact(_("原因"), REASONS[row.reason][0]))
    if len(row.sources) > 1:
        facts.append(Fact(_("符合式样的来源"), listed([titles.get(one, one) for one in row.sources])))
    if row.submission_id is not None:
        facts.append(Fact(_("报送"), f"№ {row.submission_id}", url=reverse("submission", args=[row.submission_id])))
    return facts


def hint_of(row: Arrival) -> Promise | str:
    """What to do about a file."""
    return REASONS[row.reason][1]


def kept_table(row: Submission, files: Iterable[KeptFile]) -> Table:
    """The files of a submission that can be looked at."""
    lines = [
        Row(
            [Cell(shown_file_name(one.name)), Cell(filesizeformat(one.size))],
            url=reverse("kept_file", args=[row.pk, one.number]),
        )
        for one in files
    ]
    return Table([Column(_("文件")), Column(_("大小"), kind="number")], lines, empty=_("没有留存的文件"))


def kept_facts(file: KeptFile) -> list[Fact]:
    """What is known of a kept file."""
    facts = [Fact(_("大小"), filesizeformat(file.size))]
    return [*facts, Fact(_("原因"), told(file.why))] if file.why else facts
