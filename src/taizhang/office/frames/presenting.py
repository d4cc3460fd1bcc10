"""Frames as the parts of their pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.findings.addresses import rows_address
from taizhang.office.findings.catalogue import rule_groups, rule_title, rules_by_group
from taizhang.office.findings.selectors.listing import LATE, OPEN, PROVEN
from taizhang.office.frames.models import Frame, FrameCell, Tick
from taizhang.office.frames.selectors import Measured, columns_and_rows, split_tag
from taizhang.office.frames.services import Typed
from taizhang.office.jobs.presenting import moment
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.verbs import VERBS
from taizhang.office.parts.model import Cell, Chart, Column, Event, Figure, Row, Series, Table, Tone
from taizhang.office.parts.punctuation import listed
from taizhang.office.places.models import Division

LONGEST_NAME = 12
"""Characters of a cell's name beside its bar; a phone has room for no more."""


@dataclass(frozen=True)
class GridCell:
    """One cell of the grid as the page draws it. stage: of its period today; figures: what its findings say."""

    measured: Measured
    url: str
    stage: str
    stage_tone: Tone
    figures: Sequence[Figure]
    checks: str


@dataclass(frozen=True)
class Grid:
    """The grid: column heads, and each row's number with its cells, None where a column has no such row.

    filled: numbers of the rows in which something is filled in.
    """

    columns: Sequence[str]
    rows: Sequence[tuple[int, Sequence[tuple[str, GridCell | None]]]]
    filled: frozenset[int]


def frames_table(frames: Iterable[tuple[Frame, int, int]]) -> Table:
    """Every edition."""
    columns = [
        Column(_("框架"), kind="head"), Column(_("年份"), kind="number"), Column(_("已填"), kind="number"), Column(_("最近修改"), kind="date"),
    ]  # fmt: skip
    rows = [
        Row([Cell(one.title), Cell(str(one.year)), Cell(_("%(n)s／%(all)s 格") % {"n": filled, "all": total}),
             Cell(moment(one.changed_at), note=str(one.changed_by or ""))], url=reverse("frame", args=[one.pk]))
        for one, filled, total in frames
    ]  # fmt: skip
    return Table(columns, rows, empty=_("还没有建立框架表"), empty_hint=_("由县监测中心操作员建立，各格由本县填写。"))


def grid_of(viewer: Actor, cells: Sequence[Measured], today: date) -> Grid:
    """The cells in their places."""
    columns, numbers = columns_and_rows(one.cell for one in cells)
    there = {split_tag(one.cell.tag): _grid_cell(viewer, one, today) for one in cells}
    rows = [(number, [(column, there.get((column, number))) for column in columns]) for number in numbers]
    filled = frozenset(split_tag(one.cell.tag)[1] for one in cells if not one.is_empty)
    return Grid(columns, rows, filled)


def _grid_cell(viewer: Actor, one: Measured, today: date) -> GridCell:
    stage, tone = stage_of(one.cell, today)
    checks = _("%(done)s／%(wanted)s") % {"done": one.measure.done, "wanted": one.measure.wanted}
    return GridCell(
        one, reverse("frame_cell", args=[one.cell.frame_id, one.cell.pk]), stage, tone,
        measure_figures(viewer, one) if one.has_rules else (), checks if one.measure.wanted else "",
    )  # fmt: skip


def measure_figures(viewer: Actor, one: Measured) -> list[Figure]:
    """Open, late and proven, each opening its rows."""
    key, measure = str(one.cell.pk), one.measure
    return [
        Figure(_("未办结"), f"{measure.open:,}", rows_address(viewer, cell=key, state=OPEN) if measure.open else ""),
        Figure(_("超期"), f"{measure.late:,}", rows_address(viewer, cell=key, due=LATE) if measure.late else "",
               tone="danger" if measure.late else ""),
        Figure(_("已印证"), f"{measure.proven:,}", rows_address(viewer, cell=key, state=PROVEN) if measure.proven else "",
               tone="success" if measure.proven else ""),
    ]  # fmt: skip


def stage_of(cell: FrameCell, today: date) -> tuple[str, Tone]:
    """Where a cell's period stands today; empty for one without a period."""
    day = today.isoformat()
    if not (cell.begins or cell.ends):
        return "", "neutral"
    if cell.begins and day[: len(cell.begins)] < cell.begins:
        return _("未开始"), "neutral"
    if cell.ends and day[: len(cell.ends)] > cell.ends:
        return _("已结束"), "neutral"
    return _("进行中"), "info"


