"""What people choose for themselves; no one else sees it, so the ledger only says that it was chosen."""

from django.db import transaction

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.accounts.models import User


def keep_language(*, actor: Actor, language: str) -> None:
    """Keep the language of the actor's pages; the same one again changes nothing. language: one of settings.LANGUAGES."""
    with transaction.atomic():
        if User.objects.filter(pk=actor.user_id).exclude(language=language).update(language=language):
            ledger.record(actor, "user.language_chosen", "user", actor.user_id, language=language)
