"""Comments on cells: the comments part, its legacy drawing, and the sheet's pointer to it (ECMA-376 §18.7)."""

import re
from dataclasses import dataclass

from lxml import etree

from taizhang.report.returned.boxes import Grid, anchor
from taizhang.report.returned.package import Package, parse_xml, to_bytes, xml_safe

AUTHOR = "台账 taizhang"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAIN_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_V, _O, _X = (
    "urn:schemas-microsoft-com:vml",
    "urn:schemas-microsoft-com:office:office",
    "urn:schemas-microsoft-com:office:excel",
)
# Elements of a worksheet that come after legacyDrawing in the schema's sequence (CT_Worksheet).
# Newer programs wrap oleObjects and controls in an AlternateContent.
_AFTER_LEGACY_DRAWING = frozenset({
    b"legacyDrawingHF", b"drawingHF", b"picture", b"oleObjects", b"controls", b"webPublishItems", b"tableParts", b"extLst",
    b"AlternateContent",
})  # fmt: skip
_LEGACY_DRAWING = re.compile(rb'<(?:[\w.-]+:)?legacyDrawing\s[^>]*?\bid="([^"]*)"')
_TAG = re.compile(rb"""<(/?)([\w.:-]+)(?:[^>"'/]|"[^"]*"|'[^']*'|/(?!>))*(/?)>""")
_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>]")
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class CellNote:
    """What to say at one cell; `cell` is an A1 reference, `text` is for people and holds no full number."""

    cell: str
    text: str


def column_index(letters: str) -> int:
    """0-based index of a column's letters: A is 0, AA is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def split_cell(cell: str) -> tuple[int, int]:
    """(0-based row, 0-based column) of an A1 reference; ValueError when it is none."""
    match = _CELL.fullmatch(cell)
    if match is None:
        raise ValueError("not an A1 reference")
    return int(match[2]) - 1, column_index(match[1])


def add_notes(package: Package, sheet_part: str, notes: list[CellNote]) -> None:
    """Add comments to a sheet, beside those it already has; a cell's existing comment keeps its text and gets ours below."""
    relations = package.relationships(sheet_part)
    existing = relations.first("comments")
    main = _MAIN_STRICT if package.strict else _MAIN
    if existing is None:
        comments_part = package.free_name("xl/commentsTz{}.xml")
        root = etree.Element(f"{{{main}}}comments", nsmap={None: main})  # type: ignore[dict-item] # lxml takes None, its stubs do not
        etree.SubElement(root, f"{{{main}}}authors")
        etree.SubElement(root, f"{{{main}}}commentList")
        relations.add("comments", comments_part)
    else:
        comments_part = existing[1]
        root = parse_xml(package.read(comments_part))
    added = _merge_comments(root, main, notes)
    package.write(comments_part, to_bytes(root), None if existing else _COMMENTS_TYPE)

    grid = Grid(package.read(sheet_part))
    shapes = "".join(_shape(note, number, grid) for number, note in enumerate(added, 1))
    legacy = _legacy_drawing(package.read(sheet_part))
    drawing_part = None if legacy is None else relations.target_of(legacy)
    package.default_type("vml", _VML_TYPE)
    if drawing_part is None:
        drawing_part = package.free_name("xl/drawings/vmlDrawingTz{}.vml")
        package.write(drawing_part, _vml(shapes))
        relation_id = relations.add("vmlDrawing", drawing_part)
        package.write(
            sheet_part, _with_legacy_drawing(package.read(sheet_part), relation_id, package.relationship_base)
        )
    elif package.has(drawing_part):
        package.write(drawing_part, _vml_extended(package.read(drawing_part), shapes))
    else:
        package.write(drawing_part, _vml(shapes))


