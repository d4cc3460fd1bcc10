"""Writers of workbooks as offices send them: fast, plain, the same bytes for the same content.

The .xlsx parts are written directly: a general writer costs several times as much, and a sample of a county is a few
million cells. Shared strings, cell references and styles are as a spreadsheet program would leave them.
"""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

ZIP_TIME = (2020, 2, 19, 8, 0, 0)  # fixed, so that the same seed gives the same bytes
STRUCK_STYLE = 1
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Numeric(str):
    """A cell stored as a number; the text is what stands in the file."""

    __slots__ = ()


@dataclass(slots=True)
class Sheet:
    """One sheet: rows above the table, the table by columns, rows below.

    above, below: rows of cells; columns: equally long; cells are text, "" or `Numeric`.
    hidden_rows, struck_rows: 0-based positions within the table. merges: "A1:F1" ranges.
    """

    name: str
    above: list[list[str]]
    columns: list[list[str]]
    below: list[list[str]] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    struck_rows: frozenset[int] = frozenset()
    hidden: bool = False

    @property
    def first_row(self) -> int:
        """The spreadsheet row of the table's first row."""
        return len(self.above) + 1

    def rows(self) -> Iterable[Sequence[str]]:
        """All rows from the top."""
        yield from self.above
        yield from zip(*self.columns, strict=True)
        yield from self.below


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def write_xlsx(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook; every text cell through the shared strings, every other as the number it is."""
    strings: dict[str, int] = {}
    bodies = [_sheet_xml(sheet, strings) for sheet in sheets]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in _workbook_parts(sheets):
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), text, zipfile.ZIP_DEFLATED, 1)
        for number, body in enumerate(bodies, 1):
            info = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml", ZIP_TIME)
            archive.writestr(info, body.encode(), zipfile.ZIP_DEFLATED, 1)
        info = zipfile.ZipInfo("xl/sharedStrings.xml", ZIP_TIME)
        archive.writestr(info, _strings_xml(strings).encode(), zipfile.ZIP_DEFLATED, 1)


def write_html(path: Path, sheet: Sheet) -> None:
    """Write one sheet as the HTML table that web systems name .xls."""
    rows = [
        "<tr>" + "".join(f'<td style="mso-number-format:\\@">{escape(cell)}</td>' for cell in row) + "</tr>"
        for row in sheet.rows()
    ]
    text = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><table border="1">\n'
        + "\n".join(rows)
        + "\n</table></body></html>\n"
    )
    path.write_text(text, encoding="utf-8")


def write_csv(path: Path, sheet: Sheet, encoding: str) -> None:
    """Write one sheet as CSV; characters outside the encoding become ``?``, as every export program does."""
    lines = [",".join(map(_csv_cell, row)) for row in sheet.rows()]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding, errors="replace"))


def _csv_cell(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n\r') else cell


def _cell(reference: str, value: str, strings: dict[str, int]) -> str:
    if not value:
        return ""
    if type(value) is Numeric:
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'


def _row_xml(number: int, cells: Sequence[str], strings: dict[str, int]) -> str:
    inside = "".join(_cell(f"{column_letter(index)}{number}", cell, strings) for index, cell in enumerate(cells))
    return f'<row r="{number}">{inside}</row>'


def _sheet_xml(sheet: Sheet, strings: dict[str, int]) -> str:
    height = len(sheet.columns[0]) if sheet.columns else 0
    numbers = [str(number) for number in range(sheet.first_row, sheet.first_row + height)]
    parts: list[list[str]] = [[f'<row r="{number}">' for number in numbers]]
    parts += [_column_xml(column_letter(index), column, numbers, strings) for index, column in enumerate(sheet.columns)]
    table = ["".join(row) + "</row>" for row in zip(*parts, strict=True)]
    for position in sheet.hidden_rows:
        table[position] = table[position].replace("<row ", '<row hidden="1" ', 1)
    for position in sheet.struck_rows:
        table[position] = table[position].replace("<c r=", f'<c s="{STRUCK_STYLE}" r=')
    above = [_row_xml(number, row, strings) for number, row in enumerate(sheet.above, 1)]
    below = [_row_xml(number, row, strings) for number, row in enumerate(sheet.below, sheet.first_row + height)]
    merges = "".join(f'<mergeCell ref="{merge}"/>' for merge in sheet.merges)
    tail = f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else ""
    return f"{HEAD}<worksheet {NS}><sheetData>{''.join(above + table + below)}</sheetData>{tail}</worksheet>"


def _column_xml(letter: str, column: Sequence[str], numbers: Sequence[str], strings: dict[str, int]) -> list[str]:
    """The cells of one column; this loop writes nearly all of a county's bytes."""
    known = strings.setdefault
    middle, end = '" t="s"><v>', "</v></c>"
    start = f'<c r="{letter}'
    if any(type(value) is Numeric for value in column):
        return [_cell(letter + number, value, strings) for number, value in zip(numbers, column, strict=True)]
    return [
        f"{start}{number}{middle}{known(value, len(strings))}{end}" if value else ""
        for number, value in zip(numbers, column, strict=True)
    ]


def _strings_xml(strings: dict[str, int]) -> str:
    joined = "</t></si><si><t>".join(strings)
    if "&" in joined or joined.count("<") != 4 * (len(strings) - 1):
        joined = "</t></si><si><t>".join(escape(text, quote=False) for text in strings)
    if any(text != text.strip() for text in strings):
        joined = joined.replace("<t>", '<t xml:space="preserve">')
    count = len(strings)
    first = '<si><t xml:space="preserve">'
    return f'{HEAD}<sst {NS} count="{count}" uniqueCount="{count}">{first}{joined}</t></si></sst>'


def _workbook_parts(sheets: Sequence[Sheet]) -> list[tuple[str, str]]:
    """The small parts, in the order in which spreadsheet programs write them."""
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{office}.worksheet+xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    named = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{number}"{" state=" + chr(34) + "hidden" + chr(34) if sheet.hidden else ""} r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{RELS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    after = len(sheets) + 1
    package = "http://schemas.openxmlformats.org/package/2006"
    return [
        (
            "[Content_Types].xml",
            (
                f'{HEAD}<Types xmlns="{package}/content-types"><Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Default Extension="xml" ContentType="application/xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{office}.sheet.main+xml"/>{kinds}'
                f'<Override PartName="/xl/styles.xml" ContentType="{office}.styles+xml"/>'
                f'<Override PartName="/xl/sharedStrings.xml" ContentType="{office}.sharedStrings+xml"/></Types>'
            ),
        ),
        (
            "_rels/.rels",
            (
                f'{HEAD}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                f'Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ),
        ),
        ("xl/workbook.xml", f'{HEAD}<workbook {NS} xmlns:r="{RELS}"><sheets>{named}</sheets></workbook>'),
        (
            "xl/_rels/workbook.xml.rels",
            (
                f'{HEAD}<Relationships xmlns="{package}/relationships">{targets}'
                f'<Relationship Id="rId{after}" Type="{RELS}/styles" Target="styles.xml"/>'
                f'<Relationship Id="rId{after + 1}" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/>'
                "</Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            (
                f'{HEAD}<styleSheet {NS}><fonts count="2"><font><sz val="11"/><name val="宋体"/></font>'
                '<font><strike/><sz val="11"/><name val="宋体"/></font></fonts>'
                '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
                '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
                '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
                '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
                '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
                '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
            ),
        ),
    ]
