"""The scoreboard as the parts of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import CODE_LENGTH, Area
from taizhang.office.access.scope import current_areas
from taizhang.office.findings.addresses import rows_address
from taizhang.office.findings.selectors.listing import AGAIN, HELD, LATE, PROVEN, WORKED
from taizhang.office.findings.selectors.places import place_words
from taizhang.office.parts.model import Cell, Chart, Column, Row, Series, Table
from taizhang.office.quality.limits import LATE as LATE_LIMIT
from taizhang.office.quality.limits import MEASURES, RETURNED, RIGHT, InForce, set_limits
from taizhang.office.quality.selectors import Board, Line
from taizhang.office.quality.trend import Point
from taizhang.office.rechecks.presenting import rate_words

MOST_BARS = 20
TOWN_DIGITS = 9


@dataclass(frozen=True)
class Drawer:
    """Draws the lines for a viewer.

    limits: by measure. place: the division whose parts are compared, empty for the viewer's own.
    """

    viewer: Actor
    limits: Mapping[str, InForce]
    place: str = ""

    def place_table(self, board: Board) -> Table:
        """Places, and all of them together below."""
        columns = [
            Column(_("地点"), kind="head"), Column(_("身份正确率"), kind="number"), Column(_("人数"), kind="number"),
            Column(_("号名有误"), kind="number"), *_common_columns(),
        ]  # fmt: skip
        lines = [*board.lines, *([board.total] if board.total is not None and len(board.lines) != 1 else [])]
        rows = [
            Row([self._name(one), self._right(one), self._persons(one), self._wrong(one, self._of(one)), *self._common(one, self._of(one))])
            for one in lines
        ]  # fmt: skip
        return Table(
            columns, rows, empty=_("还没有可以计算的数据"), empty_hint=_("导入一次排查后，这里按地点列出各项指标。")
        )

    def source_table(self, board: Board) -> Table:
        """Sources."""
        columns = [Column(_("来源"), kind="head"), Column(_("号名有误"), kind="number"), *_common_columns()]
        rows = []
        for one in board.lines:
            of = {"source": one.key} | ({"place": whole_scope()} if whole_scope() else {})
            rows.append(
                Row([Cell(one.name, url=rows_address(self.viewer, **of)), self._wrong(one, of), *self._common(one, of)])
            )
        return Table(
            columns, rows, empty=_("还没有可以计算的数据"), empty_hint=_("导入一次排查后，这里按来源列出各项指标。")
        )

    def right_chart(self, board: Board) -> Chart:
        """How many persons of each place have a number or name that is wrong; the worst places first."""
        shown = sorted((one for one in board.lines if one.wrong), key=lambda one: (-one.wrong, one.key))[:MOST_BARS]
        links = [
            rows_address(self.viewer, group="identity-wrong", **self._of(one)) if self._of(one) else None
            for one in shown
        ]
        series = Series(_("号名有误的人"), [one.wrong for one in shown], links, "danger")
        return Chart(
            _("号名有误的人，按地点"), "bar", [one.name for one in shown], [series], horizontal=True
        )  # fmt: skip

    def _of(self, one: Line) -> dict[str, str]:
        """The words that narrow a list of findings to the line; none where it has none."""
        if one.is_total:
            return {"place": self.place or whole_scope()} if self.place or whole_scope() else {}
        return place_words(one.key, apart=one.is_unplaced)

    def _name(self, one: Line) -> Cell:
        if one.is_total:
            return Cell(_("合计"))
        if one.is_unplaced:
            return Cell(one.name, note=_("未定到下一级"))
        is_town = one.key[TOWN_DIGITS:].strip("0") == ""
        opens = (
            f"{reverse('scores')}?{urlencode({'place': one.key})}"
            if is_town
            else rows_address(self.viewer, place=one.key)
        )
        return Cell(one.name, url=opens)

    def _right(self, one: Line) -> Cell:
        if one.right is None or one.is_unplaced:
            return Cell("–")
        limit = self.limits[RIGHT]
        if one.right < limit.share:
            note = _("低于 %(goal)s") % {"goal": limit.words}
            return Cell(percent(one.right), tone="danger", note=note, note_tone="danger")
        return Cell(percent(one.right), tone="success")

    def _persons(self, one: Line) -> Cell:
        place = "" if one.is_unplaced else self._of(one).get("place", "")
        if place and self.viewer.may("person.see") and one.persons:
            return Cell(_count(one.persons), url=reverse("persons", args=[place]))
        is_town = bool(place) and place[TOWN_DIGITS:].strip("0") == "" and not one.is_total
        return Cell(_count(one.persons), url=f"{reverse('scores')}?{urlencode({'place': place})}" if is_town else "")

    def _wrong(self, one: Line, of: Mapping[str, str]) -> Cell:
        note = _("共 %(n)s 条问题") % {"n": one.wrong_findings} if one.wrong_findings != one.wrong else ""
        return self._count(one.wrong, of, note=note, group="identity-wrong")

    def _common(self, one: Line, of: Mapping[str, str]) -> list[Cell]:
        days = "–" if one.workdays is None else f"{one.workdays:g}"
        return [
            self._count(one.open, of), self._count(one.proven, of, state=PROVEN),
            Cell(days, note=_("%(n)s 条") % {"n": one.worked} if one.worked else "", url=self._rows(one.worked, of, due=WORKED, state=PROVEN)),
            self._returned(one, of), self._late(one, of), self._rechecked(one, of),
        ]  # fmt: skip

    def _returned(self, one: Line, of: Mapping[str, str]) -> Cell:
        share, limit = one.returned_share, self.limits[RETURNED]
        misses = share is not None and share > limit.share and not one.is_unplaced
        note = percent(share) if one.returned else ""
        if misses:
            note = _("%(share)s，高于 %(limit)s") % {"share": note, "limit": limit.words}
        return self._count(one.returned, of, note=note, tone="danger" if misses else "", again=AGAIN)

    def _late(self, one: Line, of: Mapping[str, str]) -> Cell:
        if not one.held:
            return Cell("–")
        share, limit = one.overdue_share or 0.0, self.limits[LATE_LIMIT]
        misses = share > limit.share and not one.is_unplaced
        note = _("在办 %(n)s 条") % {"n": one.held}
        if misses:
            note = _("在办 %(n)s 条，%(share)s 高于 %(limit)s") % {
                "n": one.held,
                "share": percent(share),
                "limit": limit.words,
            }
        url = self._rows(one.overdue, of, due=LATE) or self._rows(one.held, of, due=HELD)
        return Cell(_count(one.overdue), note=note, note_tone="danger" if misses else "", url=url)

    def _rechecked(self, one: Line, of: Mapping[str, str]) -> Cell:
        rate = one.rechecks.rate
        if rate is None:
            return Cell("–")
        url = (
            f"{reverse('recheck_rows')}?{urlencode({**of, 'outcome': 'known'})}"
            if of and not one.is_unplaced and self.viewer.may("recheck.read")
            else ""
        )
        interval = {"low": percent(rate.low), "high": percent(rate.high)}
        note = _("%(failed)s／%(n)s，%(low)s–%(high)s") % {"failed": rate.failed, "n": rate.decided, **interval}
        return Cell(rate_words(rate), note=note, url=url)

    def _count(self, number: int, of: Mapping[str, str], *, note: str = "", tone: str = "", **words: str) -> Cell:
        return Cell(_count(number), note=note, note_tone=tone, url=self._rows(number, of, **words))  # type: ignore[arg-type]

    def _rows(self, number: int, of: Mapping[str, str], **words: str) -> str:
        return rows_address(self.viewer, **words, **of) if number and of else ""


def whole_scope() -> str:
    """The division that is the viewer's whole scope; empty for a scope of several."""
    areas = current_areas()
    if isinstance(areas, tuple) and len(areas) == 1 and isinstance(areas[0], Area):
        return areas[0].prefix.ljust(CODE_LENGTH, "0")
    return ""


