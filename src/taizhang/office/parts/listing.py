"""A list, said once: its page shows a part of it, its workbook holds all of it, drawn alike and in the same order."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from taizhang.office.parts.model import Table, Text

PAGE = 50
AT_ONCE = 1000
"""Rows that are in memory together while all are drawn."""
MASKED = _("证件号码已遮盖，仅供信息核查，不得外传")
INTERNAL = _("仅供内部工作，不得外传")
"""What is said above a workbook: of lists that name persons, and of others."""


@dataclass(frozen=True)
class Listing:
    """title: of its sheet; rows: narrowed and ordered, inside the open scope; table: draws any run of them.

    narrowed: what narrows the rows, by the words of the address. note: what is said above its workbook.
    """

    title: Text
    rows: QuerySet[Any] | Sequence[Any]
    table: Callable[[Iterable[Any]], Table]
    narrowed: Mapping[str, str] = field(default_factory=dict)
    note: Text = MASKED

    @cached_property
    def pages(self) -> Paginator:
        """The list in pages."""
        return Paginator(self.rows, PAGE)

    def page(self, number: str | None) -> Page:
        """One page, the nearest there is to what an address asks for."""
        return self.pages.get_page(number)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return int(self.pages.count)

    def drawn(self) -> Iterator[Table]:
        """All rows, AT_ONCE of them at a time; of an empty list one table without rows."""
        rows = iter(self.rows.iterator(AT_ONCE) if isinstance(self.rows, QuerySet) else self.rows)
        run = list(islice(rows, AT_ONCE))
        yield self.table(run)
        while run := list(islice(rows, AT_ONCE)):
            yield self.table(run)
