"""Changing keys while the office runs: a new key for sealed values, a new key for blind indexes, and an end to old ones."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from taizhang.errors import UserError
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.scope import scope_off
from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.holdings import Holding, Resealed, left_under_other_keys, reseal_all
from taizhang.office.crypto.keyring import KeyRing

Told = Callable[[str, int], None]


class KeysInUse(UserError):
    """Old keys cannot be removed: something is still sealed under them."""

    code: ClassVar[str] = "E-KEYS-IN-USE"


def silent(_name: str, _count: int) -> None:
    """Tells nobody."""


def rotate(*, actor: Actor, told: Told = silent, resume: bool = False) -> Resealed:
    """Add a key to the ring and seal everything under it. resume: no new key, only the rest.

    The ring is written first: whatever is sealed meanwhile is sealed under the new key, and old values still open.
    """
    if not resume:
        add_key(actor=actor)
    with scope_off("the sealed values of the whole office"):
        done = reseal_all(holdings(), told)
    _tell(actor, "keys.resealed", things=done.changed, broken=len(done.broken))
    return done


def add_key(*, actor: Actor) -> None:
    """Add a key to the ring; from now on new values are sealed under it."""
    _write(key_ring().rotated(), actor, "keys.rotated")


def rotate_index(*, actor: Actor, resume: bool = False) -> int:
    """Give the blind indexes a new key and make them anew; gives how many persons changed. resume: go on with the key of before.

    Until it is done, searches ask under both keys, so that everybody is found all the time.
    """
    if not resume or not key_ring().is_index_rotating:
        _write(key_ring().with_new_index(), actor, "keys.rotated")
    reindex: Callable[[], int] = import_string(settings.REINDEX)
    changed = reindex()
    _write(key_ring().with_settled_index(), actor, "keys.reindexed", things=changed)
    return changed


def retire(*, actor: Actor) -> Sequence[str]:
    """Remove every key but the current one from the ring; gives their ids. Backups of before need them: keep a copy.

    Raises KeysInUse while anything is sealed under one of them.
    """
    with scope_off("the sealed values of the whole office"):
        left = left_under_other_keys(holdings())
    if left:
        raise KeysInUse(
            "还有内容用旧密钥加密。",
            why=f"{left} 项",
            hint="请先运行 taizhang office rotate-keys --resume；它列出的打不开的内容从备份恢复后，旧密钥才能移除。",
        )
    ring = key_ring()
    gone = sorted(set(ring.data) - {ring.current})
    if gone:
        _write(ring.with_current_only(), actor, "keys.retired", retired=gone)
    return gone


def holdings() -> list[Holding]:
    """Everything that lies sealed, of all subjects."""
    return list(chain.from_iterable(import_string(path)() for path in settings.SEALED))


def _write(ring: KeyRing, actor: Actor, verb: str, **facts: Any) -> None:
    ring.write(settings.INSTALLATION.keys)
    _tell(actor, verb, **facts)


def _tell(actor: Actor, verb: str, **facts: Any) -> None:
    with transaction.atomic():
        ledger.record(actor, verb, "keys", key_ring().current, **facts)
