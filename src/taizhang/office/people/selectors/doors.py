"""Doors to one person and one household, and what was revealed to whom."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import area_of_division, covered, is_division, within
from taizhang.office.access.scope import current_areas
from taizhang.office.errors import NotFound
from taizhang.office.people.models import Household, Person, Reveal
from taizhang.office.places.models import Division


def person_for(person_id: int) -> Person:
    """The person with this id inside the open scope. Raises NotFound."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    return person


def household_for(household_id: int) -> Household:
    """The household with this id inside the open scope. Raises NotFound."""
    household = Household.objects.filter(pk=household_id).first()
    if household is None:
        raise NotFound
    return household


def members_of(household_id: int) -> list[Person]:
    """The household's persons inside the open scope, eldest first."""
    return list(
        Person.objects.filter(household_id=household_id).defer("sealed_core18").order_by("-is_current", "birth", "pk")
    )


def place_for(code: str) -> tuple[str, str]:
    """A division inside the open scope, with its name, or its code where it is not listed. Raises NotFound."""
    if not is_division(code) or not covered(code, current_areas()):
        raise NotFound
    return code, Division.objects.filter(code=code).values_list("name", flat=True).first() or code


def persons_in(code: str) -> QuerySet[Person]:
    """The persons of a division inside the open scope whom the newest sweep still has, village by village."""
    found = Person.objects.filter(within("division_code", (area_of_division(code),)), is_current=True)
    return found.defer("sealed_core18").order_by("division_code", "pk")


def revealed_to(viewer: Actor, persons: Iterable[int]) -> frozenset[int]:
    """Those of the persons whose full numbers the viewer may see now."""
    wanted = list(persons)
    if viewer.user_id is None or not wanted:
        return frozenset()
    found = Reveal.objects.filter(user_id=viewer.user_id, person_id__in=wanted, ends_at__gt=timezone.now())
    return frozenset(found.values_list("person_id", flat=True))
