"""Questions about frames: their cells, what findings and checklists say of each, what may be filled in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings
from django.db.models import Count, Q

from taizhang.office.access.areas import within
from taizhang.office.access.scope import current_areas
from taizhang.office.errors import NotFound
from taizhang.office.findings.catalogue import rule_groups
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.bundles import Bundle
from taizhang.office.findings.selectors.listing import is_late
from taizhang.office.findings.selectors.places import TOWN_DIGITS, division_below
from taizhang.office.findings.states import GONE, OPEN_STATES
from taizhang.office.frames.models import Frame, FrameCell, Tick
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.selectors import entries_about
from taizhang.office.places.models import TOWN_LEVEL, Division
from taizhang.sweep.rules.frames import Cell, cells_with

SHIPPED = {
    "一查一补两落实": ("一查一补两落实",),
    "七突出七对标七到位": ("七突出", "七对标", "七到位"),
}
"""Title of a frame whose name is known → the columns of its tags; what stands in the cells the county fills in."""
HISTORY = 100


@dataclass(frozen=True)
class Measure:
    """What findings and checklists say of one cell, in the open scope.

    open, late, proven: findings of its rules: open; of these, past their day; gone for good. done, wanted: points ticked
    off over all towns of the scope, of how many.
    """

    open: int = 0
    late: int = 0
    proven: int = 0
    done: int = 0
    wanted: int = 0


@dataclass(frozen=True)
class Measured:
    """A cell with its measure. has_rules: findings can say something of it."""

    cell: FrameCell
    measure: Measure
    has_rules: bool

    @property
    def is_empty(self) -> bool:
        """Whether the county has not filled it in."""
        return not (self.cell.label or self.cell.rules or self.cell.checks)


def split_tag(tag: str) -> tuple[str, int]:
    """Column and row of a cell: 七突出/3. A tag without a number is a column of one row."""
    column, _sep, row = tag.rpartition("/")
    return (column, int(row)) if column and row.isascii() and row.isdigit() else (tag, 1)


def frame_of(frame_id: int) -> Frame:
    """One edition. Raises NotFound."""
    frame = Frame.objects.select_related("changed_by").filter(pk=frame_id).first()
    if frame is None:
        raise NotFound
    return frame


def cell_of(frame_id: int, cell_id: int) -> FrameCell:
    """One cell of an edition. Raises NotFound."""
    cell = FrameCell.objects.select_related("frame").filter(pk=cell_id, frame_id=frame_id).first()
    if cell is None:
        raise NotFound
    return cell


def frames_with_counts() -> list[tuple[Frame, int, int]]:
    """Every edition with how many of its cells have a text, of how many; the newest year first."""
    filled = Count("cells", filter=~Q(cells__label=""))
    found = Frame.objects.select_related("changed_by").annotate(filled=filled, total=Count("cells"))
    return [(one, one.filled, one.total) for one in found]


def cells_to_begin_with(title: str, columns: Sequence[str], rows: int) -> list[Cell]:
    """The cells a new edition begins with.

    Those of the newest edition; else those of the county's own tables and of the shipped ones; else empty ones in the
    columns given.
    """
    newest = Frame.objects.filter(title=title).first()
    if newest is not None:
        return [as_cell(one) for one in newest.cells.all()]
    known = SHIPPED.get(title, ())
    if known:
        return [cell for cell in _in_files().values() if split_tag(cell.tag)[0] in known]
    return [Cell(f"{column}/{row}", None, None, None) for column in columns for row in range(1, rows + 1)]


@cache
def _in_files() -> dict[str, Cell]:
    return cells_with(settings.INSTALLATION.county.frames)


def as_cell(one: FrameCell) -> Cell:
    """The cell as tables of frames have it."""
    return Cell(
        one.tag, one.label or None, one.begins or None, one.ends or None, tuple(one.rules), checks=tuple(one.checks)
    )


def columns_and_rows(cells: Iterable[FrameCell]) -> tuple[list[str], list[int]]:
    """The grid's headings: columns as they come, rows in their order."""
    places = [split_tag(one.tag) for one in cells]
    return list(dict.fromkeys(column for column, _row in places)), sorted({row for _column, row in places})


