"""The whole intake: from the folders of the county file to committed deliveries.

Each stage knows only the one before it: copy and hash, sniff, read in capped children (or find in the cache), put
together, judge, commit. What goes wrong with a source, a file or a sheet is told and stops nothing else.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from taizhang.errors import UserError
from taizhang.intake.county import County, SourceSpec
from taizhang.intake.delivery.lake import Lake, commit, remove, write_json
from taizhang.intake.delivery.manifest import base_digest, content_digest
from taizhang.intake.delivery.reading import Delivery, DeliveryRef, reference
from taizhang.intake.inbox import SourceFolderError, from_the_future, inbox_of, today, unreadable
from taizhang.intake.mapping import LayoutMemory, MappingFile, MappingFileError
from taizhang.intake.preflight import Limits
from taizhang.intake.run import Box, Run, Stopwatch, problems_of
from taizhang.progress import Progress, Silent

COMMITTING = "写入报送"


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
        run = Run(county, lake, workspace, jobs=jobs, limits=limits or Limits(), progress=progress or Silent())
        taking = _Taking(run)
        taking.adopt_mappings()
        for source in county.sources:
            taking.prepare(source, until)
        run.read([box for box, same in taking.boxes if same is None])
        taking.commit()
        return taking.result()


class _Taking:
    """The deliveries of one `take_in`, and what was found in the way of taking them."""

    def __init__(self, run: Run) -> None:
        self.boxes: list[tuple[Box, DeliveryRef | None]] = []
        self._run, self._lake = run, run.lake
        self._deliveries: list[DeliveryRef] = []
        self._problems: list[UserError] = []
        self._incomplete: list[str] = []

    def result(self) -> TakenIn:
        """Everything so far; also left in `<data>/intake.json` for whoever asks which sources are incomplete."""
        document = {
            "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "incomplete": sorted(self._incomplete),
            "problems": [
                {"code": problem.code, "message": problem.message, "where": problem.where} for problem in self._problems
            ],
        }
        unfinished = self._run.workspace / "intake.json"
        write_json(unfinished, document)
        unfinished.replace(self._lake.root / "intake.json")
        return TakenIn(tuple(self._deliveries), tuple(self._problems), tuple(self._incomplete), self._run.seconds)

    def adopt_mappings(self) -> None:
        """Mapping files in `mappings` that somebody confirmed are remembered; a broken one is told."""
        memory = LayoutMemory(self._lake.layouts)
        for path in (*sorted(self._lake.mappings.glob("*.yaml")), *sorted(self._lake.extra.glob("*.yaml"))):
            try:
                mapping = MappingFile.load(path)
                if mapping.confirmed_by is not None and memory.recall(mapping.fingerprint) != mapping:
                    memory.remember(mapping)
            except MappingFileError as error:
                self._problems.append(error)

    def prepare(self, source: SourceSpec, until: date | None) -> None:
        """Receive every delivery of a source; a folder that is missing makes the source incomplete."""
        try:
            inboxes = inbox_of(source)
        except SourceFolderError as error:
            self._problems.append(error)
            self._incomplete.append(source.id)
            return
        beside: set[str] = set()
        found: dict[date, tuple[Box, DeliveryRef | None]] = {}
        for inbox in sorted(inboxes, key=lambda one: not one.is_dated):
            if until is not None and inbox.as_of > until:
                continue
            if inbox.as_of > today():
                self._problems.append(from_the_future(inbox))
                self._incomplete.append(source.id)
                continue
            try:
                box = self._run.receive(inbox)
            except OSError as error:
                if not str(error.filename).startswith(str(source.folder)):
                    raise  # it is the lake that cannot be written
                self._problems.append(unreadable(source, error))
                self._incomplete.append(source.id)
                continue
            same = self._run.already_taken(box, beside)
            if same is not None:
                remove(box.staging)
            beside.add(base_digest(inbox, content_digest(box.sent)))
            found[inbox.as_of] = box, same
        self.boxes += [found[day] for day in sorted(found)]

    def commit(self) -> None:
        """Put the deliveries together and commit them, source after source, oldest first."""
        self._run.progress.start(COMMITTING, len(self.boxes))
        for box, same in self.boxes:
            title = box.inbox.source.title
            if same is None:
                ref = self._commit_box(box)
                self._problems += problems_of(Delivery(ref.folder).manifest, title, self._lake)
            else:
                ref = same
                # It keeps its problems until somebody solves them; that it is held was told when it came.
                told = problems_of(Delivery(ref.folder).manifest | {"held": {"held": False}}, title, self._lake)
                self._problems += told
            self._deliveries.append(ref)
            self._run.progress.advance(COMMITTING)
        self._run.progress.finish(COMMITTING)
        newest = {ref.source: ref for ref in self._deliveries}
        self._incomplete += [source for source, ref in newest.items() if not ref.is_complete]

    def _commit_box(self, box: Box) -> DeliveryRef:
        manifest = self._run.build(box)
        target = self._lake.delivery(box.inbox.source.id, box.inbox.as_of, manifest["digest"])
        with Stopwatch("commit", self._run.seconds):
            commit(box.staging, target)
        return reference(target, manifest, is_new=True)
