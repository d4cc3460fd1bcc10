"""The scope of queries: which areas the rows of this request or job may come from.

A model that belongs to a place derives from ScopedModel. Its manager raises when no scope is open, so that a query
nobody thought about fails instead of answering. Uses of `scope_off` are listed in tests/access/scope_off.txt.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models

from taizhang.office.access.areas import EVERYWHERE, Areas, within

_areas: ContextVar[Areas | None] = ContextVar("taizhang_areas", default=None)
DIVISION = RegexValidator(r"\A[0-9]{12}\Z")


class ScopeMissing(RuntimeError):
    """A query was made while no scope was open: a mistake of ours, never of a user."""


@contextmanager
def scope(areas: Areas) -> Iterator[None]:
    """Open a scope; queries inside see rows of these areas only. Raises TypeError for None or a bare text."""
    token = open_scope(areas)
    try:
        yield
    finally:
        close_scope(token)


@contextmanager
def scope_off(reason: str) -> Iterator[None]:
    """Open the scope of the whole office, for work that belongs to no division; the reason is for the reader."""
    if not reason:
        raise ValueError("a reason is needed")
    with scope(EVERYWHERE):
        yield


def open_scope(areas: Areas) -> Token[Areas | None]:
    """Open a scope until `close_scope`; for the middleware, whose request outlives a `with`."""
    if areas is not EVERYWHERE and not isinstance(areas, tuple):
        raise TypeError("areas must be a tuple of Area, or EVERYWHERE")
    return _areas.set(areas)


def close_scope(token: Token[Areas | None]) -> None:
    """End what `open_scope` began."""
    _areas.reset(token)


def current_areas() -> Areas:
    """The areas of the open scope. Raises ScopeMissing."""
    areas = _areas.get()
    if areas is None:
        raise ScopeMissing("no scope is open")
    return areas


class ScopedManager(models.Manager[Any]):
    """Rows inside the open scope."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """All rows of the scope's areas; raises ScopeMissing without a scope."""
        areas = _areas.get()
        if areas is None:
            raise ScopeMissing(self.model.__name__)
        return super().get_queryset().filter(within("division_code", areas))


class ScopedModel(models.Model):
    """A row that belongs to a division. Children copy the code of what they belong to."""

    division_code = models.CharField(max_length=12, validators=[DIVISION], db_index=True)

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta:
        abstract = True
