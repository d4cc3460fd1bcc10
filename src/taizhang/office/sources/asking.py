"""The question what the columns of a sheet mean, as the page shows it: proposals with their confidence in words, samples, reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taizhang.intake.model import TABLES
from taizhang.intake.questions import AskedColumn, MappingQuestion
from taizhang.office.findings.catalogue import field_title
from taizhang.office.parts.model import Option, Tone
from taizhang.office.parts.told import told

SURE, LIKELY = 0.9, 0.5
"""The bands of the intake: taken by itself from the one on, asked about between, kept as it is below."""
SAMPLES = 3

LOOKS: Mapping[str, Promise | str] = {
    "id": gettext_lazy("证件号码"), "phone": gettext_lazy("电话"), "date": gettext_lazy("日期"), "sex": gettext_lazy("性别"),
    "relation": gettext_lazy("与户主关系"), "ethnic": gettext_lazy("民族"), "yesno": gettext_lazy("是或否"), "region": gettext_lazy("地名"),
}  # fmt: skip


ROWS_ARE: Mapping[str, Promise | str] = {
    "record": gettext_lazy("一个人"), "household": gettext_lazy("一户"), "work_spell": gettext_lazy("一段务工"),
    "planned_work": gettext_lazy("一人的务工打算"), "village": gettext_lazy("一个村"), "cadre": gettext_lazy("一名帮扶干部"),
    "pairing": gettext_lazy("一对帮扶关系"), "measure": gettext_lazy("一项帮扶措施"),
}  # fmt: skip
"""Table of a delivery → what one of its rows is."""


def table_choices() -> list[Option]:
    """What a row of a sheet can be."""
    return [Option(name, str(label)) for name, label in ROWS_ARE.items()]


@dataclass(frozen=True)
class ColumnLine:
    """One column. field: chosen now; confidence: in words with its tone; reasons: what was asked about it."""

    letter: str
    path: str
    field: str
    confidence: Promise | str
    tone: Tone
    percent: int
    looks_like: Promise | str
    samples: tuple[str, ...]
    filled: int
    likely: list[Option]
    reasons: list[str]

    @property
    def needs_a_look(self) -> bool:
        """Whether somebody has to decide."""
        return self.tone != "success" or bool(self.reasons)


def column_lines(
    asked: MappingQuestion, chosen: Mapping[str, str | None], *, table: str, is_answered: bool
) -> list[ColumnLine]:
    """The columns of a question in the order of the sheet. chosen: path → field as it stands now; table: whose fields count."""
    fields = TABLES[table].fields
    lines = []
    for one in asked.columns:
        field = chosen.get(one.path, one.field)
        lines.append(_line(asked, one, field if field in fields else None, is_answered=is_answered))
    return lines


def _line(asked: MappingQuestion, one: AskedColumn, field: str | None, *, is_answered: bool) -> ColumnLine:
    words, tone = _confidence(one, is_answered=is_answered)
    reasons = [] if is_answered else [told(reason.message) for reason in asked.reasons if reason.column == one.letter]
    return ColumnLine(
        letter=one.letter, path=one.path, field=field or "", confidence=words, tone=tone, percent=round(100 * one.confidence),
        looks_like=LOOKS.get(one.looks_like or "", ""), samples=one.sample[:SAMPLES], filled=one.filled,
        likely=[Option(name, f"{field_title(name)} {round(100 * score)}%") for name, score in one.alternatives if name != field],
        reasons=reasons,
    )  # fmt: skip


def _confidence(one: AskedColumn, *, is_answered: bool) -> tuple[str, Tone]:
    if is_answered:
        return _("已由人确认"), "success"
    if one.field is None:
        return _("不知道"), "danger"
    if one.confidence >= SURE:
        return _("有把握"), "success"
    return (_("请核对"), "warning") if one.confidence >= LIKELY else (_("没有把握"), "danger")
