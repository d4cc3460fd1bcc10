"""The manifest of a delivery: what it was made of, what was taken, what was not, and where every column stands."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from taizhang import __version__
from taizhang.intake.delivery.assembling import Assembled, ParsedFile
from taizhang.intake.delivery.cache import READER_VERSION
from taizhang.intake.delivery.receiving import SentFile
from taizhang.intake.delivery.schemas import SCHEMA_VERSION
from taizhang.intake.inbox import Inbox
from taizhang.intake.model import MODEL_VERSION


def content_digest(sent: Sequence[SentFile]) -> str:
    """Digest of what was sent: names and bytes of all files, whatever their order."""
    return _digest(sorted(f"{file.name}\0{file.sha256}" for file in sent))


def base_digest(box: Inbox, content: str) -> str:
    """Digest of a delivery before anything was read: schema version, source, day, content."""
    return _digest([str(SCHEMA_VERSION), box.source.id, box.as_of.isoformat(), content])


def digest_again(digest: str) -> str:
    """Digest of a delivery that is delivered again after others of its day: the folders must not be one."""
    return _digest([digest, "again"])


def make_manifest(
    box: Inbox,
    sent: Sequence[SentFile],
    parsed: Sequence[ParsedFile],
    assembled: Assembled,
    mapping_state: str,
    divisions_state: str,
) -> dict[str, Any]:
    """The manifest without the judgement whether the delivery is held.

    The digest is the base digest, and also of the confirmed mappings where one was used and of the county's own list of
    divisions: the same files read under other mappings, or with other places, are another delivery.
    """
    content = content_digest(sent)
    base = base_digest(box, content)
    decided = [state for state in (mapping_state, divisions_state) if state]
    return {
        "schema_version": SCHEMA_VERSION,
        "source": box.source.id,
        "source_kind": box.source.kind.value,
        "as_of": box.as_of.isoformat(),
        "taken_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "digest": _digest([base, *decided]) if decided else base,
        "base_digest": base,
        "content_digest": content,
        "mapping_state": mapping_state,
        "divisions_state": divisions_state,
        "versions": {"taizhang": __version__, "reader": READER_VERSION, "model": MODEL_VERSION},
        "rows": assembled.rows,
        "cell_events": assembled.event_codes,
        "files": [_file_entry(file, found) for file, found in zip(sent, parsed, strict=True)],
        "counts": _totals(sent, parsed),
    }


def _file_entry(file: SentFile, found: ParsedFile) -> dict[str, Any]:
    return {
        "no": found.no,
        "name": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "kind": file.kind.value,
        "encoding": found.facts.encoding,
        "status": _status(file, found),
        "sheets": [{**asdict(sheet), "class": sheet.kind} for sheet in found.facts.sheets],
        "events": [asdict(event) for event in found.facts.events],
    }


def _status(file: SentFile, found: ParsedFile) -> str:
    if file.is_repeat:
        return "duplicate"
    return "refused" if found.folder is None else "taken"


def _totals(sent: Sequence[SentFile], parsed: Sequence[ParsedFile]) -> dict[str, Any]:
    sheets = [sheet for file in parsed for sheet in file.facts.sheets]
    skipped: dict[str, int] = {}
    for sheet in sheets:
        for reason, rows in sheet.counts.skipped.items():
            skipped[reason] = skipped.get(reason, 0) + rows
    return {
        "read": sum(sheet.counts.read for sheet in sheets),
        "kept": sum(sheet.counts.kept for sheet in sheets),
        "skipped": dict(sorted(skipped.items())),
        "quarantined": sum(sheet.counts.quarantined for sheet in sheets),
        "waiting_sheets": sum(sheet.status == "waiting" for sheet in sheets),
        "refused_files": sum(_status(file, found) == "refused" for file, found in zip(sent, parsed, strict=True)),
    }


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
