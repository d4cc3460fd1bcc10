"""The whole intake: from the folders of the county file to committed deliveries.

Each stage knows only the one before it: copy and hash, sniff, read in capped children (or find in the cache), put
together, judge, commit. What goes wrong with a source, a file or a sheet is told and stops nothing else.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Self

from taizhang import __version__
from taizhang.errors import UserError
from taizhang.intake.child import ChildPool, Refused
from taizhang.intake.county import County, Inbox, SourceFolderError, SourceSpec, inbox_of
from taizhang.intake.delivery.assembling import ParsedFile, assemble
from taizhang.intake.delivery.cache import READER_VERSION, ParseCache, fingerprints, mapping_state
from taizhang.intake.delivery.facts import FileFacts
from taizhang.intake.delivery.file_reading import read_file
from taizhang.intake.delivery.holding import judge
from taizhang.intake.delivery.lake import Lake, commit, keep_copy, remove, write_json
from taizhang.intake.delivery.messages import delivery_held, file_not_taken, sheets_wait
from taizhang.intake.delivery.reading import Delivery, DeliveryRef, deliveries_of, reference
from taizhang.intake.delivery.schemas import SCHEMA_VERSION
from taizhang.intake.mapping import LayoutMemory, MappingFile, MappingFileError
from taizhang.intake.model import MODEL_VERSION
from taizhang.intake.preflight import Limits
from taizhang.intake.raw import FileEvent
from taizhang.intake.sniff import FileKind, sniff
from taizhang.progress import Progress, Silent

STAGE = "接收报送"
_PRELOAD = ("taizhang.intake.delivery.warm",)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What one run took in.

    deliveries: of every source, oldest first; those that were there already are among them (`is_new` False).
    problems: what somebody outside has to put right. incomplete: ids of sources that could not be taken whole.
    seconds: by stage; children count beside the clock of this process.
    """

    deliveries: tuple[DeliveryRef, ...]
    problems: tuple[UserError, ...]
    incomplete: tuple[str, ...]
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _SentFile:
    """A file as it was received. path: the kept copy."""

    name: str
    path: Path
    sha256: str
    size: int
    kind: FileKind
    event: FileEvent | None


def take_in(
    county: County,
    *,
    progress: Progress | None = None,
    jobs: int = 2,
    until: date | None = None,
    limits: Limits | None = None,
) -> TakenIn:
    """Take in everything that lies in the sources' folders and is not in the lake yet.

    jobs: how many children read at once. until: leave deliveries as of a later day for another run.
    Raises LakeBusyError or LakeWriteError; a county's other troubles are `problems` of the result. Interrupted, it
    leaves the lake as it was, but for the deliveries that were complete.
    """
    lake = Lake(county.data)
    with (
        lake.locked() as workspace,
        _Run(county, lake, workspace, jobs, limits or Limits(), progress or Silent()) as run,
    ):
        run.adopt_mappings()
        for source in county.sources:
            run.take_source(source, until)
        return run.result()


