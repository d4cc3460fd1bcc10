"""Finding people by what somebody knows of them: a name however it is written, a number, a household, a phone."""

import re
import unicodedata

import pyarrow as pa
from django.db.models import QuerySet

from taizhang.identity.names import parse_names
from taizhang.identity.numbers import to_18
from taizhang.office.crypto.blind import blinds
from taizhang.office.people.models import Household, KeyKind, Person, PersonKey

MOST = 200
LONGEST_SURNAME = 2
"""Characters of 欧阳; a longer text is a name."""
_NUMBER = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X][0-9B]{0,3}")
_PHONE = re.compile(r"1[0-9]{10}")
_HOUSEHOLD = re.compile(r"[0-9A-Z-]{4,40}")


def found_persons(query: str) -> list[Person]:
    """Persons of the open scope that a query names, at most MOST; exact names before names of the same sound."""
    text = "".join(unicodedata.normalize("NFKC", query).upper().split())  # as an input method set to full width writes
    if _NUMBER.fullmatch(text):
        return _listed(_by(KeyKind.NUMBER, "number_index", blinds("number", to_18(text) if len(text) == 15 else text)))
    if _PHONE.fullmatch(text):
        found = _listed(_by(KeyKind.PHONE, "phone_index", blinds("phone", text)))
        return found or _of_household(text)
    if _HOUSEHOLD.fullmatch(text):
        return _of_household(text)
    return _by_name(query.strip())


def persons_beginning(query: str) -> list[Person]:
    """Persons whose name begins with a surname or another short beginning, at most MOST; for when nobody is called so."""
    fold = parse_names(pa.array([query.strip()], pa.string())).fold[0].as_py() or ""
    if not 0 < len(fold) <= LONGEST_SURNAME:
        return []
    return _listed(Person.objects.filter(name_fold__startswith=fold))


def _by(kind: KeyKind, column: str, values: list[str]) -> QuerySet[Person]:
    """Two lookups in indexes, united: their alternative in one condition has PostgreSQL look at every person of the county."""
    usual = Person.objects.filter(**{f"{column}__in": values}).values("pk")
    further = PersonKey.objects.filter(kind=kind, value__in=values).values("person_id")
    return Person.objects.filter(pk__in=usual.union(further))


def _listed(found: QuerySet[Person]) -> list[Person]:
    return list(found.defer("sealed_core18").order_by("-is_current", "division_code", "pk")[:MOST])


def _of_household(number: str) -> list[Person]:
    households = Household.objects.filter(number=number).values("pk")
    return _listed(Person.objects.filter(household_id__in=households))


def _by_name(name: str) -> list[Person]:
    parsed = parse_names(pa.array([name], pa.string()))
    fold = parsed.fold[0].as_py()
    sounds = [sound for sound in parsed.sound_keys[0].as_py() or () if "?" not in sound]
    if not fold:
        return []
    same = _listed(_by(KeyKind.FOLD, "name_fold", [fold]))
    if not sounds or len(same) >= MOST:
        return same
    alike = _listed(_by(KeyKind.SOUND, "name_sound", sounds))
    known = {one.pk for one in same}
    return (same + [one for one in alike if one.pk not in known])[:MOST]
