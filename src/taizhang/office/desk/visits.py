"""What happened since somebody was here last: from the ledger, which knows when that was."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from taizhang.office.access.actor import Actor
from taizhang.office.findings.selectors.happening import SINCE, touched_since
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.ledger.models import Entry


@dataclass(frozen=True)
class Since:
    """at: of the last thing the person did before they logged in this time; after: its number; counts: by word of SINCE."""

    at: datetime
    after: int
    counts: dict[str, int]


def since_last_visit(actor: Actor) -> Since | None:
    """What became of findings the actor may see since then; None for a first visit."""
    # A login may end by itself long after its person went away; and who fails to log in was not here.
    own = Entry.objects.filter(actor_id=actor.user_id).exclude(verb__in=("login.ended", "login.failed")).order_by("-at")
    login = own.filter(verb="login.succeeded").first()
    last = own.filter(seq__lt=login.seq).first() if login is not None else None
    if last is None:
        return None
    counted = touched_since(findings_of(actor), last.seq).aggregate(
        **{f"n_{word}": Count("pk", filter=condition(last.seq)) for word, condition in SINCE.items()}
    )
    return Since(last.at, last.seq, {word: counted[f"n_{word}"] for word in SINCE})