class _Run:
    """One run of `take_in`: the pool of children is started by the first file that has to be read."""

    def __init__(
        self, county: County, lake: Lake, workspace: Path, jobs: int, limits: Limits, progress: Progress
    ) -> None:
        self._county, self._lake, self._workspace = county, lake, workspace
        self._jobs, self._limits, self._progress = jobs, limits, progress
        self._stack = ExitStack()
        self._pool: ChildPool | None = None
        self._deliveries: list[DeliveryRef] = []
        self._problems: list[UserError] = []
        self._incomplete: list[str] = []
        self._seconds: dict[str, float] = {}
        self._numbered = 0

    def __enter__(self) -> Self:
        self._stack.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def result(self) -> TakenIn:
        """Everything so far; also left in `<data>/intake.json` for whoever asks which sources are incomplete."""
        document = {
            "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "incomplete": sorted(self._incomplete),
            "problems": [
                {"code": problem.code, "message": problem.message, "where": problem.where} for problem in self._problems
            ],
        }
        unfinished = self._workspace / "intake.json"
        write_json(unfinished, document)
        unfinished.replace(self._lake.root / "intake.json")
        return TakenIn(tuple(self._deliveries), tuple(self._problems), tuple(self._incomplete), self._seconds)

    def adopt_mappings(self) -> None:
        """Mapping files in `mappings` that somebody confirmed are remembered; a broken one is told."""
        memory = LayoutMemory(self._lake.layouts)
        for path in sorted(self._lake.mappings.glob("*.yaml")):
            try:
                mapping = MappingFile.load(path)
                if mapping.confirmed_by is not None and memory.recall(mapping.fingerprint) != mapping:
                    memory.remember(mapping)
            except MappingFileError as error:
                self._problems.append(error)

    def take_source(self, source: SourceSpec, until: date | None) -> None:
        """Take in every delivery of a source; a folder that is missing makes the source incomplete."""
        try:
            boxes = inbox_of(source)
        except SourceFolderError as error:
            self._problems.append(error)
            self._incomplete.append(source.id)
            return
        wanted = [box for box in boxes if until is None or box.as_of <= until]
        stage = f"{STAGE}：{source.title}"
        self._progress.start(stage, sum(len(box.files) for box in wanted))
        for box in wanted:
            ref = self._take_box(box, stage)
            self._deliveries.append(ref)
        self._progress.finish(stage)
        newest = next((ref for ref in reversed(self._deliveries) if ref.source == source.id), None)
        if newest is not None and not newest.is_complete:
            self._incomplete.append(source.id)

    def _take_box(self, box: Inbox, stage: str) -> DeliveryRef:
        staging = self._next_folder()
        (staging / "files").mkdir()
        with self._timed("copy and hash"):
            sent = list(self._receive(box, staging / "files"))
        known = deliveries_of(self._lake.root, box.source.id)
        content = _digest([f"{file.name}\0{file.sha256}" for file in sent])
        base = _digest([str(SCHEMA_VERSION), box.source.id, box.as_of.isoformat(), content])
        same = self._already_taken(known, content, None if box.is_dated else base)
        same = same if same is not None else self._already_taken(known, content, base)
        if same is not None:
            remove(staging)
            self._progress.advance(stage, len(box.files))
            self._tell_again(same, box)
            return same
        cache = ParseCache.of(self._lake, self._county, box.source)
        with self._timed("read"):
            parsed = self._parse(sent, cache, box.source, stage)
        with self._timed("assemble"):
            assembled = assemble(parsed, staging, box.as_of)
        state = mapping_state(self._lake, {layout for file in parsed for layout in fingerprints(file.facts)})
        manifest: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "source": box.source.id,
            "source_kind": box.source.kind.value,
            "as_of": box.as_of.isoformat(),
            "taken_at": datetime.now(UTC).isoformat(timespec="microseconds"),
            "digest": _digest([base, state]) if state else base,
            "base_digest": base,
            "content_digest": content,
            "mapping_state": state,
            "versions": {"taizhang": __version__, "reader": READER_VERSION, "model": MODEL_VERSION},
            "rows": assembled.rows,
            "cell_events": assembled.event_codes,
            "files": [_file_entry(file, parsed_file) for file, parsed_file in zip(sent, parsed, strict=True)],
            "counts": _totals(parsed),
        }
        earlier = [ref for ref in known if ref.as_of <= box.as_of]
        previous = Delivery(earlier[-1].folder).manifest if earlier else None
        newest = max((ref.as_of for ref in known), default=None)
        holding = judge(manifest, previous, newest_as_of=None if newest is None else newest.isoformat())
        manifest["held"] = holding.to_json()
        manifest["previous"] = earlier[-1].folder.name if earlier else None
        write_json(staging / "manifest.json", manifest)
        self._propose(parsed, cache, sent)
        target = self._lake.delivery(box.source.id, box.as_of, manifest["digest"])
        with self._timed("commit"):
            commit(staging, target)
        self._tell(box, sent, parsed, holding.reasons)
        return reference(target, manifest, is_new=True)

    def _next_folder(self) -> Path:
        self._numbered += 1
        folder = self._workspace / str(self._numbered)
        folder.mkdir()
        return folder

    def _receive(self, box: Inbox, folder: Path) -> Iterator[_SentFile]:
        for name, path in box.files:
            sha256, size = keep_copy(path, folder)
            copy = folder / sha256
            sniffed = sniff(copy, name)
            yield _SentFile(name, copy, sha256, size, sniffed.kind, sniffed.event)

    def _already_taken(self, known: Sequence[DeliveryRef], content: str, base: str | None) -> DeliveryRef | None:
        """A delivery of the same files read with the same mappings (of the same day, where `base` is given)."""
        for ref in reversed(known):
            manifest = Delivery(ref.folder).manifest
            if (manifest["content_digest"] if base is None else manifest["base_digest"]) != (
                content if base is None else base
            ):
                continue
            layouts = {
                sheet["fingerprint"] for file in manifest["files"] for sheet in file["sheets"] if sheet["fingerprint"]
            }
            if mapping_state(self._lake, layouts) == manifest["mapping_state"]:
                return ref
        return None

    def _parse(self, sent: Sequence[_SentFile], cache: ParseCache, source: SourceSpec, stage: str) -> list[ParsedFile]:
        """Every file's facts and parsed folder, from the cache or from a child, in the order of the files."""
        facts = {file.sha256: cache.find(file.sha256) for file in sent}
        outs: dict[str, Path] = {}
        unread = []
        for file in sent:
            if facts[file.sha256] is not None or file.sha256 in outs or _is_refused(file):
                continue
            outs[file.sha256] = self._next_folder()
            unread.append(file)
        settings: list[tuple[Path, dict[str, Any]]] = [
            (file.path, self._settings(file, outs[file.sha256], source)) for file in unread
        ]
        self._progress.advance(stage, len(sent) - len(unread))
        if unread:
            results = self._children().map(read_file, settings)
            for file, outcome in zip(unread, results, strict=True):
                if isinstance(outcome, Refused):
                    facts[file.sha256] = FileFacts(file.kind.value, events=list(outcome.events))
                    remove(outs[file.sha256])
                else:
                    facts[file.sha256] = outcome
                    cache.keep(file.sha256, outcome, outs[file.sha256])
                    self._seconds["children"] = self._seconds.get("children", 0.0) + outcome.seconds["child"]
                self._progress.advance(stage)
        parsed = []
        for number, file in enumerate(sent):
            found = facts[file.sha256] or FileFacts(file.kind.value)
            if file.event is not None:
                found.events = [file.event, *found.events]
            folder = cache.folder(file.sha256) if found.sheets else None
            parsed.append(ParsedFile(number, found, folder))
        return parsed

    def _settings(self, file: _SentFile, out: Path, source: SourceSpec) -> dict[str, Any]:
        divisions = self._county.divisions
        return {
            "out": str(out),
            "kind": file.kind.value,
            "name": file.name,
            "source_kind": source.kind.value,
            "county": self._county.code,
            "divisions": None if divisions is None else str(divisions),
            "layouts": str(self._lake.layouts),
        }

    def _children(self) -> ChildPool:
        if self._pool is None:
            with self._timed("start children"):
                self._pool = self._stack.enter_context(ChildPool(self._jobs, self._limits, preload=_PRELOAD))
        return self._pool

    def _propose(self, parsed: Sequence[ParsedFile], cache: ParseCache, sent: Sequence[_SentFile]) -> None:
        """Write the questions of layouts as mapping files; one that is there already belongs to whoever edits it."""
        for file, found in zip(sent, parsed, strict=True):
            path = cache.folder(file.sha256) / "proposals.json"
            if found.folder is None or not path.is_file():
                continue
            for layout, text in json.loads(path.read_text("utf-8")).items():
                target = self._lake.mappings / f"{layout}.yaml"
                if not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    unfinished = self._workspace / target.name
                    unfinished.write_text(text, "utf-8")
                    unfinished.replace(target)

    def _tell(
        self, box: Inbox, sent: Sequence[_SentFile], parsed: Sequence[ParsedFile], reasons: tuple[str, ...]
    ) -> None:
        title = box.source.title
        for file, found in zip(sent, parsed, strict=True):
            if found.folder is None:
                self._problems.append(file_not_taken(file.name, title, found.facts))
            else:
                self._problems += sheets_wait(file.name, title, found.facts, str(self._lake.mappings))
        if reasons:
            self._problems.append(delivery_held(title, box.as_of.isoformat(), reasons))

    def _tell_again(self, ref: DeliveryRef, box: Inbox) -> None:
        """A delivery that was there already keeps its problems until somebody solves them."""
        for entry in Delivery(ref.folder).manifest["files"]:
            facts = FileFacts.from_json({"kind": entry["kind"], "sheets": entry["sheets"], "events": entry["events"]})
            if not entry["sheets"]:
                self._problems.append(file_not_taken(entry["name"], box.source.title, facts))
            self._problems += sheets_wait(entry["name"], box.source.title, facts, str(self._lake.mappings))

    def _timed(self, stage: str) -> "_Stopwatch":
        return _Stopwatch(stage, self._seconds)


@dataclass(slots=True)
class _Stopwatch:
    """Adds the seconds spent inside it to a stage."""

    stage: str
    seconds: dict[str, float]
    started: float = 0.0

    def __enter__(self) -> None:
        self.started = perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds[self.stage] = self.seconds.get(self.stage, 0.0) + perf_counter() - self.started


def _is_refused(file: _SentFile) -> bool:
    """Kinds no reader exists for; an encrypted workbook goes to the child, whose refusal says why."""
    return file.event is not None and file.event.severity == "error"


def _file_entry(file: _SentFile, parsed: ParsedFile) -> dict[str, Any]:
    return {
        "no": parsed.no,
        "name": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "kind": file.kind.value,
        "encoding": parsed.facts.encoding,
        "status": "refused" if parsed.folder is None else "taken",
        "sheets": [{**asdict(sheet), "class": sheet.kind} for sheet in parsed.facts.sheets],
        "events": [asdict(event) for event in parsed.facts.events],
    }


def _totals(parsed: Sequence[ParsedFile]) -> dict[str, Any]:
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
        "refused_files": sum(file.folder is None for file in parsed),
    }


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