def bundle_of_cell(cell_id: int) -> Bundle | None:
    """The rules of a cell, for the list of findings."""
    cell = FrameCell.objects.select_related("frame").filter(pk=cell_id).first()
    return None if cell is None else _bundle(cell)


def _bundle(cell: FrameCell) -> Bundle:
    groups = frozenset(cell.rules) & rule_groups().keys()
    return Bundle(f"{cell.frame} {cell.tag} {cell.label}".strip(), frozenset(cell.rules) - groups, groups)


def measured_cells(cells: Sequence[FrameCell], today: date) -> list[Measured]:
    """Cells with their measures, counted as the list of findings counts them: in four questions, however many cells."""
    rules = Finding.objects.values_list("group", "rule").order_by()
    counted = {
        (group, rule): (n_open, n_proven)
        for group, rule, n_open, n_proven in rules.annotate(
            n_open=Count("pk", filter=Q(state__in=OPEN_STATES)), n_proven=Count("pk", filter=Q(state__in=GONE))
        )
    }
    late = {(group, rule): n for group, rule, n in rules.filter(is_late(today)).annotate(n=Count("pk"))}
    towns = len(towns_in_scope())
    ticked: dict[int, int] = {}
    checks = {one.pk: one.checks for one in cells}
    for cell_id, words, n in (
        Tick.objects.filter(cell__in=cells).values_list("cell_id", "check_text").annotate(n=Count("pk")).order_by()
    ):
        if words in checks[cell_id]:
            ticked[cell_id] = ticked.get(cell_id, 0) + n
    return [
        Measured(cell, _measure(_bundle(cell), counted, late, (ticked.get(cell.pk, 0), towns * len(cell.checks))), bool(cell.rules))
        for cell in cells
    ]  # fmt: skip


def _measure(
    bundle: Bundle, counted: dict[tuple[str, str], tuple[int, int]], late: dict[tuple[str, str], int], ticks: tuple[int, int]
) -> Measure:  # fmt: skip
    mine = [key for key in counted if key[0] in bundle.groups or key[1] in bundle.rules]
    return Measure(
        open=sum(counted[key][0] for key in mine), late=sum(late.get(key, 0) for key in mine),
        proven=sum(counted[key][1] for key in mine), done=ticks[0], wanted=ticks[1],
    )  # fmt: skip


def measures_by_town(cell: FrameCell, towns: Sequence[Division], today: date) -> list[tuple[Division, int, int, int]]:
    """Towns of the scope with open, late and proven findings of a cell; findings count where they belong."""
    own = Finding.objects.filter(_bundle(cell).condition, within("division_code", current_areas()))
    rows = own.annotate(key=division_below(TOWN_DIGITS)).values("key").order_by().annotate(
        n_open=Count("pk", filter=Q(state__in=OPEN_STATES)), n_late=Count("pk", filter=is_late(today)),
        n_proven=Count("pk", filter=Q(state__in=GONE)),
    )  # fmt: skip
    counts = {row["key"]: (row["n_open"], row["n_late"], row["n_proven"]) for row in rows}
    return [(one, *counts.get(one.code, (0, 0, 0))) for one in towns]


def towns_in_scope() -> list[Division]:
    """The towns that lie in the open scope; none for whoever has a village."""
    return list(Division.objects.filter(within("code", current_areas()), level=TOWN_LEVEL))


def ticks_of(cell: FrameCell) -> dict[tuple[str, str], Tick]:
    """What is ticked off in the open scope, by words and town."""
    return {(one.check_text, one.division_code): one for one in Tick.objects.filter(cell=cell).select_related("by")}


def history_of(frame: Frame) -> list[Entry]:
    """Who changed what, newest first."""
    return list(entries_about({"frame": [frame.pk]}, ("frame.begun", "frame.changed", "frame.imported"))[:HISTORY])
