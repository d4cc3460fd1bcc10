"""What of accounts lies sealed: the secrets of second factors, inside the login library's own rows."""

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from taizhang.office.accounts.adapter import FACTOR_CONTEXT
from taizhang.office.crypto.holdings import Holding, Resealed
from taizhang.office.crypto.sealing import SealBroken, key_id_of, seal, unseal


class FactorSecrets:
    """Secrets of authenticator apps and seeds of recovery codes."""

    name = "factors"

    def chunks(self, key_id: str) -> Iterator[Sequence[Any]]:
        """Ids of rows under another key, one a chunk: there are few."""
        for row in Authenticator.objects.order_by("pk"):
            if any(key_id_of(value) != key_id for value in _sealed_of(row).values()):
                yield [row.pk]

    def reseal(self, chunk: Sequence[Any]) -> Resealed:
        """One transaction; a row of which one value does not open stays as it is."""
        broken = []
        with transaction.atomic():
            for row in Authenticator.objects.select_for_update().filter(pk__in=chunk).order_by("pk"):
                try:
                    fresh = {
                        name: seal(unseal(value, FACTOR_CONTEXT), FACTOR_CONTEXT)
                        for name, value in _sealed_of(row).items()
                    }
                except SealBroken:
                    broken.append(f"mfa.Authenticator {row.pk}")
                    continue
                row.data |= {name: base64.b64encode(value).decode() for name, value in fresh.items()}
                row.save(update_fields=["data"])
        return Resealed(len(chunk) - len(broken), tuple(broken))


def _sealed_of(row: Authenticator) -> dict[str, bytes]:
    return {name: base64.b64decode(row.data[name]) for name in ("secret", "seed") if row.data.get(name)}


def sealed() -> list[Holding]:
    """Second factors."""
    return [FactorSecrets()]
