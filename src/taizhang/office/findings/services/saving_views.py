"""Keeping a filter under a name, and letting it go."""

from django.db import IntegrityError, transaction

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.errors import NotFound
from taizhang.office.findings.errors import LabelTaken
from taizhang.office.findings.models import SavedView


def save_view(*, actor: Actor, label: str, query: str) -> SavedView:
    """Keep a filter. Raises LabelTaken for an empty label or one the actor has already."""
    label = label.strip()[:20]
    if not label or actor.user_id is None:
        raise LabelTaken("label")
    try:
        with transaction.atomic():
            view = SavedView.objects.create(user_id=actor.user_id, label=label, query=query[:400])
            ledger.record(actor, "view.saved", "saved_view", view.pk)
    except IntegrityError:
        raise LabelTaken("label") from None
    return view


def drop_view(*, actor: Actor, view_id: int) -> None:
    """Let one of the actor's own filters go. Raises NotFound."""
    with transaction.atomic():
        if not SavedView.objects.filter(pk=view_id, user_id=actor.user_id).delete()[0]:
            raise NotFound
        ledger.record(actor, "view.dropped", "saved_view", view_id)
