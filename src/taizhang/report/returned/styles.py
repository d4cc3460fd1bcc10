"""The cell formats of a workbook (ECMA-376 §18.8), to which formats of ours are added; those it has stay as they are."""

from typing import Self

from lxml import etree

from taizhang.report.returned.package import Package, parse_xml, to_bytes

_MARKED = "FFFFF2CC"
_HEADING = "FFE8EDF3"
_LINE = "FFC9D2DC"
_LINK = "FF1F5FA8"
_TEXT_FORMAT = "49"  # "@": what is typed over a number stays as typed
_NO_FILLS = {"0", "1"}  # by the standard the first two are none and a dotted grey that nobody uses


class Styles:
    """The formats of one workbook; every number given is an index for the attribute ``s`` of a cell.

    A workbook may lack a collection that a format of ours needs; then the format goes without.
    """

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self._main = etree.QName(root).namespace or ""
        self._formats = root.find(f"{{{self._main}}}cellXfs")
        self._copies: dict[int, int] = {}
        self._fill_id: int | None = None
        self._changed = False

    @classmethod
    def of(cls, package: Package) -> Self | None:
        """The formats of a workbook, None where it has no such part."""
        found = package.relationships(package.workbook_part).first("styles")
        return None if found is None else cls(parse_xml(package.read(found[1])))

    def store(self, package: Package) -> None:
        """Put the part back when something was added."""
        found = package.relationships(package.workbook_part).first("styles")
        if self._changed and found is not None:
            package.write(found[1], to_bytes(self.root))

    def filled(self, style: int) -> int:
        """The index of `style` with a light fill, or `style` itself where it has a fill of its own or cannot be copied."""
        if style in self._copies:
            return self._copies[style]
        if self._formats is None or style >= len(self._formats):
            return style
        original = self._formats[style]
        if original.get("fillId", "0") not in _NO_FILLS:
            return style
        if self._fill_id is None:
            self._fill_id = self._fill(_MARKED)
        copy = etree.fromstring(etree.tostring(original))
        copy.set("fillId", str(self._fill_id))
        copy.set("applyFill", "1")
        self._copies[style] = self._add_format(copy)
        return self._copies[style]

    def heading(self) -> int:
        """Bold on a quiet ground, with a line around it."""
        font = self._made("font", ("b", {}), ("sz", {"val": "11"}), ("name", {"val": "宋体"}))
        return self._own(font=self._added("fonts", font), fill=self._fill(_HEADING), border=self._border())

    def text(self) -> int:
        """Text that wraps in its column and begins at the top."""
        return self._own(font=0, fill=0, border=self._border())

    def link(self) -> int:
        """Like `text`, coloured as what can be followed."""
        font = self._made(
            "font", ("u", {}), ("sz", {"val": "11"}), ("color", {"rgb": _LINK}), ("name", {"val": "宋体"})
        )
        return self._own(font=self._added("fonts", font), fill=0, border=self._border())

    def _own(self, *, font: int, fill: int, border: int) -> int:
        if self._formats is None:
            return 0
        chosen = {"numFmtId": _TEXT_FORMAT, "fontId": str(font), "fillId": str(fill), "borderId": str(border)}
        applied = ("applyNumberFormat", "applyFont", "applyFill", "applyBorder", "applyAlignment")
        format_ = self._made("xf", ("alignment", {"vertical": "top", "wrapText": "1"}))
        for name, value in {**chosen, "xfId": "0", **dict.fromkeys(applied, "1")}.items():
            format_.set(name, value)
        return self._add_format(format_)

    def _fill(self, colour: str) -> int:
        fill = self._made("fill")
        pattern = etree.SubElement(fill, f"{{{self._main}}}patternFill", patternType="solid")
        etree.SubElement(pattern, f"{{{self._main}}}fgColor", rgb=colour)
        return self._added("fills", fill)

    def _border(self) -> int:
        border = self._made("border")
        for side in ("left", "right", "top", "bottom"):
            line = etree.SubElement(border, f"{{{self._main}}}{side}", style="thin")
            etree.SubElement(line, f"{{{self._main}}}color", rgb=_LINE)
        return self._added("borders", border)

    def _add_format(self, format_: etree._Element) -> int:
        return self._added("cellXfs", format_)

    def _added(self, collection: str, element: etree._Element) -> int:
        """The index of `element` at the end of a collection, 0 (what cells are by default) where there is none."""
        holder = self.root.find(f"{{{self._main}}}{collection}")
        if holder is None:
            return 0
        holder.append(element)
        holder.set("count", str(len(holder)))
        self._changed = True
        return len(holder) - 1

    def _made(self, tag: str, *inside: tuple[str, dict[str, str]]) -> etree._Element:
        element = etree.Element(f"{{{self._main}}}{tag}")
        for name, attributes in inside:
            etree.SubElement(element, f"{{{self._main}}}{name}", attributes)
        return element
