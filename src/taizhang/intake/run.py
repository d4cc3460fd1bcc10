"""One run of the intake: receive deliveries, read what was never read, build them whole beside their place.

What becomes of a built delivery is the caller's: `pipeline` commits it, `proposing` shows it first.
"""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from taizhang.errors import UserError
from taizhang.identity.divisions import CountyDivisions
from taizhang.intake.child import ChildPool, Refused
from taizhang.intake.county import County
from taizhang.intake.delivery.assembling import ParsedFile, assemble
from taizhang.intake.delivery.cache import ParseCache, divisions_state, fingerprints, mapping_state
from taizhang.intake.delivery.facts import FileFacts
from taizhang.intake.delivery.file_reading import read_file
from taizhang.intake.delivery.holding import Holding, judge
from taizhang.intake.delivery.lake import Lake, remove, write_json
from taizhang.intake.delivery.manifest import base_digest, content_digest, digest_again, make_manifest
from taizhang.intake.delivery.messages import delivery_held, file_not_taken, sheets_wait
from taizhang.intake.delivery.reading import Delivery, DeliveryRef, deliveries_of
from taizhang.intake.delivery.receiving import SentFile, receive
from taizhang.intake.inbox import Inbox
from taizhang.intake.preflight import Limits
from taizhang.progress import Progress

STAGE = "读取表格"
_PRELOAD = ("taizhang.intake.delivery.warm",)


@dataclass(slots=True)
class Box:
    """A delivery on its way. staging: the folder it is built in. facts: of its files that a cache knew, by SHA-256."""

    inbox: Inbox
    staging: Path
    sent: tuple[SentFile, ...]
    cache: ParseCache
    facts: dict[str, FileFacts] = field(default_factory=dict)


class Run:
    """Builds deliveries in a workspace of a locked lake. Raises DivisionListError for a county whose list cannot be read.

    jobs: how many children read at once. seconds: by stage; children count beside the clock of this process.
    """

    def __init__(
        self, county: County, lake: Lake, workspace: Path, *, jobs: int, limits: Limits, progress: Progress
    ) -> None:
        self.lake, self.workspace, self.progress = lake, workspace, progress
        self.seconds: dict[str, float] = {}
        CountyDivisions.load(county.divisions)  # one that cannot be read is told before any file is
        self._county, self._jobs, self._limits = county, jobs, limits
        self._divisions = divisions_state(county)
        self._read: dict[Path, FileFacts] = {}
        self._refused: dict[Path, FileFacts] = {}
        self._numbered = 0

    def receive(self, inbox: Inbox) -> Box:
        """Copy and hash the files of a delivery. Raises OSError where one cannot be read or the lake not be written."""
        staging = self._next_folder()
        (staging / "files").mkdir()
        try:
            with Stopwatch("copy and hash", self.seconds):
                sent = tuple(receive(inbox, staging / "files", self._next_folder(), self._limits))
        except OSError:
            remove(staging)
            raise
        return Box(inbox, staging, sent, ParseCache.of(self.lake, self._county, inbox.source))

    def already_taken(self, box: Box, beside: Container[str] = ()) -> DeliveryRef | None:
        """A delivery of the same files read with the same mappings: of the same day, or of any where it was guessed.

        Where the newest of the source is these files, it alone answers, and has to be read with the same list of divisions:
        an older reading is history, also when its list or its mapping is in force again.
        beside: base digests of what else lies in the source's folder. None where other files came after that delivery
        and lie there no more: a correction was undone, and what was delivered before it is delivered again.
        """
        content = content_digest(box.sent)
        dated = box.inbox.is_dated
        key, wanted = ("base_digest", base_digest(box.inbox, content)) if dated else ("content_digest", content)
        known = deliveries_of(self.lake.root, box.inbox.source.id)
        newest = Delivery(known[-1].folder).manifest if known else {}
        is_newest = newest.get(key) == wanted
        if is_newest and (newest.get("divisions_state", "") != self._divisions or self._may_read_more(newest)):
            return None
        for ref in known[-1:] if is_newest else reversed(known):
            manifest = Delivery(ref.folder).manifest
            layouts = {
                sheet["fingerprint"] for file in manifest["files"] for sheet in file["sheets"] if sheet["fingerprint"]
            }
            if manifest[key] == wanted and mapping_state(self.lake, layouts) == manifest["mapping_state"]:
                later = (
                    Delivery(one.folder).manifest
                    for one in known
                    if one.taken_at > ref.taken_at and ref.as_of <= one.as_of <= box.inbox.as_of
                )
                lie_there = (one["content_digest"] == content or one["base_digest"] in beside for one in later)
                return ref if all(lie_there) else None
        return None

    def _may_read_more(self, manifest: Mapping[str, Any]) -> bool:
        """Whether a file of a delivery was refused for a limit that is wider by now."""
        for file in manifest["files"]:
            limits = self._limits.of_file(file["size"])
            for event in file["events"]:
                facts = event["facts"]
                if event["code"] == "SR-FILE-LIMIT" and facts["allowed"] < getattr(limits, facts["limit"], 0):
                    return True
        return False

    def read(self, boxes: Sequence[Box]) -> None:
        """Read every file that no cache knows, of all boxes together, the biggest first: no core waits for a source."""
        unread: dict[Path, tuple[SentFile, Box]] = {}
        for box in boxes:
            for file in box.sent:
                target = box.cache.folder(file.sha256, file.name)
                if file.is_readable and target not in unread:
                    found = box.cache.find(file.sha256, file.name)
                    if found is None:
                        unread[target] = (file, box)
                    else:
                        box.facts[file.sha256] = found
        self.progress.start(STAGE, len(unread))
        if unread:
            with Stopwatch("read", self.seconds):
                self._read_in_children(sorted(unread.items(), key=lambda entry: -entry[1][0].size))
        self.progress.finish(STAGE)

    def _read_in_children(self, unread: Sequence[tuple[Path, tuple[SentFile, Box]]]) -> None:
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
                    self.seconds["children"] = self.seconds.get("children", 0.0) + outcome.seconds["child"]
                    box.cache.keep(file.sha256, file.name, outcome, out)
                    self._read[target] = outcome
                self.progress.advance(STAGE)

    def _settings(self, file: SentFile, box: Box, out: Path) -> dict[str, Any]:
        divisions = self._county.divisions
        return {
            "out": str(out),
            "kind": file.kind.value,
            "name": file.name,
            "source_kind": box.inbox.source.kind.value,
            "county": self._county.code,
            "divisions": None if divisions is None else str(divisions),
            "layouts": str(self.lake.layouts),
            "limits": self._limits,
        }

    def build(self, box: Box) -> dict[str, Any]:
        """Put a delivery together in its staging folder, judge it, and leave the questions of its layouts; its manifest."""
        parsed = [self._parsed(number, file, box) for number, file in enumerate(box.sent)]
        with Stopwatch("assemble", self.seconds):
            assembled = assemble(parsed, box.staging, box.inbox.as_of)
        state = mapping_state(self.lake, {layout for file in parsed for layout in fingerprints(file.facts)})
        manifest = make_manifest(box.inbox, box.sent, parsed, assembled, state, self._divisions)
        known = {ref.digest for ref in deliveries_of(self.lake.root, box.inbox.source.id)}
        while manifest["digest"] in known:
            manifest["digest"] = digest_again(manifest["digest"])
        judge_now(self.lake, manifest)
        write_json(box.staging / "manifest.json", manifest)
        self._ask(parsed)
        return manifest

    def _parsed(self, number: int, file: SentFile, box: Box) -> ParsedFile:
        folder = box.cache.folder(file.sha256, file.name)
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
        folder = self.workspace / str(self._numbered)
        folder.mkdir()
        return folder

    def _ask(self, parsed: Sequence[ParsedFile]) -> None:
        """Write the questions of layouts beside their mapping files; what is there already belongs to whoever edits it."""
        for file in parsed:
            if file.folder is None:
                continue
            for layout, question in json.loads((file.folder / "questions.json").read_text("utf-8")).items():
                target = self.lake.mappings / f"{layout}.yaml"
                if not target.exists():
                    shown = json.dumps(question["shown"], ensure_ascii=False, indent=1)
                    self._leave(target.with_suffix(".json"), shown)
                    self._leave(target, question["mapping"])
            for layout, mapping in json.loads((file.folder / "extra.json").read_text("utf-8")).items():
                target = self.lake.extra / f"{layout}.yaml"
                if not target.exists():
                    self._leave(target, mapping)

    def _leave(self, place: Path, text: str) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.workspace / place.name
        unfinished.write_text(text, "utf-8")
        unfinished.replace(place)


