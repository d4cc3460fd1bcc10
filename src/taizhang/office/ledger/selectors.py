"""Questions to the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.verbs import VERBS

LOGIN_VERBS = tuple(
    verb for verb in VERBS if verb.startswith(("login.", "factor.", "password.", "user.unlocked", "reveal.limited"))
)


@dataclass(frozen=True)
class Asked:
    """What a list of entries is asked for; anything that is not a known value is as if it were not there.

    who: login name or part of a name of whoever acted; subject: `type` or `type id`; first, last: days.
    """

    who: str = ""
    verb: str = ""
    subject: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Asked":
        """From the words of an address."""
        verb = query.get("verb", "")
        return cls(
            who=query.get("who", "").strip()[:40], verb=verb if verb in VERBS else "",
            subject=query.get("subject", "").strip()[:80], first=_day(query.get("at_from", "")),
            last=_day(query.get("at_to", "")),
        )  # fmt: skip

    def narrowed(self) -> dict[str, str]:
        """What narrows the list, by the words of the address."""
        first, last = ("" if day is None else day.isoformat() for day in (self.first, self.last))
        return {"who": self.who, "verb": self.verb, "subject": self.subject, "at_from": first, "at_to": last}


def last_change_of(kind: str, subject_id: str) -> Entry | None:
    """What was done to a subject last, reading left out."""
    return _changes_of(kind, subject_id).first()


def last_change_by_others(kind: str, subject_id: str, since: int, user_id: int | None) -> Entry | None:
    """What anybody but one person did last to a subject after the entry of that number."""
    return _changes_of(kind, subject_id).filter(seq__gt=since).exclude(actor_id=user_id).first()


def newest_about(*kinds: str) -> int:
    """Number of the newest entry about subjects of these kinds, for a page to say what it knows of; 0 for none."""
    newest = Entry.objects.filter(subject_type__in=kinds).order_by("-seq").values_list("seq", flat=True).first()
    return newest or 0


def _changes_of(kind: str, subject_id: str) -> QuerySet[Entry]:
    done = Entry.objects.filter(subject_type=kind, subject_id=subject_id).exclude(verb__endswith=".read")
    return done.order_by("-seq")


def entries(asked: Asked, verbs: Iterable[str] = ()) -> QuerySet[Entry]:
    """Entries, newest first. verbs: only of these."""
    found = Entry.objects.order_by("-seq")
    wanted = tuple(verbs)
    if wanted:
        found = found.filter(verb__in=wanted)
    if asked.who:
        found = found.filter(Q(actor_name__icontains=asked.who) | Q(actor__username=asked.who))
    if asked.verb:
        found = found.filter(verb=asked.verb)
    if asked.subject:
        kind, _, one = asked.subject.partition(" ")
        found = found.filter(subject_type=kind)
        found = found.filter(subject_id=one.strip()) if one.strip() else found
    if asked.first:
        found = found.filter(at__gte=_begin(asked.first))
    if asked.last:
        found = found.filter(at__lt=_begin(asked.last + timedelta(days=1)))
    return found


def entries_about(subjects: Mapping[str, Iterable[object]], verbs: Iterable[str]) -> QuerySet[Entry]:
    """Entries of these verbs about these subjects (ids by type), newest first."""
    about = Q(pk__in=())
    for kind, ids in subjects.items():
        about |= Q(subject_type=kind, subject_id__in=[str(one) for one in ids])
    return Entry.objects.filter(about, verb__in=tuple(verbs)).order_by("-seq")


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
