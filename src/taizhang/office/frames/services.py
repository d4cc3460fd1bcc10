"""Changing frames: beginning a year's edition, filling cells in, taking a table over, ticking points off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.errors import Forbidden, NotFound, Stale
from taizhang.office.findings.catalogue import rule_groups, rules_by_group
from taizhang.office.frames.errors import CellUnfit, FrameTaken, FrameUnfit
from taizhang.office.frames.models import LONGEST_NAME, Frame, FrameCell, Tick
from taizhang.office.frames.selectors import cells_to_begin_with, frame_of, split_tag
from taizhang.office.places.models import TOWN_LEVEL, Division
from taizhang.sweep.rules.errors import PackError
from taizhang.sweep.rules.frames import WITH_CHECKS, Cell, cells_of

MOST_COLUMNS, MOST_ROWS = 9, 40
YEARS = range(2000, 2101)
LONGEST = 200
FIELDS = ("label", "begins", "ends", "rules", "checks")


@dataclass(frozen=True)
class Typed:
    """A cell as somebody typed it into the form or a file."""

    tag: str
    label: str = ""
    begins: str = ""
    ends: str = ""
    rules: str = ""
    checks: str = ""

    @property
    def row(self) -> tuple[str, ...]:
        """The cell as a row of a table of frames."""
        return (self.tag, self.label, self.begins, self.ends, self.rules, self.checks)


def begin_frame(*, actor: Actor, title: str, year: int, columns: Sequence[str] = (), rows: int = 1) -> Frame:
    """Begin a year's edition; see `cells_to_begin_with` for what stands in it. Raises FrameUnfit, FrameTaken."""
    title, columns = title.strip(), [one.strip() for one in columns if one.strip()]
    if not title or len(title) > LONGEST_NAME or year not in YEARS:
        raise FrameUnfit("title", "year")
    if not 0 < rows <= MOST_ROWS:
        raise FrameUnfit("rows")
    cells = cells_to_begin_with(title, columns, rows)
    if not _may_stand(cells):
        raise FrameUnfit("columns")
    try:
        with transaction.atomic():
            frame = Frame.objects.create(title=title, year=year, begun_by_id=actor.user_id, changed_by_id=actor.user_id)
            FrameCell.objects.bulk_create([_row(frame, place, cell) for place, cell in enumerate(cells)])
            ledger.record(actor, "frame.begun", "frame", frame.pk, title=title, year=year, cells=len(cells))
    except IntegrityError:
        raise FrameTaken("year") from None
    return frame


def _may_stand(cells: Sequence[Cell]) -> bool:
    columns = {split_tag(one.tag)[0] for one in cells}
    tags = [one.tag for one in cells]
    return (
        0 < len(columns) <= MOST_COLUMNS and len(set(tags)) == len(tags) and not any("/" in one for one in columns)
        and max(map(len, tags)) <= LONGEST_NAME
    )  # fmt: skip


def _row(frame: Frame, place: int, cell: Cell) -> FrameCell:
    return FrameCell(
        frame=frame, place=place, tag=cell.tag, label=cell.label or "", begins=cell.begins or "", ends=cell.ends or "",
        rules=list(cell.rules), checks=list(cell.checks),
    )  # fmt: skip


def save_frame(*, actor: Actor, frame_id: int, revision: int, typed: Sequence[Typed]) -> int:
    """Keep what somebody typed, all or nothing; gives how many cells changed.

    Raises NotFound, Stale where another changed the table meanwhile, CellUnfit with what is wrong in which cell.
    """
    return _keep(actor, frame_id, "frame.changed", cells_typed(typed), revision)


def import_frame(*, actor: Actor, frame_id: int, cells: Sequence[Cell], name: str) -> int:
    """Take over the cells of a file read before; cells the file does not name stay as they are.

    Raises NotFound, CellUnfit where a tag is not of this frame or a rule is unknown.
    """
    return _keep(actor, frame_id, "frame.imported", cells, None, file=name[:LONGEST])