def _common_columns() -> list[Column]:
    return [
        Column(_("未办结"), kind="number"), Column(_("已印证"), kind="number"), Column(_("办结工作日（中位数）"), kind="number"),
        Column(_("复发"), kind="number"), Column(_("超期"), kind="number"), Column(_("回头看不属实率"), kind="number"),
    ]  # fmt: skip


def trend_charts(points: Sequence[Point], goal: InForce) -> list[Chart]:
    """The share of right identities beside its limit, and what every sweep found, sweep by sweep."""
    days, links = [one.as_of.isoformat() for one in points], [reverse("sweep", args=[one.name]) for one in points]
    found = [one.figures for one in points]
    rights = [None if one.right is None else int(one.right * 1000) / 10 for one in found]
    kept = [one.open - one.new - one.reopened for one in found]
    return [
        Chart(_("身份正确率"), "line", days, [
            Series(_("身份正确率"), rights, links, "success"), Series(_("界限"), [float(goal.percent)] * len(days), (), "neutral"),
        ], unit="%"),
        Chart(_("各次排查的问题"), "stacked", days, [
            Series(_("仍存在"), kept, links, "neutral"), Series(_("新增"), [one.new for one in found], links, "warning"),
            Series(_("重现"), [one.reopened for one in found], links, "danger"), Series(_("已消除"), [one.gone for one in found], links, "success"),
        ]),
    ]  # fmt: skip


def limits_table(limits: Mapping[str, InForce]) -> Table:
    """The limits in force."""
    columns = [
        Column(_("指标"), kind="head"),
        Column(_("界限"), kind="number"),
        Column(_("起始年份"), kind="number"),
        Column(_("依据")),
    ]
    rows = [
        Row([Cell(MEASURES[name][0]), Cell(one.words), Cell(str(one.since or "–")), Cell(one.reason)]) for name, one in limits.items()
    ]  # fmt: skip
    return Table(columns, rows)


def history_table() -> Table:
    """Every limit that was set, by whom."""
    columns = [
        Column(_("指标"), kind="head"),
        Column(_("年份"), kind="number"),
        Column(_("界限"), kind="number"),
        Column(_("依据")),
        Column(_("由谁")),
    ]
    rows = [
        Row([Cell(MEASURES[one.measure][0]), Cell(str(one.year)), Cell(f"{one.percent.normalize():f}%"), Cell(one.reason), Cell(str(one.by or ""))])
        for one in set_limits() if one.measure in MEASURES
    ]  # fmt: skip
    return Table(columns, rows)


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def percent(share: float | None) -> str:
    """One decimal, rounded down: 97.96 % must not read as the goal of 98 %."""
    return "" if share is None else f"{int(share * 1000 + 1e-9) / 10:.1f}%"
