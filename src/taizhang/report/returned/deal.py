"""Deals the findings of a sweep back to the files they stand in, and writes each file's annotated copy."""

import hashlib
import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb

from taizhang.errors import UserError
from taizhang.intake.child import ChildPool, Refused
from taizhang.intake.county import County
from taizhang.intake.preflight import Limits
from taizhang.intake.sniff import FileKind, sniff
from taizhang.languages import Language, bracketed, listed, told, translated
from taizhang.progress import Progress
from taizhang.report.returned.problem_list import Problem
from taizhang.report.returned.rebuilt import rebuild_workbook
from taizhang.report.returned.workbook import Returned, annotate_workbook, damaged_original
from taizhang.report.texts import label
from taizhang.report.wording import evidence_sentences, field_title
from taizhang.sweep.findings.schema import MESSAGE_COLUMNS, OPEN_SQL

EVIDENCE_SHOWN = 3  # which places of a number differ, who says otherwise, what fits
NOT_RETURNED = "未生成.txt"
TOO_LARGE = "文件太大，没有生成批注件；其中的问题都在问题清单里。"
# The longest name most file systems take is 255 bytes; what is written first carries a mark of its own beside it.
_NAME_BYTES = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# A finding goes to the file of the ledger that is probably wrong; while that is open, to every file it concerns.
# Notes (info) ask nothing of anybody and are left out.
_DEALT = f"""
WITH concerned AS (
    SELECT finding_id, severity, household_head, name, message_{{stored}} AS message, hint_{{stored}} AS hint, deadline_workdays, short_id, culprit, evidence,
        unnest(records) AS record
    FROM (SELECT *, head_name AS household_head FROM finding WHERE {OPEN_SQL} AND severity <> 'info')
), dealt AS (
    SELECT * FROM concerned
    QUALIFY culprit IS NULL OR record.source = culprit OR NOT bool_or(record.source = culprit) OVER (PARTITION BY finding_id)
)
SELECT record.source, record.delivery, record.file_no, record.file, record.sheet, record.row, record.cells, severity,
    household_head, name, message, hint, deadline_workdays, short_id, evidence
FROM dealt
ORDER BY record.source, record.delivery, record.file_no, record.sheet, record.row, short_id
"""


def return_workbooks(
    county: County, sweep_folder: Path, target: Path, *, progress: Progress, jobs: int, limits: Limits | None = None
) -> Path:
    """Write an annotated copy of every file that has problems under ``target/<source>/``; returns `target`.

    limits: what one copy may cost. A file that cannot be annotated any more is named with its reason in 未生成.txt; the others are written.
    """
    by_file = _problems_by_file(sweep_folder / "findings.parquet", county.language)
    originals = _Originals(county.data / "deliveries")
    stage = "批注工作簿"
    progress.start(stage, total=len(by_file))
    items: list[tuple[int, str, Path, dict[str, Any]]] = []
    taken: set[str] = set()
    # The newest delivery first: a finding may also stand in an older one, whose copy is then the numbered one.
    newest_first = sorted(sorted(by_file.items(), key=lambda item: item[0]), key=lambda item: item[0][1], reverse=True)
    for (source, delivery, file_no), (name, problems) in newest_first:
        original, digest, size = originals.of(source, delivery, file_no)
        place = target / returned_name(source, name, taken)
        place.parent.mkdir(parents=True, exist_ok=True)
        settings = {"target": place, "problems": problems, "digest": digest, "language": county.language}
        items.append((size, name, original, settings))
    # The largest first: one begun last would keep a single core at work while the others have nothing left to do.
    items.sort(key=lambda item: item[0], reverse=True)
    refused = []
    with ChildPool(jobs, limits, preload=(__name__,)) as pool:
        outcomes = pool.map(write_returned, [(original, settings) for _, _, original, settings in items])
        for (_, name, *_rest), outcome in zip(items, outcomes, strict=True):
            if isinstance(outcome, Refused):
                refused.append(told(name, _why_not(outcome, county.language), county.language))
            elif isinstance(outcome, str):
                refused.append(told(name, outcome, county.language))
            progress.advance(stage)
    if refused:
        (target / NOT_RETURNED).write_text("\n".join(sorted(refused)) + "\n", encoding="utf-8")
    progress.finish(stage)
    return target


def _why_not(refused: Refused, language: Language) -> str:
    """Why the child made no copy, in words where an officer can do something about it."""
    codes = [event.code for event in refused.events]
    if "SR-FILE-LIMIT" in codes:
        return translated(TOO_LARGE, language)
    return listed(codes, language)


