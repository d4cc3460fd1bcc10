"""What others did to a thing since somebody looked at it, in words for whoever comes second."""

from django.utils.formats import date_format
from django.utils.timezone import localtime

from taizhang.office.access.actor import Actor
from taizhang.office.errors import Stale
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.selectors import last_change_by_others, last_change_of
from taizhang.office.ledger.verbs import VERBS


def need_seen(actor: Actor, kind: str, subject_id: object, stood: int | None, **facts: int | str) -> None:
    """Refuse what is done on a page that had not told what others did to a thing since.

    stood: number of the last entry that the page knew of, None asks nothing; facts: of the error. Asked inside the
    transaction, once the thing is held. Raises Stale with what happened.
    """
    unseen = last_change_by_others(kind, str(subject_id), stood, actor.user_id) if stood is not None else None
    if unseen is not None:
        raise stale_by(unseen, **facts)


def stale_by(entry: Entry | None, **facts: int | str) -> Stale:
    """The error of whoever comes second, with what an entry says was done."""
    error = Stale(**facts)
    error.happened = told(entry) if entry is not None else ""
    return error


def done_last(kind: str, subject_id: str) -> str:
    """What was done to a subject last, by whom and when, for whoever comes second; empty where nothing was."""
    last = last_change_of(kind, subject_id)
    return told(last) if last is not None else ""


def told(entry: Entry) -> str:
    """What an entry of the ledger says, by whom and when."""
    when = date_format(localtime(entry.at), "Y-m-d H:i")
    return f"{VERBS.get(entry.verb, entry.verb)} · {entry.actor_name} · {when}"
