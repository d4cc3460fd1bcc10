"""An Office Open XML package (ECMA-376 part 2) opened for small additions: everything untouched is copied."""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self
from xml.sax.saxutils import escape

from lxml import etree

from taizhang.report.returned.members import copy_member, write_member

CONTENT_TYPES = "[Content_Types].xml"
_NS_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_NS_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_REL_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_REL_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_MAIN_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_PLAIN_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
# Macros are never returned, and a signature over the old bytes would be false.
_LEFT_OUT = ("vbaProject", "_xmlsignatures/", "/vbaData")


def parse_xml(content: bytes) -> etree._Element:
    """Parse a small part with entities and network closed."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def to_bytes(root: etree._Element) -> bytes:
    """Serialise a part the way spreadsheet programs expect it."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def xml_safe(text: str) -> str:
    """`text` with a blank for every character that XML cannot hold."""
    return _NOT_IN_XML.sub(" ", text)


def xml_text(text: str) -> str:
    """`text` as it may stand between two tags."""
    return escape(xml_safe(text))


class Package:
    """A package being added to.

    Raises zipfile.BadZipFile or KeyError for a file that is no workbook; intake has read the file before, so this means
    that the stored original was damaged.
    """

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        self._names = {name for name in self._zip.namelist() if not name.endswith("/")}
        self._changed: dict[str, bytes] = {}
        self._types = parse_xml(self._zip.read(CONTENT_TYPES))
        self.workbook_part = self._find_workbook()
        self.strict = _MAIN_STRICT.encode() in self.read(self.workbook_part)[:4096]
        self.relationship_base = _REL_STRICT if self.strict else _REL_TRANSITIONAL
        self._drop_macros()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._zip.close()

    def read(self, part: str) -> bytes:
        """The part's bytes, as changed so far."""
        return self._changed[part] if part in self._changed else self._zip.read(part)

    def has(self, part: str) -> bool:
        """Whether the part exists."""
        return part in self._changed or part in self._names

    def write(self, part: str, content: bytes, content_type: str | None = None) -> None:
        """Replace or add a part; `content_type` registers a new one."""
        self._changed[part] = content
        if content_type is not None:
            etree.SubElement(self._types, f"{{{_NS_TYPES}}}Override", PartName=f"/{part}", ContentType=content_type)

    def default_type(self, extension: str, content_type: str) -> None:
        """Make sure that parts with this file ending have a type."""
        known = {e.get("Extension", "").lower() for e in self._types.iter(f"{{{_NS_TYPES}}}Default")}
        if extension not in known:
            element = etree.Element(f"{{{_NS_TYPES}}}Default", Extension=extension, ContentType=content_type)
            self._types.insert(0, element)

    def free_name(self, pattern: str) -> str:
        """The first part name of `pattern` (with `{}` for a number) that is not taken."""
        number = 1
        while self.has(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def relationships(self, part: str) -> "Relationships":
        """The relationships of a part, empty where it has none yet."""
        return Relationships(self, part)

    def save(self, target: Path) -> None:
        """Write the package; parts keep their order, new ones come last. Unchanged ones are copied as they are compressed."""
        self._changed[CONTENT_TYPES] = to_bytes(self._types)
        with zipfile.ZipFile(target, "w") as out:
            for name in self._ordered():
                if name in self._changed:
                    write_member(out, name, self._changed[name])
                else:
                    copy_member(self._zip, name, out)

    def _ordered(self) -> Iterator[str]:
        kept = [n for n in self._zip.namelist() if n in self._names]
        yield from dict.fromkeys([CONTENT_TYPES, *kept, *self._changed])

    def _find_workbook(self) -> str:
        for relation in parse_xml(self._zip.read("_rels/.rels")):
            if relation.get("Type", "").endswith("/officeDocument"):
                return relation.get("Target", "").lstrip("/")
        raise KeyError("officeDocument")

    def _drop_macros(self) -> None:
        dropped = {name for name in self._names if any(mark in name for mark in _LEFT_OUT)}
        self._names -= dropped
        for element in list(self._types):
            if element.get("PartName", "").lstrip("/") in dropped:
                self._types.remove(element)
            elif element.get("PartName", "") == f"/{self.workbook_part}":
                element.set("ContentType", _PLAIN_WORKBOOK)
        if dropped:
            relations = self.relationships(self.workbook_part)
            relations.drop(lambda target: target in dropped)


class Relationships:
    """The `.rels` part of one part; every change is written through to the package."""

    def __init__(self, package: Package, part: str) -> None:
        self._package, self._part = package, part
        folder, name = posixpath.split(part)
        self._rels_part = posixpath.join(folder, "_rels", f"{name}.rels")
        self._root = (
            parse_xml(package.read(self._rels_part))
            if package.has(self._rels_part)
            else etree.Element(f"{{{_NS_RELS}}}Relationships", nsmap={None: _NS_RELS})  # type: ignore[dict-item] # lxml takes None, its stubs do not
        )

    def target_of(self, relation_id: str) -> str | None:
        """The part a relationship id points to, None where there is none or it is outside the package."""
        for relation in self._root:
            if relation.get("Id") == relation_id and relation.get("TargetMode") != "External":
                return self._resolve(relation.get("Target", ""))
        return None

    def first(self, kind: str) -> tuple[str, str] | None:
        """(id, part) of the first relationship of a kind ("comments", "vmlDrawing")."""
        for relation in self._root:
            if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
                return relation.get("Id", ""), self._resolve(relation.get("Target", ""))
        return None

    def add(self, kind: str, target: str) -> str:
        """Point to a part; returns the new relationship id."""
        taken = {relation.get("Id") for relation in self._root}
        number = 1
        while f"rIdTz{number}" in taken:
            number += 1
        etree.SubElement(
            self._root,
            f"{{{_NS_RELS}}}Relationship",
            Id=f"rIdTz{number}",
            Type=f"{self._package.relationship_base}/{kind}",
            Target=f"/{target}",
        )
        self._store()
        return f"rIdTz{number}"

    def drop(self, unwanted: Callable[[str], bool]) -> None:
        """Forget the relationships whose target part `unwanted` accepts."""
        for relation in list(self._root):
            if unwanted(self._resolve(relation.get("Target", ""))):
                self._root.remove(relation)
        self._store()

    def _store(self) -> None:
        self._package.write(self._rels_part, to_bytes(self._root))

    def _resolve(self, target: str) -> str:
        if target.startswith("/"):
            return target.lstrip("/")
        return posixpath.normpath(posixpath.join(posixpath.dirname(self._part), target))
