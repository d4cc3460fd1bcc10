"""Deliveries that are shown before they count: taken in from an upload, compared, then accepted or rejected.

A proposed delivery lies whole in `<data>/proposed/<source>/<name>/delivery`, laid out as it will be in the lake, with
`change.json` and `changes.parquet` beside it. No sweep reads it there. Accepting renames it to its place; rejecting removes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from taizhang.errors import UserError
from taizhang.intake.county import County, SourceSpec
from taizhang.intake.delivery.comparing import DeliveryChange, compare, read_change, write_change
from taizhang.intake.delivery.holding import Holding
from taizhang.intake.delivery.lake import Lake, commit, remove
from taizhang.intake.delivery.reading import Delivery, DeliveryRef, is_delivery_name, reference
from taizhang.intake.inbox import Inbox, files_below, unreadable
from taizhang.intake.preflight import Limits
from taizhang.intake.run import Run, judge_now, problems_of
from taizhang.progress import Progress, Silent

COMPARING = "与上一批比较"


class SameDeliveryError(UserError):
    """The same files, read with the same mappings, are a delivery already."""

    code: ClassVar[str] = "E-DELIVERY-SAME"


class NothingSentError(UserError):
    """There is no file to take in."""

    code: ClassVar[str] = "E-DELIVERY-EMPTY"


class NoProposalError(UserError):
    """There is no such proposed delivery; it may have been accepted or rejected meanwhile."""

    code: ClassVar[str] = "E-PROPOSAL-NONE"


class ProposalStaleError(UserError):
    """What the proposal was compared with is no longer the delivery before it."""

    code: ClassVar[str] = "E-PROPOSAL-STALE"


@dataclass(frozen=True)
class Proposal:
    """A delivery that waits for somebody's yes or no.

    name: of the delivery, the same before and after it is accepted. delivery: open it like any other (its tables, its
    quarantine). change: against the source's delivery before it. holding: whether and why it would be held, accepted now.
    problems: files refused, sheets waiting, the delivery held.
    """

    source: SourceSpec
    name: str
    delivery: Delivery
    change: DeliveryChange
    holding: Holding
    problems: tuple[UserError, ...]

    @property
    def reference(self) -> DeliveryRef:
        """Its date and counts."""
        return reference(self.delivery.folder, self.delivery.manifest, is_new=True)


def propose_delivery(
    county: County,
    source: str,
    files: Path | Sequence[tuple[str, Path]],
    *,
    as_of: date,
    progress: Progress | None = None,
    jobs: int = 2,
    limits: Limits | None = None,
) -> Proposal:
    """Take in files for one source and say what would change; nothing counts until `accept_delivery`.

    files: a folder, or pairs of (name as the sender knows it, path). They are copied: the caller may remove them.
    as_of: the day they describe. Sheets that wait leave their question (`mapping_questions`), as in every intake.
    Raises NothingSentError, SameDeliveryError, SourceFolderError (a file cannot be read), LakeBusyError, LakeWriteError;
    KeyError for a source the county has not.
    What is wrong with a file or a sheet is among the `problems` of the result.
    """
    spec = county.source(source)
    found = files_below(files) if isinstance(files, Path) else tuple(files)
    if not found:
        raise NothingSentError(
            "没有可接收的文件。", where=spec.title, hint="请选择表格文件（.xlsx、.xls、.csv 等）或其压缩包。"
        )
    listener = progress or Silent()
    lake = Lake(county.data)
    with lake.locked() as workspace:
        run = Run(county, lake, workspace, jobs=jobs, limits=limits or Limits(), progress=listener)
        try:
            box = run.receive(Inbox(spec, as_of, tuple(sorted(found))))
        except OSError as error:
            if error.filename in {str(path) for _, path in found}:
                raise unreadable(spec, error) from error
            raise  # it is the lake that cannot be written
        same = run.already_taken(box)
        if same is not None:
            raise SameDeliveryError(
                "这些文件已经接收过。",
                where=f"{spec.title} {same.as_of.isoformat()}",
                why="文件内容、数据日期和列对应都与已有的批次相同。",
                hint="无需再次报送；如内容应有不同，请核对是否选错了文件。",
            )
        run.read([box])
        manifest = run.build(box)
        proposal = workspace / "proposal"
        proposal.mkdir()
        box.staging.rename(proposal / "delivery")
        listener.start(COMPARING)
        _compare(lake, proposal)
        listener.finish(COMPARING)
        target = lake.proposal(source, lake.delivery(source, as_of, manifest["digest"]).name)
        remove(target)  # of the same files, read with the same mappings: the judgement may be newer
        commit(proposal, target)
    return _opened(lake, spec, target)


def propose_again(
    county: County,
    source: str,
    name: str,
    *,
    progress: Progress | None = None,
    jobs: int = 2,
    limits: Limits | None = None,
) -> Proposal:
    """Read the files of a proposal, or of a delivery, once more: after an answered question, or when it went stale.

    A proposal is replaced by the new one. A delivery stays what it is; the new reading of its files is proposed.
    Raises NoProposalError and what `propose_delivery` raises.
    """
    lake = Lake(county.data)
    waiting = _place(county, source, name)
    folder = waiting / "delivery" if waiting.is_dir() else lake.deliveries / source / name
    if not (folder / "manifest.json").is_file():
        raise _no_proposal(source, name)
    old = Delivery(folder)
    files = [(file["name"], old.original(file["no"])) for file in old.manifest["files"]]
    day = date.fromisoformat(old.manifest["as_of"])
    proposal = propose_delivery(county, source, files, as_of=day, progress=progress, jobs=jobs, limits=limits)
    if waiting.is_dir() and proposal.name != name:
        remove(waiting)
    return proposal


def accept_delivery(county: County, source: str, name: str) -> DeliveryRef:
    """Make a proposed delivery one of the source's deliveries; from here on it never changes.

    Raises NoProposalError; ProposalStaleError where another delivery came between, so that what was shown is no longer
    what would change (`propose_again` shows it anew); LakeBusyError, LakeWriteError.
    """
    lake = Lake(county.data)
    folder = _place(county, source, name)
    with lake.locked():
        delivery = _proposed(folder, source, name)
        manifest = dict(delivery.manifest)
        shown = (manifest["previous"], manifest["held"])
        judge_now(lake, manifest)
        if (manifest["previous"], manifest["held"]) != shown:
            raise ProposalStaleError(
                "比较之后又接收了新的批次，刚才看到的变化已不准确。",
                where=f"{county.source(source).title} {manifest['as_of']}",
                hint="请重新比较，核对变化后再接收。",
            )
        target = lake.deliveries / source / name
        commit(delivery.folder, target)
        remove(folder)
    return reference(target, manifest, is_new=True)


def reject_delivery(county: County, source: str, name: str) -> None:
    """Remove a proposed delivery with the copies of its files. Raises NoProposalError, LakeBusyError, LakeWriteError."""
    lake = Lake(county.data)
    folder = _place(county, source, name)
    with lake.locked():
        _proposed(folder, source, name)
        remove(folder)


def proposal_of(county: County, source: str, name: str) -> Proposal:
    """A proposal that waits. Raises NoProposalError; KeyError for a source the county has not."""
    folder = _place(county, source, name)
    _proposed(folder, source, name)
    return _opened(Lake(county.data), county.source(source), folder)


def proposals_of(county: County, source: str) -> list[DeliveryRef]:
    """The proposals of a source that wait, oldest day first; the name of one is `ref.folder.parent.name`."""
    base = Lake(county.data).proposed / county.source(source).id
    found = [Delivery(path.parent) for path in base.glob("*/delivery/manifest.json")]
    return sorted(
        (reference(one.folder, one.manifest, is_new=True) for one in found), key=lambda ref: (ref.as_of, ref.digest)
    )


def _compare(lake: Lake, proposal: Path) -> None:
    delivery = Delivery(proposal / "delivery")
    name = delivery.manifest["previous"]
    previous = None if name is None else Delivery(lake.deliveries / delivery.manifest["source"] / name)
    write_change(compare(previous, delivery), proposal)


def _opened(lake: Lake, source: SourceSpec, folder: Path) -> Proposal:
    delivery = Delivery(folder / "delivery")
    return Proposal(
        source=source,
        name=folder.name,
        delivery=delivery,
        change=read_change(folder),
        holding=Holding.from_json(delivery.manifest["held"]),
        problems=tuple(problems_of(delivery.manifest, source.title, lake)),
    )


def _place(county: County, source: str, name: str) -> Path:
    """The folder of a proposal, which may not be there; a name that is none, and could lead elsewhere, is refused."""
    if not is_delivery_name(name):
        raise _no_proposal(county.source(source).title, "")
    return Lake(county.data).proposal(county.source(source).id, name)


def _proposed(folder: Path, source: str, name: str) -> Delivery:
    if not (folder / "delivery" / "manifest.json").is_file():
        raise _no_proposal(source, name)
    return Delivery(folder / "delivery")


def _no_proposal(source: str, name: str) -> NoProposalError:
    return NoProposalError(
        "没有这个待接收的批次。", where=f"{source} {name}", why="可能已被接收或退回。", hint="请刷新列表后再看。"
    )