def returned_name(source: str, name: str, taken: set[str]) -> PurePosixPath:
    """Where a file's annotated copy goes under the folder of returned workbooks; added to `taken` (lower case).

    name: as the file was sent, "archive.zip/folder/name" for one out of an archive; it comes from a stranger, so steps
    upwards are dropped and long parts shortened. Two files never share a place: the later one is numbered.
    """
    parts = [_CONTROL.sub("_", part) for part in PurePosixPath(name).parts if part not in {"/", "..", "."}] or ["_"]
    last = PurePosixPath(parts[-1])
    stem = last.stem if last.suffix.lower() in {".xlsx", ".xlsm"} else last.name
    folder = PurePosixPath(source, *(_shortened(part, _NAME_BYTES) for part in parts[:-1]))
    number = 1
    while True:
        mark = "" if number == 1 else f"（{number}）"
        place = folder / f"{_shortened(stem, _NAME_BYTES - len(mark.encode()))}{mark}.xlsx"
        if str(place).lower() not in taken:
            taken.add(str(place).lower())
            return place
        number += 1


def _shortened(part: str, most: int) -> str:
    return part.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")


def write_returned(
    original: Path, *, target: Path, problems: list[Problem], digest: str, language: Language = Language.ZH
) -> Returned | str:
    """Write one file's annotated copy, inside the child; returns the reason when that is not possible.

    digest: SHA-256 of the file as it was sent. Parts are copied unread, so damage in the store would otherwise go on
    to the sender.
    """
    try:
        _check(original, digest)
        if sniff(original).kind is FileKind.XLSX:
            return annotate_workbook(original, target, problems, language)
        return rebuild_workbook(original, target, problems, language)
    except UserError as error:
        return translated(error.message, language)


def _check(original: Path, digest: str) -> None:
    try:
        with original.open("rb") as stream:
            whole = hashlib.file_digest(stream, "sha256").hexdigest() == digest
    except FileNotFoundError as error:
        raise damaged_original(original.name, "missing") from error
    if not whole:
        raise damaged_original(original.name, "sha256")


class _Originals:
    """The files as they were sent, by delivery and number; each delivery's manifest is read once."""

    def __init__(self, deliveries: Path) -> None:
        self._deliveries = deliveries
        self._known: dict[tuple[str, str], dict[int, tuple[str, int]]] = {}

    def of(self, source: str, delivery: str, file_no: int) -> tuple[Path, str, int]:
        """(the stored file, its SHA-256 and its size in bytes when it came)."""
        folder = self._deliveries / source / delivery
        known = self._known.get((source, delivery))
        if known is None:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            known = {file["no"]: (file["sha256"], file["size"]) for file in manifest["files"]}
            self._known[source, delivery] = known
        digest, size = known[file_no]
        return folder / "files" / digest, digest, size


def _problems_by_file(findings: Path, language: Language) -> dict[tuple[str, str, int], tuple[str, list[Problem]]]:
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as db:
        db.read_parquet(str(findings)).create_view("finding")
        rows = db.execute(_DEALT.format(stored=MESSAGE_COLUMNS[language])).fetchall()
    found: dict[tuple[str, str, int], tuple[str, list[Problem]]] = {}
    for source, delivery, file_no, file, sheet, row, cells, *facts in rows:
        problems = found.setdefault((source, delivery, file_no), (file, []))[1]
        problems.append(_problem(sheet, row, cells, facts, language))
    return found


def _problem(
    sheet: str, row: int | None, cells: list[dict[str, str]] | None, facts: list[Any], language: Language
) -> Problem:
    severity, head, name, message, hint, days, finding, evidence = facts
    named = [cell for cell in cells or [] if cell["cell"]]
    first = named[0] if named else {"field": "", "cell": f"A{row}" if row else ""}
    titles = listed((field_title(cell["field"], language) for cell in named), language)
    sentences = evidence_sentences((evidence or [])[:EVIDENCE_SHOWN], language)
    return Problem(
        severity=label(severity).said_in(language),
        household=head or "",
        name=name or "",
        field=titles,
        sheet=sheet or "",
        cell=first["cell"],
        text="".join([message or "", *(bracketed(one, language) for one in sentences)]),
        hint=hint or "",
        deadline="" if days is None else label("workdays").filled(n=days).said_in(language),
        finding=finding or "",
    )
