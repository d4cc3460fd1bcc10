"""The zip package of a workbook: parts by name, relationships, and inflating under the caps."""

import posixpath
import zipfile
import zlib
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote

from taizhang.intake.preflight import Limits, corrupt, open_zip, over_limit
from taizhang.intake.readers.safexml import parse_small


class Relation(NamedTuple):
    """A relationship of a part: the last word of its type, and the part it points to."""

    type: str
    target: str


class PartStream:
    """A part being inflated; every byte is counted against the caps, whatever the directory declared."""

    def __init__(self, package: "Package", member: zipfile.ZipInfo) -> None:
        self._package, self._count = package, 0
        try:
            self._stream = package.archive.open(member)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
            raise corrupt("zip-member") from error

    def read(self, size: int) -> bytes:
        """At most `size` bytes, empty at the end. Raises FileRefused."""
        try:
            piece = self._stream.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise corrupt("zip-member") from error
        self._count += len(piece)
        limits = self._package.limits
        if self._count > limits.member_bytes:
            raise over_limit("member_bytes", self._count, limits.member_bytes)
        self._package.inflated += len(piece)
        if self._package.inflated > limits.inflated_bytes:
            raise over_limit("inflated_bytes", self._package.inflated, limits.inflated_bytes)
        return piece

    def close(self) -> None:
        """Give the part back."""
        self._stream.close()


class Package:
    """An open OPC package. Part names are compared as OPC does: without case, always with forward slashes."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self.limits, self.inflated = limits, 0
        self.archive = open_zip(stream, limits)
        self._members = {_part_name(member.filename): member for member in self.archive.infolist()}

    def __contains__(self, part: str) -> bool:
        return _part_name(part) in self._members

    def open(self, part: str) -> PartStream:
        """The part's stream. Raises FileRefused when the package has no such part."""
        member = self._members.get(_part_name(part))
        if member is None:
            raise corrupt("missing-part")
        return PartStream(self, member)

    def relations(self, part: str) -> dict[str, Relation]:
        """The relationships of a part by id; none when it has no relationships part."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", name + ".rels")
        if rels not in self:
            return {}
        found: dict[str, Relation] = {}
        for node in parse_small(self.open(rels).read, self.limits).all("Relationship"):
            facts = node.attributes
            if facts.get("TargetMode") == "External" or "Id" not in facts:
                continue
            target = unquote(facts.get("Target", "")).replace("\\", "/")
            target = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[facts["Id"]] = Relation(facts.get("Type", "").rpartition("/")[2], posixpath.normpath(target))
        return found

    def close(self) -> None:
        """Close the archive (not the stream it was made from)."""
        self.archive.close()


def _part_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
