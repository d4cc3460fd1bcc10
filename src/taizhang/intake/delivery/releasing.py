"""Releasing a held delivery: somebody has looked at it and answers for it.

The delivery itself never changes; who released it, when and why stands beside it, in `<data>/releases/<source>/<delivery>.json`.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from taizhang.errors import UserError
from taizhang.intake.delivery.lake import Lake, write_json
from taizhang.intake.delivery.reading import open_delivery

FOLDER = "releases"


class NotHeldError(UserError):
    """A delivery that nobody has to release, or that somebody already has."""

    code: ClassVar[str] = "E-NOT-HELD"


class ReleaseUnexplainedError(UserError):
    """A release without a name or a reason."""

    code: ClassVar[str] = "E-RELEASE-UNEXPLAINED"


@dataclass(frozen=True)
class Release:
    """Who released a delivery, why, and when (ISO 8601 with its offset)."""

    source: str
    delivery: str
    by: str
    why: str
    at: str


def release_delivery(data: Path, source: str, name: str | None, *, by: str, why: str) -> Release:
    """Release a held delivery, the newest of the source where `name` is None.

    Raises NoDeliveryError, NotHeldError, ReleaseUnexplainedError, LakeBusyError.
    """
    if not by.strip() or not why.strip():
        raise ReleaseUnexplainedError(
            "解除暂缓要写明由谁核对、核对了什么。", where=source, hint="用 --by 写姓名，用 --why 写理由。"
        )
    with Lake(data).held():
        folder = open_delivery(data, source, name).folder
        if not is_held(folder):
            raise NotHeldError("这一批次没有被暂缓，不用解除。", where=f"{source} {folder.name}")
        made = Release(source, folder.name, by.strip(), why.strip(), datetime.now(UTC).isoformat(timespec="seconds"))
        _write(_place(folder), made)
    return made


def release_of(folder: Path) -> Release | None:
    """The release of a delivery, by its folder in the lake; None where nobody released it."""
    path = _place(folder)
    return Release(**json.loads(path.read_text("utf-8"))) if path.is_file() else None


def is_held(folder: Path) -> bool:
    """Whether intake held a delivery back and nobody has released it since; nothing may close on such a one."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return bool(manifest.get("held", {}).get("held", False)) and release_of(folder) is None


def _place(folder: Path) -> Path:
    return folder.parents[2] / FOLDER / folder.parent.name / f"{folder.name}.json"


def _write(path: Path, made: Release) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    write_json(fresh, asdict(made))
    fresh.replace(path)
