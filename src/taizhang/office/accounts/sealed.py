"""What of accounts lies sealed: the secrets of second factors, inside the login library's own rows."""

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from taizhang.office.accounts.adapter import FACTOR_CONTEXT
from taizhang.office.crypto.holdings import Holding
from taizhang.office.crypto.sealing import key_id_of, seal, unseal


class FactorSecrets:
    """Secrets of authenticator apps and seeds of recovery codes."""

    name = "factors"

    def chunks(self, key_id: str) -> Iterator[Sequence[Any]]:
        """Ids of rows under another key, one a chunk: there are few."""
        for row in Authenticator.objects.order_by("pk"):
            if any(key_id_of(value) != key_id for value in _sealed_of(row).values()):
                yield [row.pk]

    def reseal(self, chunk: Sequence[Any]) -> int:
        """One transaction."""
        with transaction.atomic():
            for row in Authenticator.objects.select_for_update().filter(pk__in=chunk):
                for name, value in _sealed_of(row).items():
                    row.data[name] = base64.b64encode(seal(unseal(value, FACTOR_CONTEXT), FACTOR_CONTEXT)).decode()
                row.save(update_fields=["data"])
        return len(chunk)


def _sealed_of(row: Authenticator) -> dict[str, bytes]:
    return {name: base64.b64decode(row.data[name]) for name in ("secret", "seed") if row.data.get(name)}


def sealed() -> list[Holding]:
    """Second factors."""
    return [FactorSecrets()]
