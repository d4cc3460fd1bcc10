"""Whatever lies sealed, in chunks that can be sealed anew: columns of tables and files of a folder.

Each subject names its own in a function of its `sealed` module; `settings.SEALED` lists them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from django.apps import apps
from django.db import transaction

from taizhang.intake.delivery.lake import sync
from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.sealing import SealBroken, key_id_of, seal, unseal

CHUNK = 500


@dataclass(frozen=True)
class Resealed:
    """What sealing anew did. changed: how many things; broken: what did not open and stays as it is, as `model id` or a file's name."""

    changed: int = 0
    broken: tuple[str, ...] = ()

    def __add__(self, other: Self) -> "Resealed":
        """Both together."""
        return Resealed(self.changed + other.changed, self.broken + other.broken)


class Holding(Protocol):
    """Sealed things of one kind."""

    @property
    def name(self) -> str:
        """For messages and progress."""
        ...

    def chunks(self, key_id: str) -> Iterator[Sequence[Any]]:
        """Handles of what is sealed under another key than this, in chunks."""
        ...

    def reseal(self, chunk: Sequence[Any]) -> Resealed:
        """Seal what opens of a chunk under the current key, all of it or nothing; what does not open is left and named."""
        ...


@dataclass(frozen=True)
class SealedColumn:
    """A column of a table. model: `app.Model`; contexts: what a row's values are sealed for, by column."""

    name: str
    model: str
    contexts: dict[str, Callable[[Any], str]]

    def chunks(self, key_id: str) -> Iterator[Sequence[Any]]:
        """Primary keys of rows with a value under another key."""
        rows = list(self._rows().order_by("pk").values_list("pk", *self.contexts)[:CHUNK])
        while rows:
            found = [pk for pk, *values in rows if any(one is not None and key_id_of(one) != key_id for one in values)]
            if found:
                yield found
            further = self._rows().filter(pk__gt=rows[-1][0]).order_by("pk").values_list("pk", *self.contexts)
            rows = list(further[:CHUNK])

    def reseal(self, chunk: Sequence[Any]) -> Resealed:
        """One transaction; rows are locked, so that an import of the same moment waits."""
        with transaction.atomic():
            rows = list(self._rows().select_for_update(of=("self",)).filter(pk__in=chunk).order_by("pk"))
            opened = [row for row in rows if self._reseal_row(row)]
            self._rows().bulk_update(opened, list(self.contexts))
        shut = {row.pk for row in rows} - {row.pk for row in opened}
        return Resealed(len(opened), tuple(f"{self.model} {pk}" for pk in sorted(shut)))

    def _reseal_row(self, row: Any) -> bool:
        """Whether all values of a row opened; otherwise the row keeps them as they are."""
        fresh = {}
        for column, context in self.contexts.items():
            value = getattr(row, column)
            if value is None:
                continue
            try:
                fresh[column] = seal(unseal(value, context(row)), context(row))
            except SealBroken:
                return False
        for column, value in fresh.items():
            setattr(row, column, value)
        return True

    def _rows(self) -> Any:
        model: Any = apps.get_model(self.model)
        return model.objects.all()


@dataclass(frozen=True)
class SealedFiles:
    """Files below a folder. pattern: of their names; context: what a file is sealed for, by its name without ending."""

    name: str
    folder: Path
    pattern: str
    context: Callable[[str], str]

    def chunks(self, key_id: str) -> Iterator[Sequence[Any]]:
        """Paths of files under another key, one a chunk."""
        for path in sorted(self.folder.rglob(self.pattern)) if self.folder.is_dir() else ():
            with path.open("rb") as stream:
                head = stream.read(64)
            if key_id_of(head) != key_id:
                yield [path]

    def reseal(self, chunk: Sequence[Any]) -> Resealed:
        """Written beside its place and renamed into it."""
        broken = []
        for path in chunk:
            context = self.context(path.stem)
            try:
                sealed = seal(unseal(path.read_bytes(), context), context)
            except SealBroken:
                broken.append(path.name)
                continue
            fresh = path.with_suffix(".resealed")
            fresh.write_bytes(sealed)
            sync(fresh)  # it takes the place of the only copy
            fresh.replace(path)
            sync(path.parent)
        return Resealed(len(chunk) - len(broken), tuple(broken))


def reseal_all(holdings: Sequence[Holding], told: Callable[[str, int], None] = lambda _name, _count: None) -> Resealed:
    """Seal everything that opens under the current key. Killed at any point, it goes on when run again.

    One thing that does not open hinders no other: it stays as it is, is named, and keeps its key in the ring.
    told: called with a holding's name and a count after every chunk.
    """
    current, total = key_ring().current, Resealed()
    for holding in holdings:
        for chunk in holding.chunks(current):
            done = holding.reseal(chunk)
            total += done
            told(holding.name, done.changed)
    return total


def left_under_other_keys(holdings: Sequence[Holding]) -> int:
    """How many things are sealed under another key than the current one."""
    current = key_ring().current
    return sum(len(chunk) for holding in holdings for chunk in holding.chunks(current))
