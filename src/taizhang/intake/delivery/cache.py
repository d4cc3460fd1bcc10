"""Files that were read before: by content, name and settings, so that an unchanged file of a folder is not read again."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from taizhang.intake.county import County, SourceSpec
from taizhang.intake.delivery.facts import FileFacts
from taizhang.intake.delivery.lake import Lake, remove
from taizhang.intake.delivery.schemas import SCHEMA_VERSION
from taizhang.intake.model import MODEL_VERSION

READER_VERSION = "8"
"""Goes up whenever reading the same bytes gives another result."""


@dataclass(frozen=True, slots=True)
class ParseCache:
    """The parsed files of one source. settings: everything but the bytes and the name that decides a reading."""

    lake: Lake
    settings: str

    @classmethod
    def of(cls, lake: Lake, county: County, source: SourceSpec) -> "ParseCache":
        """The cache for a source as the county file describes it now."""
        parts = (str(SCHEMA_VERSION), READER_VERSION, MODEL_VERSION, source.kind.value, county.code)
        return cls(lake, "\n".join((*parts, divisions_state(county))))

    def folder(self, sha256: str, name: str) -> Path:
        """Where a file's parsed tables lie, or will; name: as sent, with its folders, which may say a village."""
        settings = hashlib.sha256(f"{self.settings}\n{name}".encode(errors="surrogateescape")).hexdigest()[:16]
        return self.lake.parsed / f"{sha256}-{settings}"

    def find(self, sha256: str, name: str) -> FileFacts | None:
        """What an earlier reading found; None where there is none or a mapping of one of its layouts changed since."""
        path = self.folder(sha256, name) / "facts.json"
        if not path.is_file():
            return None
        document = json.loads(path.read_text("utf-8"))
        if any(_size(path.parent / name) != size for name, size in document["sizes"].items()):
            return None  # the machine went down before everything was on the disk
        facts = FileFacts.from_json(document["facts"])
        return facts if document["mappings"] == mapping_state(self.lake, fingerprints(facts)) else None

    def keep(self, sha256: str, name: str, facts: FileFacts, folder: Path) -> Path:
        """Move a finished reading into the cache, in place of an outdated one."""
        state = mapping_state(self.lake, fingerprints(facts))
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
        document = {"facts": facts.to_json(), "mappings": state, "sizes": sizes}
        (folder / "facts.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        target = self.folder(sha256, name)
        remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)  # not forced to the disk: what is lost is read again
        return target


def fingerprints(facts: FileFacts) -> set[str]:
    """The layouts of a file's sheets."""
    return {sheet.fingerprint for sheet in facts.sheets if sheet.fingerprint}


def mapping_state(lake: Lake, layouts: Iterable[str]) -> str:
    """Digest of the confirmed mappings of some layouts; "" where none of them has one."""
    digest = hashlib.sha256()
    known = False
    for layout in sorted(set(layouts)):
        path = lake.layouts / f"{layout}.yaml"
        if path.is_file():
            known = True
            digest.update(layout.encode() + path.read_bytes())
    return digest.hexdigest() if known else ""


def divisions_state(county: County) -> str:
    """Digest of the county's own list of divisions; "" where it has none."""
    if county.divisions is None or not county.divisions.is_file():
        return ""
    return hashlib.sha256(county.divisions.read_bytes()).hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
