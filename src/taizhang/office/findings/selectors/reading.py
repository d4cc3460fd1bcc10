"""One finding as its page shows it: values, candidates, cells, history, and who lives in the same household."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from taizhang.languages import evidence_in
from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import covered
from taizhang.office.access.scope import current_areas
from taizhang.office.crypto.sealing import unseal
from taizhang.office.errors import NotFound
from taizhang.office.findings.catalogue import field_title, rule_title, source_title
from taizhang.office.findings.lake import sweep_folder
from taizhang.office.findings.lookup import rows_at
from taizhang.office.findings.models import Finding, SweepRun
from taizhang.office.findings.selectors.files import events_of
from taizhang.office.findings.selectors.marking import hidden, marked
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.selectors.partly import sees_all_sides
from taizhang.office.findings.selectors.sides import Sides, sides_of
from taizhang.office.findings.services.importing import detail_context
from taizhang.office.parts.language import page_language
from taizhang.office.parts.model import Event
from taizhang.office.parts.punctuation import listed
from taizhang.office.people.models import Person
from taizhang.office.people.selectors.doors import revealed_to
from taizhang.sweep.diagnose.wording import chance


@dataclass(frozen=True)
class Candidate:
    """A value it may have to be. chance: its probability in words; percent: the same for a bar."""

    label: str
    chance: str
    percent: int
    reason: str
    sources: str


@dataclass(frozen=True)
class Spot:
    """Where a value stands in the sender's file."""

    source: str
    file: str
    sheet: str
    cell: str


@dataclass(frozen=True)
class FindingPage:
    """Everything the page of one finding shows. is_mine: its own place lies in the viewer's area.

    culprit: title of the source that is probably wrong, empty where that cannot be told. successor: the finding that
    tells of it now, and predecessors: those of which it tells, each where the viewer may see it.
    """

    finding: Finding
    is_mine: bool
    sides: Sequence[Sides]
    observed: Sequence[tuple[str, str, SafeString]]
    candidates: Sequence[Candidate]
    spots: Sequence[Spot]
    evidence: Sequence[str]
    events: Sequence[Event]
    household: Sequence[Person]
    revealed: frozenset[int]
    culprit: str
    successor: Finding | None = None
    predecessors: Sequence[Finding] = ()


def finding_for(viewer: Actor, short_id: str) -> Finding:
    """The finding with this short number inside the viewer's area. Raises NotFound."""
    finding = findings_of(viewer).filter(short_id=short_id).select_related("changed_in").first()
    if finding is None:
        raise NotFound
    return finding


def finding_page(viewer: Actor, short_id: str) -> FindingPage:
    """The page of one finding. Raises NotFound."""
    finding, areas = finding_for(viewer, short_id), current_areas()
    is_mine = covered(finding.division_code, areas)
    persons = [one for one in (finding.subject_person, *finding.involved) if one is not None]
    revealed = revealed_to(viewer, persons)
    detail = detail_of(finding)
    in_full = bool(persons) and set(persons) <= revealed
    language = page_language()
    sides = sides_of(persons, areas, fields=finding.fields, revealed=revealed, first=finding.culprit or finding.source)
    is_whole = sees_all_sides(finding)
    # Of several persons the words and values may be the other side's; of one person in two places they are its own.
    is_told = is_mine and (is_whole or not finding.involved)
    return FindingPage(
        finding=finding,
        is_mine=is_mine,
        sides=sides,
        observed=_observed(detail, in_full=in_full) if is_told and not persons else [],
        candidates=[_candidate(one, in_full=in_full) for one in detail["candidates"] or ()] if is_told else [],
        spots=_spots(detail if is_whole else detail | {"records": _own_records(detail, sides)}),
        evidence=[evidence_in(one, language) for one in detail["evidence"] or ()] if is_told else [],
        events=events_of([finding]),
        household=_household(finding),
        revealed=revealed,
        culprit=source_title(finding.culprit) if finding.culprit and is_mine else "",
        successor=findings_of(viewer).filter(pk=finding.superseded_by).first() if finding.superseded_by else None,
        predecessors=_predecessors(viewer, finding),
    )  # fmt: skip


def _predecessors(viewer: Actor, finding: Finding) -> list[Finding]:
    """Asked for without a place first: nearly all findings have none, and with one the rows would be sought by it."""
    known = Finding._base_manager.filter(superseded_by=finding.pk, superseded_by__gt="")  # noqa: SLF001 - documented API
    found = list(known.values_list("pk", flat=True))
    return list(findings_of(viewer).filter(pk__in=found).order_by("pk")) if found else []


def detail_of(finding: Finding) -> dict[str, Any]:
    """The newest sweep's words on it where the lake still has them, else what was sealed when it last changed."""
    sealed: dict[str, Any] = json.loads(unseal(finding.detail, detail_context(finding.pk)))
    run = SweepRun.objects.first()
    path = sweep_folder(run.name) / "findings.parquet" if run is not None else None
    if path is None or not path.is_file():
        return sealed
    rows = rows_at(path, "finding_id", [finding.pk], ["records"]).select(["records"]).to_pylist()
    return sealed | (rows[0] if rows else {})


def _own_records(detail: dict[str, Any], sides: Sequence[Sides]) -> list[dict[str, Any]]:
    """The records of a finding that are rows of the viewer's own area, and of nobody else's that look alike."""
    columns = [column for side in sides for column in side.columns]
    mine, others = (
        {(one.title, one.delivery, one.where) for one in columns if one.is_mine is own} for own in (True, False)
    )
    return [
        one for one in detail["records"] or ()
        if (source_title(one["source"]), (one["delivery"] or "")[:10], str(one["row"])) in mine - others
    ]  # fmt: skip


def _observed(detail: dict[str, Any], *, in_full: bool) -> list[tuple[str, str, SafeString]]:
    return [
        (source_title(one["source"]), field_title(one["field"]), marked(one["field"], one["value"] or "–", "", in_full=in_full).text)
        for one in detail["observed"] or ()
    ]  # fmt: skip


def _candidate(one: dict[str, Any], *, in_full: bool) -> Candidate:
    value, share = one["value"] if in_full else hidden(one["field"], one["value"] or ""), one["probability"] or 0.0
    return Candidate(
        f"{field_title(one['field'])} {value}", chance(share), round(100 * share), _why(one["reason"] or ""),
        listed(source_title(source) for source in one["sources"] or ()),
    )  # fmt: skip


def _why(reason: str) -> str:
    """Where a candidate comes from, in words."""
    return {"other_source": _("这样写的来源"), "member_row": _("户内本人的记录这样写"), "": ""}.get(
        reason
    ) or rule_title(reason)


def _spots(detail: dict[str, Any]) -> list[Spot]:
    return [
        Spot(
            source_title(one["source"]), one["file"] or "", one["sheet"] or "",
            listed(cell["cell"] for cell in one["cells"] or () if cell["cell"]) or _("第%(row)s行") % {"row": one["row"]},
        )
        for one in detail["records"] or ()
    ]  # fmt: skip


def _household(finding: Finding) -> list[Person]:
    if finding.subject_household is None:
        return []
    found = Person.objects.filter(household_id=finding.subject_household, is_current=True).order_by("birth", "pk")
    return list(found.defer("sealed_core18"))
