"""When the original is no .xlsx (.xls, CSV, a web page named .xls), a fresh workbook of the same layout goes back.

Every value is written as text, so no digit is lost again. Runs inside the capped child: it reads a stranger's file.
"""

import re
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pyarrow.compute as pc

from taizhang.intake.raw import RawBlock, RawSheet
from taizhang.intake.readers import open_workbook
from taizhang.intake.readers.blocks import column_letters
from taizhang.languages import Language
from taizhang.report.returned.problem_list import Problem
from taizhang.report.returned.workbook import Returned, annotate_workbook
from taizhang.report.safe_text import safe_texts

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Format 1 is text ("@", built-in number 49), so that what is typed over a number stays as typed.
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf fillId="0" xfId="0"/><xf numFmtId="49" fillId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_NOT_IN_SHEET_NAMES = re.compile(r"[\x00-\x1f\[\]:*?/\\]")
_LONGEST_SHEET_NAME = 31
_NARROWEST, _WIDEST, _NEARLY_ALL = 6, 40, 0.95  # column widths in digits; the share of texts they show whole
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{FFFE}\x{FFFF}]"  # may not stand in XML
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_CELL_START = '" s="1" t="inlineStr"><is><t xml:space="preserve">'


def rebuild_workbook(
    original: Path, target: Path, problems: list[Problem], language: Language = Language.ZH
) -> Returned:
    """Write `original`'s cells at their own rows and columns into `target`, with comments and the list of problems.

    Raises FileRefused when the file can no longer be read.
    """
    with tempfile.TemporaryDirectory(prefix="taizhang-") as folder:
        plain = Path(folder) / "plain.xlsx"
        renamed = write_plain(original, plain)
        listed = [replace(problem, sheet=renamed.get(problem.sheet, problem.sheet)) for problem in problems]
        return annotate_workbook(plain, target, listed, language)


def write_plain(original: Path, target: Path) -> dict[str, str]:
    """Write every cell of `original` as text into a workbook with the same sheets, rows and columns.

    Returns each sheet's name there by its name in `original`; they differ where a workbook may not have such a name.
    """
    names: list[str] = []
    renamed: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for number, sheet in enumerate(open_workbook(original).sheets(), 1):
            names.append(allowed_sheet_name(sheet.meta.name, names))
            renamed.setdefault(sheet.meta.name, names[-1])
            with out.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
                part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">'.encode())
                for piece in _rows(sheet):
                    part.write(piece.encode("utf-8", "replace"))
                part.write(b"</worksheet>")
        for name, text in _frame(names):
            out.writestr(name, text)
    return renamed


def allowed_sheet_name(name: str, taken: Collection[str]) -> str:
    r"""`name` as spreadsheet programs accept it: 1 to 31 characters, none of ``[]:*?/\``, unlike `taken` in any case.

    A workbook with any other name is called damaged when it is opened. Web pages and text files know no such limit.
    """
    plain = _NOT_IN_SHEET_NAMES.sub(" ", name).strip(" '")[:_LONGEST_SHEET_NAME] or "Sheet1"
    lowered = {other.lower() for other in taken}
    numbered = (plain, *(f"{plain[: _LONGEST_SHEET_NAME - 6]}（{number}）" for number in range(2, len(lowered) + 3)))
    return next(candidate for candidate in numbered if candidate.lower() not in lowered)


def _rows(sheet: RawSheet) -> Iterator[str]:
    blocks = sheet.blocks()
    first = next(blocks, None)
    if first is not None:
        yield _column_widths(first)
    yield "<sheetData>"
    if first is not None:
        yield _block_rows(first)
    for block in blocks:
        yield _block_rows(block)
    yield "</sheetData>"


def _column_widths(block: RawBlock) -> str:
    """Columns as wide as nearly all of their texts; a title over the table may run on beyond its own."""
    columns = []
    for column in sorted(block.columns):
        texts = block.columns[column].text
        # A Chinese character has three bytes and is two digits wide.
        bytes_, letters = pc.binary_length(texts), pc.utf8_length(texts)
        digits = pc.add(letters, pc.divide(pc.subtract(bytes_, letters), 2))
        usual = pc.quantile(digits, q=_NEARLY_ALL, interpolation="higher")[0].as_py() or 0
        width = min(max(usual + 2, _NARROWEST), _WIDEST)
        columns.append(f'<col min="{column + 1}" max="{column + 1}" width="{width}" customWidth="1"/>')
    return f"<cols>{''.join(columns)}</cols>" if columns else ""


def _block_rows(block: RawBlock) -> str:
    """A block's rows as XML; built whole columns at a time, as a block comes so."""
    numbers = pc.cast(pa.array(block.row_numbers), pa.string())
    cells = [_cells(column_letters(column), numbers, block.columns[column].text) for column in sorted(block.columns)]
    if not cells:
        return ""
    inside = pc.binary_join_element_wise(*cells, "")
    rows = pc.binary_join_element_wise('<row r="', numbers, '">', inside, "</row>", "")
    return "".join(rows.filter(pc.not_equal(inside, "")).to_pylist())


def _cells(letters: str, numbers: pa.StringArray, texts: pa.StringArray) -> pa.StringArray:
    """The cells of one column as XML, nothing where there is no text."""
    plain = pc.replace_substring_regex(safe_texts(texts), _CONTROL, " ")
    for character, entity in _ENTITIES:
        plain = pc.replace_substring(plain, character, entity)
    whole = pc.binary_join_element_wise(f'<c r="{letters}', numbers, _CELL_START, plain, "</t></is></c>", "")
    return pc.if_else(pc.not_equal(plain, ""), whole, "").fill_null("")


def _frame(names: list[str]) -> Iterator[tuple[str, str]]:
    """The small parts that make sheets a workbook. Comments and links go by the sheet names."""
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number in range(1, len(names) + 1)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(names) + 1)
    )
    yield "xl/styles.xml", _STYLES
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        (
            f'{_HEAD}<Relationships xmlns="{_RELATIONSHIPS}">{links}'
            f'<Relationship Id="rId0" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
    )
    yield (
        "_rels/.rels",
        (
            f'{_HEAD}<Relationships xmlns="{_RELATIONSHIPS}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'
        ),
    )
    yield (
        "[Content_Types].xml",
        (
            f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{parts}</Types>'
        ),
    )
