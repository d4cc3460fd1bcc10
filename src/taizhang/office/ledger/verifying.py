"""Reading the whole chain again, to find what was changed, removed, added or put in another order."""

from collections.abc import Iterator, Mapping
from typing import Any

from taizhang.office.ledger.chain import GENESIS, Break, first_break
from taizhang.office.ledger.heads import noted_heads
from taizhang.office.ledger.models import Entry, Head
from taizhang.office.ledger.recording import facts_of


def verify() -> Break | None:
    """The first place where the ledger does not hold, None where it does. A million entries take about a minute.

    The heads noted outside the database are compared too. Raises HeadsForged.
    """
    return first_break(_entries(), head(), noted_heads())


def head() -> tuple[int, str]:
    """Number and digest of the last entry, as the head row has them."""
    row = Head.objects.filter(id=1).first()
    return (row.seq, row.digest) if row is not None else (0, GENESIS)


def _entries() -> Iterator[tuple[int, str, str, Mapping[str, Any]]]:
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=5000):
        yield entry.seq, entry.prev, entry.digest, facts_of(entry)
