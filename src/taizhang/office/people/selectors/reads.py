"""Who looked at a person: their page, their household's, their findings', and full numbers."""

from django.db.models import QuerySet

from taizhang.office.findings.models import Finding
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.selectors import entries_about
from taizhang.office.people.models import Person

VERBS = ("person.read", "household.read", "finding.read", "id.revealed")


def reads_of(person: Person) -> QuerySet[Entry]:
    """Entries of everybody who read what the office has on a person, newest first."""
    found = Finding.objects.filter(subject_person=person.pk).values_list("pk", flat=True)
    return entries_about(
        {
            "person": [person.pk],
            "household": [person.household_id] if person.household_id else [],
            "finding": list(found),
        },
        VERBS,
    )
