"""The parts as values: a view fills one in, a template of office/parts draws it.

Texts are shown escaped. Addresses come from `reverse`; numbers are already formatted for people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise

Text = str | Promise
Tone = Literal["danger", "warning", "success", "info", "primary", "neutral"]


@dataclass(frozen=True)
class Crumb:
    """A page above this one, in the line over its heading. url: empty for where one is."""

    label: Text
    url: str = ""


@dataclass(frozen=True)
class Column:
    """One column. sort: the value of `?sort=` that orders by it; kind: how its cells stand; who: a name above its number.

    noted: what the small print of its cells is called; a workbook gives it a column of its own.
    """

    label: Text
    sort: str = ""
    kind: Literal["text", "number", "mono", "date", "head", "who"] = "text"
    noted: Text = ""


@dataclass(frozen=True)
class Cell:
    """One cell. tone: drawn as a pill; note: small print below, in the colour of note_tone; url: a link of its own."""

    text: Any = ""
    tone: Tone | Literal[""] = ""
    note: Text = ""
    note_tone: Tone | Literal[""] = ""
    url: str = ""


@dataclass(frozen=True)
class Row:
    """One row: the page it opens, the key it is chosen by, its cells in column order."""

    cells: Sequence[Cell]
    url: str = ""
    key: str = ""


@dataclass(frozen=True)
class Table:
    """A list. sort: the current `?sort=` value, `-` in front for descending; selectable: boxes in front of the rows."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    caption: Text = ""
    sort: str = ""
    selectable: bool = False
    empty: Text = ""
    empty_hint: Text = ""


@dataclass(frozen=True)
class Option:
    """One value to choose from."""

    value: str
    label: Text
    count: int | None = None


@dataclass(frozen=True)
class Filter:
    """One field of the filter line; value is what the address says now (a pair of ISO dates for `dates`)."""

    name: str
    label: Text
    kind: Literal["text", "choice", "dates", "toggle"] = "text"
    value: Any = ""
    options: Sequence[Option] = ()
    placeholder: Text = ""

    @property
    def is_set(self) -> bool:
        """Whether it narrows the list."""
        return any(self.value) if isinstance(self.value, tuple) else bool(self.value)


@dataclass(frozen=True)
class SavedView:
    """A filter somebody kept under a name."""

    label: Text
    url: str
    active: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Filters:
    """The filter line above a list. target: id of the element that a change redraws."""

    fields: Sequence[Filter]
    saved: Sequence[SavedView] = ()
    save_url: str = ""
    target: str = "list"

    @property
    def is_set(self) -> bool:
        """Whether any field narrows the list."""
        return any(one.is_set for one in self.fields)


@dataclass(frozen=True)
class Series:
    """One row of values of a chart, with the addresses of the rows that each was counted from."""

    name: Text
    values: Sequence[float | None]
    links: Sequence[str | None] = ()
    tone: Literal["danger", "warning", "success", "neutral", ""] = ""


FEW_BARS = 8
"""Bars that a chart of usual height holds with their names."""


@dataclass(frozen=True)
class Export:
    """The button that takes the lists of a page out.

    url: where its form is sent, with the query of the page, which narrows the lists; words: what narrows them and stands
    in no address. note: what is said above the workbook.
    """

    title: Text
    url: str
    note: Text
    words: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Chart:
    """A chart and, from the same values, its table. kind `heat`: series are the rows, categories the columns."""

    title: Text
    kind: Literal["bar", "stacked", "line", "heat"]
    categories: Sequence[Text]
    series: Sequence[Series]
    unit: Text = ""
    horizontal: bool = False

    @property
    def height(self) -> Literal["", "tall"]:
        """Bars that lie each need the room of their name: with many of them every second name would be left out."""
        return "tall" if self.horizontal and len(self.categories) > FEW_BARS else ""

    @property
    def script(self) -> dict[str, Any]:
        """What web/src/charts/model.ts reads."""
        names = [str(one) for one in self.categories]
        if self.kind == "heat":
            drawn: dict[str, Any] = {
                "columns": names,
                "rows": [str(one.name) for one in self.series],
                "values": [list(one.values) for one in self.series],
                "links": [list(one.links) or [None] * len(names) for one in self.series],
            }
        else:
            drawn = {
                "categories": names,
                "horizontal": self.horizontal,
                "series": [
                    {"name": str(one.name), "values": list(one.values), "links": list(one.links)}
                    | ({"tone": one.tone} if one.tone else {})
                    for one in self.series
                ],
            }
        return {"kind": self.kind, "unit": str(self.unit)} | drawn

    @property
    def table(self) -> list[tuple[Text, list[tuple[float | None, str | None]]]]:
        """The same as rows: a category with, for every series, value and link."""
        return [
            (name, [(one.values[at], one.links[at] if one.links else None) for one in self.series])
            for at, name in enumerate(self.categories)
        ]


@dataclass(frozen=True)
class Event:
    """One entry of a timeline, newest first."""

    at: Any
    title: Text
    actor: Text = ""
    text: Text = ""
    url: str = ""
    tone: Tone | Literal[""] = ""


@dataclass(frozen=True)
class Fact:
    """A name and a value in a grid of facts; kind as in Cell."""

    label: Text
    value: Any
    tone: Tone | Literal[""] = ""
    url: str = ""
    mono: bool = False


@dataclass(frozen=True)
class Figure:
    """A large number that opens the rows it was counted from."""

    label: Text
    value: Any
    url: str = ""
    note: Text = ""
    tone: Literal["danger", "warning", "success", ""] = ""


@dataclass(frozen=True)
class Progress:
    """How far a job is. Until `done` the page asks `url` again every two seconds; that view answers with this part."""

    label: Text
    done: int
    total: int | None
    url: str = ""
    running: bool = True
    note: Text = ""
    tone: Literal["danger", "success", ""] = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def percent(self) -> int | None:
        """Whole percent, or None while the total is unknown."""
        return None if not self.total else min(100, self.done * 100 // self.total)
