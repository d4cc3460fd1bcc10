"""What was not taken of a delivery - files refused, sheets that wait for a decision - and which findings it may concern.

Whoever stands in what nobody read may still be wrong there. Where it is known whose villages a file tells of, only
findings of those stay open for it; a file that nothing is known of may tell of anybody.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as ds

from taizhang.sweep.lake import SourceDelivery, manifest_of
from taizhang.sweep.rules import RuleSet
from taizhang.sweep.rules.model import Scope

TOWN_DIGITS = 9
"""A division's code up to its town."""
_LOCAL_SCOPES = frozenset({Scope.ROW, Scope.HOUSEHOLD})
_LOCAL_DIAGNOSES = ("XS-NAME-", "XS-ID-", "XS-FIELD", "XS-HOUSEHOLD", "XS-MISSING", "PR-HEAD-", "AU-")
"""Diagnoses about the rows that somebody has. The others ask whether a second row stands anywhere in the ledger."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Untaken:
    """The part of a delivery that was not taken.

    files: names of the files that were not taken whole. divisions: codes, or their beginnings, of where these files tell
    of; None where that is not known of one of them.
    """

    files: frozenset[str]
    divisions: frozenset[str] | None

    @classmethod
    def of(cls, delivery: SourceDelivery) -> "Untaken":
        """Read from the manifest, the rows that were taken of the same files, and the delivery before."""
        names = {file["name"] for file in delivery.manifest.get("files", ()) if _is_untaken(file)}
        if not names:
            return cls(frozenset(), None)
        folders = [delivery.folder, *([delivery.previous] if delivery.previous is not None else [])]
        told = [_villages(folder, names) for folder in folders]
        known: set[str] = set()
        for name in names:
            villages = set[str]().union(*(one.get(name, ()) for one in told))
            if not villages:
                return cls(frozenset(names), None)
            known |= villages if len(villages) == 1 else {code[:TOWN_DIGITS] for code in villages}
        return cls(frozenset(names), frozenset(known))

    def may_concern(self, finding: Row, rules: RuleSet) -> bool:
        """Whether a row that the finding is about may stand in what was not taken."""
        place = finding["village_code"]
        if self.divisions is None or place is None or finding["involved"] or not _is_local(finding["rule"], rules):
            return True
        if any(row["source"] == finding["source"] and row["file"] in self.files for row in finding["records"]):
            return True
        return str(place).startswith(tuple(self.divisions))


def _is_untaken(file: Mapping[str, Any]) -> bool:
    return file.get("status") == "refused" or any(sheet.get("status") == "waiting" for sheet in file.get("sheets", ()))


def _is_local(code: str, rules: RuleSet) -> bool:
    rule = rules.rules.get(code)
    return code.startswith(_LOCAL_DIAGNOSES) or (rule is not None and rule.scope in _LOCAL_SCOPES)


def _villages(folder: Path, names: Collection[str]) -> Mapping[str, Collection[str]]:
    """Name of a file → codes of the villages of the rows that a delivery has of it; all files by one look."""
    path = folder / "record.parquet"
    files = {file["no"]: file["name"] for file in manifest_of(folder).get("files", ()) if file["name"] in names}
    if not files or not path.is_file():
        return {}
    asked = pc.field("file_no").isin(list(files)) & pc.field("village_code").is_valid()
    rows = ds.dataset(path).to_table(["file_no", "village_code"], filter=asked)
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows.group_by(["file_no", "village_code"]).aggregate([]).to_pylist():
        found[files[row["file_no"]]].add(row["village_code"])
    return found
