"""The whole intake: from the folders of the county file to committed deliveries.

Each stage knows only the one before it: copy and hash, sniff, read in capped children (or find in the cache), put
together, judge, commit. What goes wrong with a source, a file or a sheet is told and stops nothing else.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from taizhang.errors import UserError
from taizhang.intake.child import ChildPool, Refused
from taizhang.intake.county import County, Inbox, SourceFolderError, SourceSpec, inbox_of, unreadable
from taizhang.intake.delivery.assembling import ParsedFile, assemble
from taizhang.intake.delivery.cache import ParseCache, fingerprints, mapping_state
from taizhang.intake.delivery.facts import FileFacts
from taizhang.intake.delivery.file_reading import read_file
from taizhang.intake.delivery.holding import judge
from taizhang.intake.delivery.lake import Lake, commit, remove, write_json
from taizhang.intake.delivery.manifest import base_digest, content_digest, make_manifest
from taizhang.intake.delivery.messages import delivery_held, file_not_taken, sheets_wait
from taizhang.intake.delivery.reading import Delivery, DeliveryRef, deliveries_of, reference
from taizhang.intake.delivery.receiving import SentFile, receive
from taizhang.intake.mapping import LayoutMemory, MappingFile, MappingFileError
from taizhang.intake.preflight import Limits
from taizhang.progress import Progress, Silent

STAGE = "读取表格"
COMMITTING = "写入报送"
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
    with lake.locked() as workspace:
        run = _Run(county, lake, workspace, jobs, limits or Limits(), progress or Silent())
        run.adopt_mappings()
        for source in county.sources:
            run.prepare(source, until)
        run.read()
        run.commit()
        return run.result()


class _Run:
    """One run of `take_in`: receive everything, read what was never read, then commit delivery by delivery."""

    def __init__(
        self, county: County, lake: Lake, workspace: Path, jobs: int, limits: Limits, progress: Progress
    ) -> None:
        self._county, self._lake, self._workspace = county, lake, workspace
        self._jobs, self._limits, self._progress = jobs, limits, progress
        self._boxes: list[_Box] = []
        self._read: dict[Path, FileFacts] = {}
        self._refused: dict[Path, FileFacts] = {}
        self._deliveries: list[DeliveryRef] = []
        self._problems: list[UserError] = []
        self._incomplete: list[str] = []
        self._seconds: dict[str, float] = {}
        self._numbered = 0

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

    def prepare(self, source: SourceSpec, until: date | None) -> None:
        """Receive every delivery of a source; a folder that is missing makes the source incomplete."""
        try:
            boxes = inbox_of(source)
        except SourceFolderError as error:
            self._problems.append(error)
            self._incomplete.append(source.id)
            return
        known = deliveries_of(self._lake.root, source.id)
        for box in boxes:
            if until is not None and box.as_of > until:
                continue
            staging = self._next_folder()
            (staging / "files").mkdir()
            try:
                with self._timed("copy and hash"):
                    sent = tuple(receive(box, staging / "files", self._next_folder(), self._limits))
            except OSError as error:
                if not str(error.filename).startswith(str(source.folder)):
                    raise  # it is the lake that cannot be written
                self._problems.append(unreadable(source, error))
                self._incomplete.append(source.id)
                remove(staging)
                continue
            same = self._already_taken(known, box, content_digest(sent))
            if same is not None:
                remove(staging)
            self._boxes.append(_Box(box, staging, sent, ParseCache.of(self._lake, self._county, source), same))

    def read(self) -> None:
        """Read every file that no cache knows, of all sources together, the biggest first: no core waits for a source."""
        unread: dict[Path, tuple[SentFile, _Box]] = {}
        for box in self._boxes:
            for file in box.sent if box.same is None else ():
                target = box.cache.folder(file.sha256)
                if file.is_readable and target not in unread:
                    found = box.cache.find(file.sha256)
                    if found is None:
                        unread[target] = (file, box)
                    else:
                        box.facts[file.sha256] = found
        self._progress.start(STAGE, len(unread))
        if unread:
            with self._timed("read"):
                self._read_in_children(sorted(unread.items(), key=lambda entry: -entry[1][0].size))
        self._progress.finish(STAGE)

    def _read_in_children(self, unread: Sequence[tuple[Path, tuple[SentFile, "_Box"]]]) -> None:
        outs = [self._next_folder() for _ in unread]
        tasks = [
            (file.path, self._settings(file, box, out)) for (_, (file, box)), out in zip(unread, outs, strict=True)
        ]
        with ChildPool(self._jobs, self._limits, preload=_PRELOAD) as pool:
            for (target, (file, box)), out, outcome in zip(unread, outs, pool.map(read_file, tasks), strict=True):
                if isinstance(outcome, Refused):
                    remove(out)
                    self._refused[target] = FileFacts(file.kind.value, events=list(outcome.events))
                else:
                    self._seconds["children"] = self._seconds.get("children", 0.0) + outcome.seconds["child"]
                    box.cache.keep(file.sha256, outcome, out)
                    self._read[target] = outcome
                self._progress.advance(STAGE)

    def _settings(self, file: SentFile, box: "_Box", out: Path) -> dict[str, Any]:
        divisions = self._county.divisions
        return {
            "out": str(out),
            "kind": file.kind.value,
            "name": file.name,
            "source_kind": box.box.source.kind.value,
            "county": self._county.code,
            "divisions": None if divisions is None else str(divisions),
            "layouts": str(self._lake.layouts),
        }

    def commit(self) -> None:
        """Put the deliveries together and commit them, source after source, oldest first."""
        self._progress.start(COMMITTING, len(self._boxes))
        for box in self._boxes:
            ref = box.same if box.same is not None else self._commit_box(box)
            if box.same is not None:
                self._tell_again(box.same, box.box)
            self._deliveries.append(ref)
            self._progress.advance(COMMITTING)
        self._progress.finish(COMMITTING)
        newest = {ref.source: ref for ref in self._deliveries}
        self._incomplete += [source for source, ref in newest.items() if not ref.is_complete]

    def _commit_box(self, box: "_Box") -> DeliveryRef:
        parsed = [self._parsed(number, file, box) for number, file in enumerate(box.sent)]
        with self._timed("assemble"):
            assembled = assemble(parsed, box.staging, box.box.as_of)
        state = mapping_state(self._lake, {layout for file in parsed for layout in fingerprints(file.facts)})
        manifest = make_manifest(box.box, box.sent, parsed, assembled, state)
        known = deliveries_of(self._lake.root, box.box.source.id)
        earlier = [ref for ref in known if ref.as_of <= box.box.as_of]
        previous = Delivery(earlier[-1].folder).manifest if earlier else None
        newest = max((ref.as_of for ref in known), default=None)
        holding = judge(manifest, previous, newest_as_of=None if newest is None else newest.isoformat())
        manifest["held"] = holding.to_json()
        manifest["previous"] = earlier[-1].folder.name if earlier else None
        write_json(box.staging / "manifest.json", manifest)
        self._propose(parsed)
        target = self._lake.delivery(box.box.source.id, box.box.as_of, manifest["digest"])
        with self._timed("commit"):
            commit(box.staging, target)
        self._tell(box, parsed, holding.reasons)
        return reference(target, manifest, is_new=True)

    def _parsed(self, number: int, file: SentFile, box: "_Box") -> ParsedFile:
        folder = box.cache.folder(file.sha256)
        found = box.facts.get(file.sha256) or self._read.get(folder)
        if not file.is_readable or found is None:
            refused = self._refused.get(folder) if file.is_readable else None
            facts, folder_or_none = refused or FileFacts(file.kind.value), None
        else:
            facts, folder_or_none = found, folder
        if file.event is not None:
            facts = replace(facts, events=[file.event, *facts.events])
        return ParsedFile(number, facts, folder_or_none)

    def _next_folder(self) -> Path:
        self._numbered += 1
        folder = self._workspace / str(self._numbered)
        folder.mkdir()
        return folder

    def _already_taken(self, known: Sequence[DeliveryRef], box: Inbox, content: str) -> DeliveryRef | None:
        """A delivery of the same files read with the same mappings: of the same day, or of any where it was guessed."""
        key, wanted = ("base_digest", base_digest(box, content)) if box.is_dated else ("content_digest", content)
        for ref in reversed(known):
            manifest = Delivery(ref.folder).manifest
            layouts = {
                sheet["fingerprint"] for file in manifest["files"] for sheet in file["sheets"] if sheet["fingerprint"]
            }
            if manifest[key] == wanted and mapping_state(self._lake, layouts) == manifest["mapping_state"]:
                return ref
        return None

    def _propose(self, parsed: Sequence[ParsedFile]) -> None:
        """Write the questions of layouts as mapping files; one that is there already belongs to whoever edits it."""
        for file in parsed:
            path = None if file.folder is None else file.folder / "proposals.json"
            if path is None or not path.is_file():
                continue
            for layout, text in json.loads(path.read_text("utf-8")).items():
                target = self._lake.mappings / f"{layout}.yaml"
                if not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    unfinished = self._workspace / target.name
                    unfinished.write_text(text, "utf-8")
                    unfinished.replace(target)

    def _tell(self, box: "_Box", parsed: Sequence[ParsedFile], reasons: tuple[str, ...]) -> None:
        title = box.box.source.title
        for file, found in zip(box.sent, parsed, strict=True):
            if found.folder is None and not file.is_repeat:
                self._problems.append(file_not_taken(file.name, title, found.facts))
            self._problems += sheets_wait(file.name, title, found.facts, str(self._lake.mappings))
        if reasons:
            self._problems.append(delivery_held(title, box.box.as_of.isoformat(), reasons))

    def _tell_again(self, ref: DeliveryRef, box: Inbox) -> None:
        """A delivery that was there already keeps its problems until somebody solves them."""
        for entry in Delivery(ref.folder).manifest["files"]:
            facts = FileFacts.from_json({"kind": entry["kind"], "sheets": entry["sheets"], "events": entry["events"]})
            if entry["status"] == "refused":
                self._problems.append(file_not_taken(entry["name"], box.source.title, facts))
            self._problems += sheets_wait(entry["name"], box.source.title, facts, str(self._lake.mappings))

    def _timed(self, stage: str) -> "_Stopwatch":
        return _Stopwatch(stage, self._seconds)


@dataclass(slots=True)
class _Box:
    """A delivery on its way. same: it is in the lake already. facts: of its files that a cache knew, by SHA-256."""

    box: Inbox
    staging: Path
    sent: tuple[SentFile, ...]
    cache: ParseCache
    same: DeliveryRef | None
    facts: dict[str, FileFacts] = field(default_factory=dict)


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