def judge_now(lake: Lake, manifest: dict[str, Any]) -> Holding:
    """Judge a delivery against those its source has in the lake by now; the judgement also stands in the manifest."""
    known = deliveries_of(lake.root, manifest["source"])
    earlier = (ref.folder for ref in reversed(known) if ref.as_of.isoformat() <= manifest["as_of"])
    before = next((one for one in map(Delivery, earlier) if not _is_same_sent(one.manifest, manifest)), None)
    previous = None if before is None else before.manifest
    newest = max((ref.as_of for ref in known), default=None)
    holding = judge(manifest, previous, newest_as_of=None if newest is None else newest.isoformat())
    manifest["held"] = holding.to_json()
    manifest["previous"] = None if before is None else before.folder.name
    return holding


def _is_same_sent(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two deliveries are the same files of the same day, read another time: neither is then before the other."""
    return bool(one["base_digest"] == other["base_digest"])


def problems_of(manifest: dict[str, Any], title: str, lake: Lake) -> list[UserError]:
    """What somebody outside has to put right in a delivery: files refused, sheets waiting, the delivery held."""
    problems: list[UserError] = []
    for entry in manifest["files"]:
        facts = FileFacts.from_json({"kind": entry["kind"], "sheets": entry["sheets"], "events": entry["events"]})
        if entry["status"] == "refused":
            problems.append(file_not_taken(entry["name"], title, facts))
        problems += sheets_wait(entry["name"], title, facts, str(lake.mappings))
    if manifest["held"]["held"]:
        problems.append(delivery_held(title, manifest["as_of"], tuple(manifest["held"]["reasons"])))
    return problems


@dataclass(slots=True)
class Stopwatch:
    """Adds the seconds spent inside it to a stage."""

    stage: str
    seconds: dict[str, float]
    started: float = 0.0

    def __enter__(self) -> None:
        self.started = perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds[self.stage] = self.seconds.get(self.stage, 0.0) + perf_counter() - self.started
