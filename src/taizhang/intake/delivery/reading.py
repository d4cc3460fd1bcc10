"""Finding and opening deliveries that were committed."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.errors import UserError

_FOLDER = re.compile(r"(\d{4}-\d{2}-\d{2})-([0-9a-f]{12})")


class NoDeliveryError(UserError):
    """There is no such delivery."""

    code: ClassVar[str] = "E-DELIVERY-NONE"


@dataclass(frozen=True, slots=True)
class DeliveryRef:
    """A delivery by name, with the counts worth showing. is_new: committed by the run that returned this.

    taken_at: when it was taken in, with its zone.
    quarantined: rows that were not taken although they may be data. waiting: sheets that wait for a decision.
    refused: files that could not be read. reasons: codes for which it is held.
    """

    source: str
    as_of: date
    taken_at: datetime
    digest: str
    folder: Path
    files: int
    rows: int
    read: int
    skipped: int
    quarantined: int
    waiting: int
    refused: int
    held: bool
    reasons: tuple[str, ...] = ()
    is_new: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether everything that was sent was taken."""
        return not (self.waiting or self.refused)


@dataclass(frozen=True)
class Delivery:
    """An open delivery: its manifest, and its tables when they are asked for."""

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest as it was committed."""
        loaded: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        return loaded

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the canonical tables it holds."""
        return tuple(self.manifest["rows"])

    def path(self, table: str) -> Path:
        """The Parquet file of a table, of `events`, `quarantine` or `names`. Raises NoDeliveryError where it has none."""
        path = self.folder / f"{table}.parquet"
        if not path.is_file():
            raise NoDeliveryError("该批次没有这张表。", where=f"{self.folder.name} {table}")
        return path

    def read(self, table: str, columns: list[str] | None = None) -> pa.Table:
        """The rows of a table, all columns or the named ones."""
        return pq.read_table(self.path(table), columns=columns)

    def original(self, file_no: int) -> Path:
        """The sender's file as it came, read-only. Raises KeyError for a number the delivery does not have."""
        shas: dict[int, str] = {file["no"]: file["sha256"] for file in self.manifest["files"]}
        return self.folder / "files" / shas[file_no]

    def cells(self, file_no: int, sheet_no: int) -> dict[str, str]:
        """Field → column letter of a sheet; with a row number, the address of every value. Raises KeyError."""
        files = {file["no"]: file for file in self.manifest["files"]}
        sheets = {sheet["no"]: sheet for sheet in files[file_no]["sheets"]}
        columns: dict[str, str] = sheets[sheet_no]["columns"]
        return columns


def is_delivery_name(name: str) -> bool:
    """Whether a text is the name a delivery's folder may have."""
    return _FOLDER.fullmatch(name) is not None


def deliveries_of(data: Path, source: str) -> list[DeliveryRef]:
    """The deliveries of a source, oldest first; of two as of one day the one taken in earlier comes first."""
    base = data / "deliveries" / source
    found = []
    for folder in base.iterdir() if base.is_dir() else ():
        if _FOLDER.fullmatch(folder.name) and (folder / "manifest.json").is_file():
            stamp = (folder / "manifest.json").stat()
            found.append(_known(folder, stamp.st_mtime_ns, stamp.st_size))
    return sorted(found, key=lambda ref: (ref.as_of, ref.taken_at, ref.folder.name))


@lru_cache(maxsize=4096)
def _known(folder: Path, _written_ns: int, _size: int) -> DeliveryRef:
    """The reference of a delivery, read once: its manifest is never changed, and by these two it would be noticed."""
    return reference(folder, Delivery(folder).manifest)


def open_delivery(data: Path, source: str, name: str | None = None) -> Delivery:
    """A delivery by its folder's name, or the newest. Raises NoDeliveryError."""
    names = {ref.folder.name: ref.folder for ref in deliveries_of(data, source)}
    wanted = name if name is not None else next(reversed(names), None)
    if wanted is None or wanted not in names:
        raise NoDeliveryError(
            "没有找到该来源的这一批次。", where=f"{source} {name or ''}".strip(), hint="用 taizhang intake 先接收报送。"
        )
    return Delivery(names[wanted])


def reference(folder: Path, manifest: dict[str, Any], *, is_new: bool = False) -> DeliveryRef:
    """The reference of a delivery from its manifest."""
    counts, held = manifest["counts"], manifest["held"]
    return DeliveryRef(
        source=manifest["source"],
        as_of=date.fromisoformat(manifest["as_of"]),
        taken_at=datetime.fromisoformat(manifest["taken_at"]),
        digest=manifest["digest"],
        folder=folder,
        files=len(manifest["files"]),
        rows=manifest["rows"].get("record", 0),
        read=counts["read"],
        skipped=sum(counts["skipped"].values()),
        quarantined=counts["quarantined"],
        waiting=counts["waiting_sheets"],
        refused=counts["refused_files"],
        held=held["held"],
        reasons=tuple(held["reasons"]),
        is_new=is_new,
    )
