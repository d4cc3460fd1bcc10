"""Whatever lies sealed, in chunks that can be sealed anew: columns of tables and files of a folder.

Each subject names its own in a function of its `sealed` module; `settings.SEALED` lists them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.apps import apps
from django.db import transaction

from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.sealing import key_id_of, seal, unseal

CHUNK = 500


class Holding(Protocol):
    """Sealed things of one kind."""

    @property
    def name(self) -> str:
        """For messages and progress."""
        ...

    def chunks(self, key_id: str) -> Iterator[Sequence[Any]]:
        """Handles of what is sealed under another key than this, in chunks."""
        ...

    def reseal(self, chunk: Sequence[Any]) -> int:
        """Seal a chunk under the current key, whole or not at all; gives how many changed. Raises SealBroken."""
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

    def reseal(self, chunk: Sequence[Any]) -> int:
        """One transaction; rows are locked, so that an import of the same moment waits."""
        with transaction.atomic():
            rows = list(self._rows().select_for_update(of=("self",)).filter(pk__in=chunk))
            for row in rows:
                for column, context in self.contexts.items():
                    value = getattr(row, column)
                    if value is not None:
                        setattr(row, column, seal(unseal(value, context(row)), context(row)))
            self._rows().bulk_update(rows, list(self.contexts))
        return len(rows)

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

    def reseal(self, chunk: Sequence[Any]) -> int:
        """Written beside its place and renamed into it."""
        for path in chunk:
            context = self.context(path.stem)
            fresh = path.with_suffix(".resealed")
            fresh.write_bytes(seal(unseal(path.read_bytes(), context), context))
            fresh.replace(path)
        return len(chunk)


def reseal_all(holdings: Sequence[Holding], told: Callable[[str, int], None] = lambda _name, _count: None) -> int:
    """Seal everything under the current key; gives how many things changed. Killed at any point, it goes on when run again.

    told: called with a holding's name and a count after every chunk. Raises SealBroken for what does not open.
    """
    current, total = key_ring().current, 0
    for holding in holdings:
        for chunk in holding.chunks(current):
            changed = holding.reseal(chunk)
            total += changed
            told(holding.name, changed)
    return total


def left_under_other_keys(holdings: Sequence[Holding]) -> int:
    """How many things are sealed under another key than the current one."""
    current = key_ring().current
    return sum(len(chunk) for holding in holdings for chunk in holding.chunks(current))
