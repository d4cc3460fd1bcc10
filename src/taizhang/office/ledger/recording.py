"""Writing into the ledger: inside the transaction of the change it tells of, exactly once a change."""

from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import connection, transaction

from taizhang.office.ledger.chain import digest_of
from taizhang.office.ledger.verbs import VERBS


class _Acting(Protocol):
    @property
    def user_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...


class Unrecordable(RuntimeError):
    """A mistake of ours: an unknown verb, or an entry outside a transaction."""


def record(
    actor: _Acting,
    verb: str,
    subject_type: str,
    subject_id: object,
    *,
    division_code: str = "",
    reason: str = "",
    request_id: str = "",
    **data: Any,
) -> int:
    """Append an entry and give its number.

    data: JSON-able facts; changed fields as `{field: [before, after]}`. Never a full ID number: masked forms and keyed
    hashes only. Raises Unrecordable outside `transaction.atomic` or for a verb that is not in the list.
    """
    from taizhang.office.ledger.models import Entry, Head

    if verb not in VERBS:
        raise Unrecordable(verb)
    if not connection.in_atomic_block:
        raise Unrecordable(f"{verb} outside a transaction")
    at = datetime.now(UTC)
    head, _ = Head.objects.select_for_update().get_or_create(id=1)
    entry = Entry(
        seq=head.seq + 1, at=at, actor_id=actor.user_id, actor_name=actor.name, actor_kind=actor.kind, verb=verb,
        subject_type=subject_type, subject_id=str(subject_id), division_code=division_code, request_id=request_id,
        reason=reason, data=data, prev=head.digest,
    )  # fmt: skip
    entry.digest = digest_of(head.digest, facts_of(entry))
    entry.save(force_insert=True)
    head.seq, head.digest = entry.seq, entry.digest
    head.save(update_fields=["seq", "digest"])
    return int(entry.seq)


def record_read(actor: _Acting, verb: str, subject_type: str, subject_id: object) -> None:
    """Append an entry that somebody has read something; a transaction of its own."""
    with transaction.atomic():
        record(actor, verb, subject_type, subject_id)


def facts_of(entry: Any) -> dict[str, Any]:
    """What the digest of an entry covers."""
    return {
        "seq": entry.seq, "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"), "actor": entry.actor_id,
        "actor_name": entry.actor_name, "actor_kind": entry.actor_kind, "verb": entry.verb,
        "subject": [entry.subject_type, entry.subject_id], "division": entry.division_code,
        "request": entry.request_id, "reason": entry.reason, "data": entry.data,
    }  # fmt: skip
