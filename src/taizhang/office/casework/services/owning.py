"""Whose a finding of several places is: one side owns and verifies it, the others state what they know of their own rows.

The rule: the side in which the record lies that is probably wrong; where that cannot be told, the place of the finding;
where that place is no town or village, the county, which moves it to a side once it is clear whose it is.
"""

from collections.abc import Iterable, Mapping, Sequence

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import area_of_division
from taizhang.office.casework.models import OwnerReason, Side
from taizhang.office.findings.lake import county_code
from taizhang.office.findings.models import Finding, Visibility
from taizhang.office.findings.selectors.record_places import RecordPlace, record_places

MOST_ASKED = 6
"""Places of a finding up to which every other side is asked for a statement; a mistake of more is of one file, not of its places."""
NOWHERE = ""
"""The place of work of a finding that another side owns: nobody may do anything there."""


def work_place(finding: Finding) -> str:
    """The division in which a finding is worked on, as the open scope sees it; NOWHERE where its owner lies outside."""
    return work_places([finding])[finding.pk]


def work_places(findings: Sequence[Finding]) -> dict[str, str]:
    """`work_place` of many, by finding, with one question."""
    places = {one.pk: one.division_code for one in findings}
    seen: dict[str, list[Side]] = {}
    for side in Side.objects.filter(finding__in=list(places)):
        seen.setdefault(side.finding_id, []).append(side)
    for pk, sides in seen.items():
        places[pk] = next((side.division_code for side in sides if side.is_owner), NOWHERE)
    return places


def own_places(actor: Actor, finding: Finding, permission: str) -> list[str]:
    """The sides of a finding, its own place where it has only one, in which somebody holds a permission."""
    sides = list(
        Side.objects.filter(finding=finding).order_by("-is_owner", "pk").values_list("division_code", flat=True)
    )
    return [code for code in sides or [finding.division_code] if actor.may(permission, code)]


def stating_places(actor: Actor, finding: Finding) -> list[str]:
    """The sides for which somebody may state what is known: their own ones, but for the owner's, which verifies."""
    owner = set(Side.objects.filter(finding=finding, is_owner=True).values_list("division_code", flat=True))
    return [code for code in own_places(actor, finding, "finding.verify") if code not in owner]


def places_of(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Finding → the places in which its rows lie, its own first; a place inside another is not a further one."""
    own = {one.pk: one.division_code for one in findings}
    found = {pk: [code] for pk, code in own.items()}
    for pk, code in (
        Visibility.objects.filter(finding__in=list(own))
        .order_by("division_code")
        .values_list("finding_id", "division_code")
    ):
        inside = area_of_division(own[pk]).covers(code) and own[pk] != county_code()
        if code not in found[pk] and not inside and not area_of_division(code).covers(own[pk]):
            found[pk].append(code)
    return found


def set_sides(findings: Sequence[Finding]) -> None:
    """See that every finding of several places has its sides and one owner; sides that are there keep what they are."""
    places = {pk: codes for pk, codes in places_of(findings).items() if len(codes) > 1}
    if not places:
        return
    concerned = [one for one in findings if one.pk in places]
    known = _known(places)
    rows = record_places({person for one in concerned for person in _persons(one)})
    made: list[Side] = []
    for finding in concerned:
        there = known.get(finding.pk, {})
        codes, owns = places[finding.pk], any(there.values())
        owner, why = _owner(finding, codes, rows)
        if owner not in codes:
            codes = [*codes, owner]
        made += [
            Side(
                finding=finding, division_code=code, person_id=_person_at(finding, code, rows),
                is_owner=code == owner and not owns, why=why if code == owner and not owns else "",
            )
            for code in codes if code not in there
        ]  # fmt: skip
    Side.objects.bulk_create(made)


def asked_sides(finding: Finding) -> list[Side]:
    """The sides whose statement is waited for: all but the owner, where they are not too many; whatever the scope."""
    others = Side._base_manager.filter(finding=finding, is_owner=False).order_by("pk")  # noqa: SLF001 - documented API
    found = [one for one in others if one.division_code != county_code()]
    return found if len(found) < MOST_ASKED else []


def _known(places: Mapping[str, Sequence[str]]) -> dict[str, dict[str, bool]]:
    known: dict[str, dict[str, bool]] = {}
    sides = Side._base_manager.filter(finding__in=list(places))  # noqa: SLF001 - documented API
    for pk, code, is_owner in sides.values_list("finding_id", "division_code", "is_owner"):
        known.setdefault(pk, {})[code] = is_owner
    return known


def _persons(finding: Finding) -> list[int]:
    return [one for one in (finding.subject_person, *finding.involved) if one is not None]


def _owner(
    finding: Finding, codes: Sequence[str], rows: Mapping[int, Sequence[RecordPlace]]
) -> tuple[str, OwnerReason]:
    wrong = {
        row.village_code
        for person in _persons(finding)
        for row in rows.get(person, ())
        if finding.culprit and row.source == finding.culprit and row.village_code in codes
    }
    if len(wrong) == 1:
        return wrong.pop(), OwnerReason.CULPRIT
    if finding.division_code == county_code():
        return county_code(), OwnerReason.COUNTY
    return finding.division_code, OwnerReason.SUBJECT


def _person_at(finding: Finding, code: str, rows: Mapping[int, Sequence[RecordPlace]]) -> int | None:
    """Whose rows lie in a place: the finding's subject, or the one other person who has a record there."""
    there = [one for one in _persons(finding) if any(row.village_code == code for row in rows.get(one, ()))]
    if finding.subject_person in there or not there:
        return finding.subject_person if finding.subject_person in there or code == finding.division_code else None
    return there[0] if len(there) == 1 else None


__all__ = [
    "NOWHERE",
    "asked_sides",
    "own_places",
    "places_of",
    "set_sides",
    "stating_places",
    "work_place",
    "work_places",
]