def cells_typed(typed: Sequence[Typed]) -> tuple[Cell, ...]:
    """What somebody typed as cells. Raises CellUnfit."""
    problems: dict[str, str] = {}
    cells: list[Cell] = []
    for one in typed:
        try:
            cells += cells_of([WITH_CHECKS, one.row], "")
        except PackError:
            problems[one.tag] = _("时间写成 2020、2020-02 或 2020-02-19，结束不早于开始")
    if problems:
        raise CellUnfit(problems)
    return tuple(cells)


def _keep(actor: Actor, frame_id: int, verb: str, cells: Sequence[Cell], revision: int | None, **facts: Any) -> int:
    _refuse_unknown(cells)
    with transaction.atomic():
        frame = frame_of(frame_id)
        there = {one.tag: one for one in frame.cells.all()}
        strangers = [one.tag for one in cells if one.tag not in there]
        if strangers:
            raise CellUnfit(dict.fromkeys(strangers, _("本表没有这一格")))
        changes = {cell.tag: changed for cell in cells if (changed := _changed(there[cell.tag], cell))}
        if not changes:
            return 0
        known = frame.revision if revision is None else revision
        taken = Frame.objects.filter(pk=frame.pk, revision=known).update(
            revision=F("revision") + 1, changed_at=timezone.now(), changed_by_id=actor.user_id
        )
        if not taken:
            raise Stale("revision")
        FrameCell.objects.bulk_update([there[tag] for tag in changes], FIELDS)
        ledger.record(actor, verb, "frame", frame.pk, cells=changes, **facts)
    return len(changes)


def _changed(one: FrameCell, cell: Cell) -> dict[str, list[Any]]:
    """Put the cell's values into the row; gives the fields that differ, before and after."""
    after = {
        "label": cell.label or "", "begins": cell.begins or "", "ends": cell.ends or "", "rules": list(cell.rules),
        "checks": list(cell.checks),
    }  # fmt: skip
    changed = {name: [getattr(one, name), value] for name, value in after.items() if getattr(one, name) != value}
    for name, (_before, value) in changed.items():
        setattr(one, name, value)
    return changed


def _refuse_unknown(cells: Iterable[Cell]) -> None:
    """Raises CellUnfit for a rule or group that does not exist, and for texts that are too long."""
    groups = rules_by_group()
    known = {*rule_groups(), *(rule for rules in groups.values() for rule in rules)}
    problems = {}
    for cell in cells:
        unknown = [name for name in cell.rules if name not in known]
        if unknown:
            problems[cell.tag] = _("没有这样的规则编号或类别：%(names)s") % {"names": "、".join(unknown)[:LONGEST]}
        elif any(len(text) > LONGEST for text in (cell.label or "", *cell.checks)):
            problems[cell.tag] = _("文字超过 %(n)s 字") % {"n": LONGEST}
        elif len(set(cell.checks)) != len(cell.checks):
            problems[cell.tag] = _("清单里有两项相同")
    if problems:
        raise CellUnfit(problems)


def tick_off(*, actor: Actor, cell: FrameCell, check: str, town: str, done: bool, note: str = "") -> None:
    """Say that a point is done in a town, or take that back. Raises NotFound, Forbidden."""
    if check not in cell.checks or not Division.objects.filter(code=town, level=TOWN_LEVEL).exists():
        raise NotFound
    if not actor.may("frame.tick", town):
        raise Forbidden
    with transaction.atomic():
        there = Tick.objects.filter(cell=cell, check_text=check, division_code=town)
        if done == there.exists():
            return
        if done:
            Tick.objects.create(
                cell=cell, check_text=check, division_code=town, note=note.strip()[:LONGEST], done_on=timezone.localdate(),
                by_id=actor.user_id,
            )  # fmt: skip
        else:
            there.delete()
        ledger.record(
            actor, "frame.ticked" if done else "frame.unticked", "frame", cell.frame_id, division_code=town,
            reason=note.strip()[:LONGEST], tag=cell.tag, check=check,
        )  # fmt: skip