def frame_chart(viewer: Actor, cells: Sequence[Measured]) -> Chart:
    """Cells with rules by what their findings say."""
    shown = [one for one in cells if one.has_rules]
    keys = [str(one.cell.pk) for one in shown]
    return Chart(
        _("各格的问题"), "stacked", [f"{one.cell.tag} {one.cell.label}"[:LONGEST_NAME] for one in shown],
        [
            Series(_("超期"), [one.measure.late for one in shown], [rows_address(viewer, cell=key, due=LATE) for key in keys], "danger"),
            Series(_("其他未办结"), [one.measure.open - one.measure.late for one in shown],
                   [rows_address(viewer, cell=key, state=OPEN) for key in keys], "neutral"),
            Series(_("已印证"), [one.measure.proven for one in shown], [rows_address(viewer, cell=key, state=PROVEN) for key in keys], "success"),
        ], horizontal=True
    )  # fmt: skip


def towns_chart(viewer: Actor, cell: FrameCell, towns: Sequence[tuple[Division, int, int, int]]) -> Chart:
    """One cell by town."""

    def links(**words: str) -> list[str]:
        return [rows_address(viewer, cell=str(cell.pk), place=one.code, **words) for one, *_counts in towns]

    return Chart(
        _("按地点"), "stacked", [one.name for one, *_counts in towns],
        [
            Series(_("超期"), [late for _one, _open, late, _proven in towns], links(due=LATE), "danger"),
            Series(_("其他未办结"), [n_open - late for _one, n_open, late, _proven in towns], links(state=OPEN), "neutral"),
            Series(_("已印证"), [proven for _one, _open, _late, proven in towns], links(state=PROVEN), "success"),
        ], horizontal=True
    )  # fmt: skip


def rules_of_cell(cell: FrameCell) -> str:
    """The rules and groups of a cell by their names."""
    groups = rule_groups()
    return listed([_("%(name)s类") % {"name": groups[one]} if one in groups else rule_title(one) for one in cell.rules])


def rules_table() -> Table:
    """Groups and rules that a cell may name."""
    groups = rule_groups()
    columns = [Column(_("编号"), kind="mono"), Column(_("名称"))]
    rows = []
    for letter, rules in sorted(rules_by_group().items()):
        rows.append(
            Row(
                [
                    Cell(letter),
                    Cell(
                        _("%(name)s类") % {"name": groups.get(letter, letter)},
                        note=_("整类，%(n)s 条规则") % {"n": len(rules)},
                    ),
                ]
            )
        )
        rows += [Row([Cell(rule), Cell(rule_title(rule))]) for rule in rules]
    return Table(columns, rows)


@dataclass(frozen=True)
class CheckLine:
    """A point of a checklist over the towns: done where, and what the viewer may tick."""

    text: str
    towns: Sequence[tuple[Division, Tick | None, bool]]

    @property
    def done(self) -> int:
        """In how many towns it is done."""
        return sum(tick is not None for _town, tick, _may in self.towns)


def check_lines(
    viewer: Actor, cell: FrameCell, towns: Sequence[Division], ticks: Mapping[tuple[str, str], Tick]
) -> list[CheckLine]:
    """The checklist of a cell."""
    return [
        CheckLine(text, [(town, ticks.get((text, town.code)), viewer.may("frame.tick", town.code)) for town in towns])
        for text in cell.checks
    ]


def typed_of(cells: Iterable[FrameCell]) -> list[Typed]:
    """The cells as the form shows them."""
    return [
        Typed(one.tag, one.label, one.begins, one.ends, "、".join(one.rules), "\n".join(one.checks)) for one in cells
    ]


def history(entries: Iterable[Entry]) -> list[Event]:
    """Who changed what, as a timeline."""
    return [Event(one.at, VERBS[one.verb], one.actor_name, _told(one.data)) for one in entries]


def _told(data: Mapping[str, Any]) -> str:
    names = {"label": _("内容"), "begins": _("开始"), "ends": _("结束"), "rules": _("规则"), "checks": _("清单")}
    lines = [
        f"{tag} {names[field]} {_plain(before)} → {_plain(after)}"
        for tag, fields in data.get("cells", {}).items()
        for field, (before, after) in fields.items()
    ] if isinstance(data.get("cells"), dict) else []  # fmt: skip
    return "\n".join(lines)


def _plain(value: Any) -> str:
    return (listed(value) if isinstance(value, list) else str(value)) or _("（空）")