def _merge_comments(root: etree._Element, main: str, notes: list[CellNote]) -> list[CellNote]:
    authors, comments = root.find(f"{{{main}}}authors"), root.find(f"{{{main}}}commentList")
    if authors is None or comments is None:
        raise KeyError("commentList")
    author_id = len(authors)
    etree.SubElement(authors, f"{{{main}}}author").text = AUTHOR
    present = {comment.get("ref"): comment for comment in comments}
    added = []
    for note in notes:
        comment = present.get(note.cell)
        if comment is None:
            comment = etree.SubElement(comments, f"{{{main}}}comment", ref=note.cell, authorId=str(author_id))
            etree.SubElement(comment, f"{{{main}}}text")
            present[note.cell] = comment
            added.append(note)
            lead = ""
        else:
            lead = "\n"
        holder = comment.find(f"{{{main}}}text")
        if holder is None:
            holder = etree.SubElement(comment, f"{{{main}}}text")
        plain = holder.find(f"{{{main}}}t")
        if plain is not None:  # a comment is either one plain text or runs, never both
            run = etree.SubElement(holder, f"{{{main}}}r")
            holder.remove(plain)
            run.append(plain)
        run = etree.SubElement(holder, f"{{{main}}}r")
        text = etree.SubElement(run, f"{{{main}}}t")
        text.text = lead + xml_safe(note.text)
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return added


def _shape(note: CellNote, number: int, grid: Grid) -> str:
    row, column = split_cell(note.cell)
    return (
        f'<v:shape id="_x0000_tz{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden" '
        'fillcolor="#fff8dc" o:insetmode="auto"><v:fill color2="#fff8dc"/><v:shadow on="t" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox/><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor(grid, row, column, note.text)}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def _vml(shapes: str) -> bytes:
    return (
        f'<xml xmlns:v="{_V}" xmlns:o="{_O}" xmlns:x="{_X}"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
        '</o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
        '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
        f"{shapes}</xml>"
    ).encode()


def _vml_extended(existing: bytes, shapes: str) -> bytes:
    """The sheet's drawing with our shapes added before its end; namespaces are declared on a wrapper-free copy."""
    declared = shapes.replace("<v:shape ", f'<v:shape xmlns:v="{_V}" xmlns:o="{_O}" xmlns:x="{_X}" ').encode()
    end = existing.rfind(b"</")
    return existing[:end] + declared + existing[end:]


def _legacy_drawing(sheet: bytes) -> str | None:
    """The relationship of the drawing of the sheet's comments. The pictures of its headers and footers have one of their own."""
    found = _LEGACY_DRAWING.search(sheet, _end_of_rows(sheet))
    return None if found is None else found[1].decode()


def _with_legacy_drawing(sheet: bytes, relation_id: str, relationship_base: str) -> bytes:
    root = _ROOT.search(sheet)
    if root is None:
        raise KeyError("worksheet")
    element = b'<%slegacyDrawing xmlns:tzr="%s" tzr:id="%s"/>' % (
        root[1] + b":" if root[1] else b"",
        relationship_base.encode(),
        relation_id.encode(),
    )
    at = _first_of(_AFTER_LEGACY_DRAWING, sheet, _end_of_rows(sheet))
    return sheet[:at] + element + sheet[at:]


def _end_of_rows(sheet: bytes) -> int:
    """Behind the element with the rows; an empty one has no end and is looked for last, as it means going through the whole sheet."""
    for end in (b"sheetData>", b"sheetData/>", b"sheetData />"):
        at = sheet.rfind(end)
        if at >= 0:
            return at + len(end)
    raise KeyError("sheetData")


def _first_of(names: frozenset[bytes], sheet: bytes, start: int) -> int:
    """Where the first of these elements begins at the top of the sheet, else where the sheet ends.

    Elements of one name may also stand within others: a conditional format has an extLst of its own.
    """
    depth = 0
    for tag in _TAG.finditer(sheet, start):
        if tag[1]:
            depth -= 1
        elif depth == 0 and tag[2].rpartition(b":")[2] in names:
            return tag.start()
        elif not tag[3]:
            depth += 1
        if depth < 0:
            return tag.start()
    raise KeyError("worksheet")
