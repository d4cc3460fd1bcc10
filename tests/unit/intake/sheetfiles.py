"""Hand-made .xlsx packages: the caller writes the XML, so that every odd shape can be had."""

import io
import zipfile
from pathlib import Path

from taizhang.intake.preflight import Limits
from taizhang.intake.raw import CellKind
from taizhang.intake.readers.xlsx import XlsxWorkbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    "</numFmts><fonts><font/><font><strike/></font></fonts>"
    '<cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="14" fontId="0"/><xf numFmtId="0" fontId="1"/>'
    '<xf numFmtId="176" fontId="0"/></cellXfs></styleSheet>'
)


def sheet_xml(rows, *, before="", after="", namespace=MAIN):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{namespace}" xmlns:r="{OFFICE}">{before}'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def package_parts(sheets, *, strings=None, styles=STYLES, workbook="", states=()):
    """Parts of a workbook of the given sheet XML texts (str or bytes)."""
    listed = "".join(
        f'<sheet name="表{n}" sheetId="{n}" r:id="rId{n}"{f" state={chr(34)}{states[n - 1]}{chr(34)}" if states else ""}/>'
        for n in range(1, len(sheets) + 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}'
        f'<Relationship Id="rIdS" Type="{OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rIdT" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": styles,
    }
    parts.update({f"xl/worksheets/sheet{n}.xml": text for n, text in enumerate(sheets, 1)})
    if strings is not None:
        parts["xl/sharedStrings.xml"] = strings
    return parts


def strings_xml(*items):
    return f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{MAIN}">{"".join(items)}</sst>'


def zipped(parts, *, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def write_package(path, parts):
    Path(path).write_bytes(zipped(parts))
    return Path(path)


def cells_of(workbook):
    """Everything a workbook says, without block borders: per sheet, per row, the cells that are not empty."""
    said = []
    for sheet in workbook.sheets():
        rows = []
        for block in sheet.blocks():
            columns = {c: (held.text.to_pylist(), held.kind, held.date_format) for c, held in block.columns.items()}
            for at, number in enumerate(block.row_numbers.tolist()):
                cells = {
                    c: (CellKind(int(kind[at])), text[at], bool(dates is not None and dates[at]))
                    for c, (text, kind, dates) in columns.items()
                    if kind[at]
                }
                rows.append((number, bool(block.hidden[at]), bool(block.struck[at]), cells))
        said.append((sheet.meta, rows))
    return said, workbook.events


def both_ways(path, limits=None, block_rows=8192):
    """What the vector path and expat say about a file."""
    limits = limits or Limits()
    return tuple(cells_of(XlsxWorkbook(path, limits, block_rows, vector=vector)) for vector in (True, False))


def read_rows(rows, folder, **options):
    """The rows of a one-sheet workbook holding `rows` of XML, by the vector path; must equal expat's."""
    strings = options.pop("strings", None)
    path = write_package(folder / "一.xlsx", package_parts([sheet_xml(rows, **options)], strings=strings))
    fast, slow = both_ways(path)
    assert fast == slow
    return fast[0][0][1]
