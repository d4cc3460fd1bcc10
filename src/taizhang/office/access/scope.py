"""The scope of queries: which areas the rows of this request or job may come from.

A model that belongs to a place derives from ScopedModel. Its manager raises when no scope is open, so that a query
nobody thought about fails instead of answering. Uses of `scope_off` are listed in tests/access/scope_off.txt.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models

from taizhang.office.access.areas import EVERYWHERE, Areas, within


@dataclass(frozen=True)
class Scope:
    """An open scope. facts: what was found out about it while it is open."""

    areas: Areas
    facts: dict[str, bool] = field(default_factory=dict)


_open: ContextVar[Scope | None] = ContextVar("taizhang_scope", default=None)
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


def open_scope(areas: Areas) -> Token[Scope | None]:
    """Open a scope until `close_scope`; for the middleware, whose request outlives a `with`."""
    if areas is not EVERYWHERE and not isinstance(areas, tuple):
        raise TypeError("areas must be a tuple of Area, or EVERYWHERE")
    return _open.set(Scope(areas))


def close_scope(token: Token[Scope | None]) -> None:
    """End what `open_scope` began."""
    _open.reset(token)


def current_areas() -> Areas:
    """The areas of the open scope. Raises ScopeMissing."""
    return _present().areas


def scope_fact(name: str, find: Callable[[], bool]) -> bool:
    """Something that holds of the open scope or does not, found out once while it is open. Raises ScopeMissing."""
    facts = _present().facts
    if name not in facts:
        facts[name] = find()
    return facts[name]


def _present() -> Scope:
    present = _open.get()
    if present is None:
        raise ScopeMissing("no scope is open")
    return present


class ScopedManager(models.Manager[Any]):
    """Rows inside the open scope."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """All rows of the scope's areas; raises ScopeMissing without a scope."""
        present = _open.get()
        if present is None:
            raise ScopeMissing(self.model.__name__)
        return super().get_queryset().filter(within("division_code", present.areas))


class ScopedModel(models.Model):
    """A row that belongs to a division. Children copy the code of what they belong to."""

    division_code = models.CharField(max_length=12, validators=[DIVISION], db_index=True)

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta:
        abstract = True
