"""Whether a delivery may be trusted to say that something is gone: compared with the one before it of its source."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

WARN_RATIO = 0.10  # rows.md and intake §16: from here the change of the row count is told …
HOLD_RATIO = 0.20  # … and a loss beyond this holds the delivery
HOLD_NEW_LAYOUT_SHARE = 0.20  # of the rows; one new village form among three hundred is not another layout
COLUMN_EMPTY = "SR-COLUMN-EMPTY"
"""The event of a sheet whose rows leave a column empty."""
_KEY_FIELDS = ("id_no", "name", "household_no", "person_no", "relation_to_head")


@dataclass(frozen=True, slots=True)
class Holding:
    """The judgement. reasons: codes that hold; notes: codes that are only told; facts: counts by code."""

    held: bool
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: dict[str, dict[str, int | str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return {"held": self.held, "reasons": list(self.reasons), "notes": list(self.notes), "facts": self.facts}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Holding":
        """The inverse of `to_json`."""
        return cls(document["held"], tuple(document["reasons"]), tuple(document["notes"]), document["facts"])


def judge(manifest: dict[str, Any], previous: dict[str, Any] | None, *, newest_as_of: str | None) -> Holding:
    """Judge a delivery by its manifest (counts, files) and the manifest before it.

    newest_as_of: ISO date of the newest delivery of the source so far. A delivery older than that is history only.
    Nothing holds the first delivery of a source.
    """
    reasons: list[str] = []
    notes: list[str] = []
    facts: dict[str, dict[str, int | str]] = {}
    if newest_as_of is not None and manifest["as_of"] < newest_as_of:
        reasons.append("SR-OLDER")
        facts["SR-OLDER"] = {"newest": newest_as_of}
    if previous is not None:
        now, before = int(manifest["counts"]["kept"]), int(previous["counts"]["kept"])
        facts["SR-ROWCOUNT"] = {"rows": now, "rows_previous": before}
        if before and now < before * (1 - HOLD_RATIO):
            reasons.append("SR-ROWCOUNT")
        elif before and abs(now - before) >= before * WARN_RATIO:
            notes.append("SR-ROWCOUNT")
        else:
            del facts["SR-ROWCOUNT"]
        share, unseen = _new_layouts(manifest, previous)
        if unseen:
            facts["SR-LAYOUT-CHANGED"] = {"layouts": unseen, "percent_of_rows": round(100 * share)}
            (reasons if share > HOLD_NEW_LAYOUT_SHARE else notes).append("SR-LAYOUT-CHANGED")
        lost = sorted(_share_lost(manifest, previous))
        if lost:
            reasons.append("SR-HEADER-MISSING")
            facts["SR-HEADER-MISSING"] = {"fields": "、".join(lost)}
    return Holding(bool(reasons), tuple(reasons), tuple(notes), facts)


def _sheets(manifest: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    return (sheet for file in manifest.get("files", ()) for sheet in file["sheets"] if _kept(sheet))


def _kept(sheet: Mapping[str, Any]) -> int:
    return int(sheet.get("counts", {}).get("kept", 0))


def _new_layouts(manifest: dict[str, Any], previous: dict[str, Any]) -> tuple[float, int]:
    """Share of the rows that stand under layouts the previous delivery did not have, and how many such layouts."""
    known = {sheet["fingerprint"] for sheet in _sheets(previous)}
    rows = strange = 0
    unseen = set()
    for sheet in _sheets(manifest):
        rows += _kept(sheet)
        if sheet["fingerprint"] not in known:
            strange += _kept(sheet)
            unseen.add(sheet["fingerprint"])
    return (strange / rows if rows else 0.0), len(unseen)


def _share_lost(manifest: dict[str, Any], previous: dict[str, Any]) -> set[str]:
    """Key fields that nearly every row had a column for before, and now many have not."""
    before, now = shares_of_columns(previous), shares_of_columns(manifest)
    return {name for name in _KEY_FIELDS if before.get(name, 0.0) - now.get(name, 0.0) > HOLD_RATIO}


def shares_of_columns(manifest: Mapping[str, Any]) -> dict[str, float]:
    """Field → share of the rows that stand in sheets with a column for it; empty where the manifest names no sheets."""
    rows = 0
    with_field: dict[str, int] = {}
    for sheet in _sheets(manifest):
        rows += _kept(sheet)
        for name in sheet["columns"]:
            with_field[name] = with_field.get(name, 0) + _kept(sheet)
    return {name: count / rows for name, count in with_field.items()} if rows else {}


def empty_columns(manifest: Mapping[str, Any]) -> list[str]:
    """Fields that sheets have columns for and no row of the whole delivery fills, in order; of sheets without rows nothing is said.

    A column that is empty in one sheet says little: of twenty people of a group perhaps nobody has what it asks for.
    """
    there = Counter(name for sheet in _sheets(manifest) if _kept(sheet) for name in sheet["columns"])
    empty = Counter(
        event.get("facts", {}).get("field")
        for file in manifest.get("files", ())
        for event in file.get("events", ())
        if event["code"] == COLUMN_EMPTY
    )
    return sorted(name for name, sheets in there.items() if empty[name] >= sheets)
