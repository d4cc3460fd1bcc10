"""Odd, broken and hostile files, made by code. Each case says what must become of it.

`read`: it is a table and is read. A code: it is refused with that event. `any`: either, as long as nothing crashes
and nothing is made up (fuzz: cuts and flipped bits).
"""

import gzip
import io
import random
import struct
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
import xlwt

sys.path.append(str(Path(__file__).parents[1] / "unit" / "intake"))
from sheetfiles import MAIN, STRICT, package_parts, sheet_xml, strings_xml, zipped

READ, ANY = "read", "any"
LIMIT, CORRUPT, KIND = "SR-FILE-LIMIT", "SR-FILE-CORRUPT", "SR-FILE-KIND"
ENCRYPTED, ENTITY = "SR-FILE-ENCRYPTED", "SR-FILE-ENTITY"
HEADER = ("序号", "姓名", "证件号码")
PERSON = ("1", "王小明", "测试号码甲")


@dataclass(frozen=True)
class Case:
    """A file by name and bytes; `outcome` as above; `limit` the limit a refusal must name; `texts` that must be read."""

    name: str
    content: bytes = field(repr=False)
    outcome: str
    limit: str = ""
    texts: tuple[str, ...] = ()

    def __str__(self):
        return self.name


def table_rows():
    lines = []
    for number, row in enumerate((HEADER, PERSON), 1):
        cells = "".join(
            f'<c r="{"ABC"[at]}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for at, text in enumerate(row)
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return "".join(lines)


def book(rows=None, *, strings=None, raw=None, **options):
    return zipped(package_parts([raw or sheet_xml(table_rows() if rows is None else rows, **options)], strings=strings))


def with_part(name, content, base=None):
    parts = package_parts([sheet_xml(table_rows())])
    parts.update(base or {})
    if content is None:
        del parts[name]
    else:
        parts[name] = content
    return zipped(parts)


def good():
    return book()


def odd_but_good():
    table = HEADER + PERSON
    plain = sheet_xml(table_rows())
    shared = strings_xml(*(f"<si><t>{text}</t></si>" for text in reversed(table)))
    by_index = "".join(
        f'<row r="{r}">'
        + "".join(f'<c r="{"ABC"[c]}{r}" t="s"><v>{5 - (r - 1) * 3 - c}</v></c>' for c in range(3))
        + "</row>"
        for r in (1, 2)
    )
    prefixed = plain.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace('xmlns="', 'xmlns:x="')
    bare = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) + "</row>"
        for row in (HEADER, PERSON)
    )
    variants = {
        "plain": book(),
        "strict-namespace": book(namespace=STRICT),
        "no-namespace": book(raw=plain.replace(f' xmlns="{MAIN}"', "")),
        "any-prefix": book(raw=prefixed),
        "shared-strings-backwards": book(by_index, strings=shared),
        "no-references": book(bare),
        "line-per-tag": book(raw=plain.replace("><", ">\n<")),
        "crlf": book(raw=plain.replace("</row>", "</row>\r\n")),
        "single-quotes": book(raw=plain.replace('"', "'")),
        "utf-16": book(raw=("\ufeff" + plain.replace("UTF-8", "UTF-16")).encode("utf-16-le")),
        "utf-8-mark": book(raw=b"\xef\xbb\xbf" + plain.encode()),
        "comment-with-row-end": book(raw=plain.replace("</row>", "<!--</row>--></row>", 1)),
        "processing-instruction": book(raw=plain.replace("<row", "<?x </row> ?><row", 1)),
        "cdata": book(raw=plain.replace("<t>姓名</t>", "<t><![CDATA[姓名]]></t>")),
        "character-references": book(raw=plain.replace("姓名", "&#22995;&#x540D;")),
        "huge-dimension": book(before='<dimension ref="A1:XFD1048576"/>'),
        "far-cell": book(table_rows() + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "rows-backwards": book("".join(reversed(table_rows().replace("</row>", "</row>\n").splitlines()))),
        "cells-backwards": book(table_rows().replace('r="A2"', 'r="Q2"')),
        "unknown-extension": book(after='<extLst><ext uri="x"><y:z xmlns:y="urn:y"/></ext></extLst>'),
        "alternate-content": book(
            after='<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"/>'
        ),
        "bad-merge": book(after='<mergeCells><mergeCell ref="??"/><mergeCell ref="B9:A1"/><mergeCell/></mergeCells>'),
        "bad-style-number": book(table_rows().replace('r="A1"', 'r="A1" s="99999"')),
        "shared-index-out-of-range": book(table_rows() + '<row r="3"><c r="A3" t="s"><v>7</v></c></row>'),
        "shared-index-not-a-number": book(table_rows() + '<row r="3"><c r="A3" t="s"><v>x</v></c></row>'),
        "number-not-a-number": book(table_rows() + '<row r="3"><c r="A3"><v>abc</v></c></row>'),
        "unknown-cell-type": book(table_rows() + '<row r="3"><c r="A3" t="zzz"><v>1</v></c></row>'),
        "bad-reference": book(table_rows() + '<row r="3"><c r="3A"><v>1</v></c></row>'),
        "row-number-text": book(table_rows() + '<row r="three"><c><v>1</v></c></row>'),
        "formula-without-value": book(table_rows() + '<row r="3"><c r="A3"><f>1+1</f></c></row>'),
        "no-styles": with_part("xl/styles.xml", None),
        "styles-without-fonts": with_part("xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><cellXfs><xf fontId="9"/></cellXfs></styleSheet>'),
        "no-content-types": with_part("[Content_Types].xml", None),
        "broken-content-types": with_part("[Content_Types].xml", "<not xml"),
        "no-root-relations": with_part("_rels/.rels", None),
        "comment-part-missing": with_part(
            "xl/worksheets/_rels/sheet1.xml.rels",
            '<Relationships><Relationship Id="r" Type="x/comments" Target="../nothing.xml"/></Relationships>',
        ),
        "backslash-names": zipped({name.replace("/", "\\"): text for name, text in package_parts([plain]).items()}),
        "upper-case-names": zipped({name.upper() if name.startswith("xl/w") else name: text for name, text in package_parts([plain]).items()}),
        "stored-not-deflated": zipped(package_parts([plain]), method=zipfile.ZIP_STORED),
        "bzip2-members": zipped(package_parts([plain]), method=zipfile.ZIP_BZIP2),

        "zip-comment": good()[:-2] + struct.pack("<H", 5) + b"abcde",
    }  # fmt: skip
    return [Case(f"good-{name}.xlsx", content, READ, texts=("姓名", "王小明")) for name, content in variants.items()]


def other_writers():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for row, values in enumerate((HEADER, PERSON)):
            sheet.write_row(row, 0, values)
    biff = io.BytesIO()
    old = xlwt.Workbook()
    page = old.add_sheet("一")
    for row, values in enumerate((HEADER, PERSON)):
        for column, value in enumerate(values):
            page.write(row, column, value)
    old.save(biff)
    lines = "\r\n".join(",".join(row) for row in (HEADER, PERSON)) + "\r\n"
    cells = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in (HEADER, PERSON))
    html = f"<html><body><table>{cells}</table></body></html>"
    xml = (
        '<?xml version="1.0" encoding="{}"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Worksheet ss:Name="一"><Table>'
        + "".join(
            "<Row>" + "".join(f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in row) + "</Row>"
            for row in (HEADER, PERSON)
        )
        + "</Table></Worksheet></Workbook>"
    )
    variants = {
        "writer-constant-memory.xlsx": buffer.getvalue(),
        "biff.xls": biff.getvalue(),
        "biff.et": biff.getvalue(),
        "biff-named.xlsx": biff.getvalue(),
        "xlsx-named.xls": good(),
        "xlsx-named.csv": good(),
        "utf8.csv": lines.encode(),
        "utf8-mark.csv": b"\xef\xbb\xbf" + lines.encode(),
        "gbk.csv": lines.encode("gb18030"),
        "utf16.csv": lines.encode("utf-16"),
        "utf16-no-mark.csv": lines.encode("utf-16-le"),
        "utf16-be-no-mark.csv": lines.encode("utf-16-be"),
        "tabs.xls": lines.replace(",", "\t").encode("gb18030"),
        "tabs-utf16.xls": lines.replace(",", "\t").encode("utf-16"),
        "semicolons.txt": lines.replace(",", ";").encode(),
        "bars.txt": lines.replace(",", "|").encode("gb18030"),
        "quoted.csv": ("\r\n".join(",".join(f'"{text}"' for text in row) for row in (HEADER, PERSON))).encode(),
        "html.xls": html.encode(),
        "html-gbk.xls": html.replace("<body>", '<meta charset="gb2312"><body>').encode("gb18030"),
        "html-unclosed.xls": html.replace("</td>", "").replace("</tr>", "").encode(),
        "html-script.xls": html.replace("<body>", "<script>table<td>x</script><body>").encode(),
        "xml2003.xls": xml.format("utf-8").encode(),
        "xml2003-gbk.xls": xml.format("gb2312").encode("gb18030"),
        "xml2003-utf16.xls": xml.format("utf-16").encode("utf-16"),
    }
    return [Case(name, content, READ, texts=("姓名", "王小明")) for name, content in variants.items()]


def text_oddities():
    variants = {
        "cut-utf8.csv": ("姓名,户主\n张三,李四".encode()[:-1], READ),
        "cut-gbk.csv": ("姓名,户主\n张三,李四".encode("gb18030")[:-1], READ),
        "nul-in-text.csv": ("姓名,户主\n张三\x00,李四\n" * 20).encode(),
        "one-column.csv": "姓名\n张三\n李四\n".encode(),
        "no-newline.csv": "姓名,户主".encode(),
        "open-quote.csv": '姓名,户主\n"张三,李四\n王五,赵六\n'.encode(),
        "stray-quote.csv": '姓名,户主\n张"三,李四\n'.encode(),
        "old-mac-ends.csv": "姓名,户主\r张三,李四\r".encode(),
        "mixed-ends.csv": "姓名,户主\n张三,李四\r\n王五,赵六\n".encode(),
        "formula-text.csv": '姓名,号码\n张三,="000123"\n'.encode(),
        "only-commas.csv": b",,,\n,,,\n",
        "ctrl-z.csv": "姓名,户主\n张三,李四\n\x1a".encode(),
        "bad-bytes.csv": b"\xff\xff\xfe\xfd,\x81\n" * 30,
        "long-line.csv": b"a," * 50_000 + b"\n",
        "four-byte-gb18030.csv": "姓名,备注\n㐀𠀀,𪚥\n".encode("gb18030"),
    }
    cases = []
    for name, content in variants.items():
        data, outcome = content if isinstance(content, tuple) else (content, ANY)
        cases.append(Case(name, data, outcome))
    cases.append(Case("long-cell.csv", b"a,b\n" + b"x" * 40_000 + b",1\n", LIMIT, "string_chars"))
    return cases


def hostile():
    plain = sheet_xml(table_rows())
    laughs = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + plain.partition("?>")[
        2
    ].replace("姓名", "&b;")
    outside = '<!DOCTYPE w SYSTEM "file:///etc/passwd">' + plain.partition("?>")[2]
    deep = "<row r='3'>" + "<a>" * 200 + "</a>" * 200 + "</row>"
    packed = package_parts([plain])
    same = io.BytesIO()
    with zipfile.ZipFile(same, "w") as archive:
        for name, text in packed.items():
            archive.writestr(name, text)
        archive.writestr("xl/workboox.xml", packed["xl/workbook.xml"])
    duplicate = same.getvalue().replace(b"xl/workboox.xml", b"xl/workbook.xml")
    locked = bytearray(good())
    at = locked.rfind(b"PK\x01\x02")
    locked[at + 8] |= 1
    return [
        Case("entity-laughs.xlsx", book(raw=laughs), ENTITY),
        Case("entity-outside.xlsx", book(raw=outside), ENTITY),
        Case("entity-in-strings.xlsx", book(strings="<!DOCTYPE s><sst/>"), ENTITY),
        Case("entity-in-workbook.xlsx", with_part("xl/workbook.xml", "<!DOCTYPE w><workbook/>"), ENTITY),
        Case("entity-in-styles.xlsx", with_part("xl/styles.xml", "<!DOCTYPE w><styleSheet/>"), ENTITY),
        Case("entity-in-xml2003.xls", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><!DOCTYPE w [<!ENTITY a "b">]><Workbook/>', ENTITY),
        Case("deep-xml.xlsx", book(table_rows() + deep), LIMIT, "depth"),
        Case("deep-styles.xlsx", with_part("xl/styles.xml", "<a>" * 100 + "</a>" * 100), LIMIT, "depth"),
        Case("row-beyond-last.xlsx", book('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'), LIMIT, "rows"),
        Case("column-beyond-last.xlsx", book('<row r="1"><c r="XFE1"><v>1</v></c></row>'), LIMIT, "address"),
        Case("long-string.xlsx", book(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 40_000}</t></is></c></row>'), LIMIT, "string_chars"),
        Case("long-shared-string.xlsx", book(strings=strings_xml(f"<si><t>{'x' * 40_000}</t></si>")), LIMIT, "string_chars"),
        Case("long-string-in-runs.xlsx", book(strings=strings_xml("<si>" + "<r><t>xxxxxxxxxx</t></r>" * 4_000 + "</si>")), LIMIT, "string_chars"),
        Case("long-tag.xlsx", book(raw=plain.replace("<sheetData>", f'<sheetPr x="{"y" * (6 << 20)}"/><sheetData>')), LIMIT),
        Case("many-columns.xlsx", book("".join(f'<row r="{r}">' + "".join(f'<c r="{chr(65 + a)}{chr(65 + b)}{r}"><v>1</v></c>' for a in range(26) for b in range(26)) + "</row>" for r in (1,)) + '<row r="2">' + "".join(f'<c r="A{chr(65 + a)}{chr(65 + b)}2"><v>1</v></c>' for a in range(26) for b in range(26)) + "</row>"), LIMIT, "columns"),
        Case("bomb-ratio.xlsx", with_part("xl/media/a.bin", b"\0" * (20 << 20)), LIMIT, "ratio"),
        Case("bomb-one-string.xlsx", book(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * (24 << 20)}</t></is></c></row>'), LIMIT, "ratio"),
        Case("many-members.xlsx", zipped({**packed, **{f"x/{n}": "" for n in range(2_100)}}), LIMIT, "members"),
        Case("long-directory.xlsx", zipped({**packed, **{f"x/{n:05d}{'y' * 4_000}": "" for n in range(1_100)}}), LIMIT, "directory_bytes"),
        Case("duplicate-member.xlsx", duplicate, CORRUPT),
        Case("locked-member.xlsx", bytes(locked), ENCRYPTED),
        Case("no-workbook.xlsx", with_part("xl/workbook.xml", None), ANY),
        Case("no-sheet-part.xlsx", with_part("xl/worksheets/sheet1.xml", None), CORRUPT),
        Case("no-sheets.xlsx", zipped(package_parts([])), CORRUPT),
        Case("sheet-not-xml.xlsx", book(raw="hello"), CORRUPT),
        Case("sheet-empty.xlsx", with_part("xl/worksheets/sheet1.xml", ""), CORRUPT),
        Case("sheet-cut.xlsx", book(raw=plain[:-30]), CORRUPT),
        Case("sheet-tags-crossed.xlsx", book(raw=plain.replace("</t></is>", "</is></t>")), CORRUPT),
        Case("sheet-two-roots.xlsx", book(raw=plain + "<x/>"), CORRUPT),
        Case("sheet-bad-utf8.xlsx", book(raw=plain.encode().replace("姓".encode(), b"\xff\xfe")), CORRUPT),
        Case("sheet-control-character.xlsx", book(raw=plain.replace("姓", "\x01")), CORRUPT),
        Case("sheet-unknown-entity.xlsx", book(raw=plain.replace("姓", "&nbsp;")), CORRUPT),
        Case("sheet-unquoted.xlsx", book(raw=plain.replace('r="A1"', "r=A1")), CORRUPT),
        Case("sheet-attribute-twice.xlsx", book(raw=plain.replace('r="A1"', 'r="A1" r="A1"')), CORRUPT),
        Case("sheet-unknown-prefix.xlsx", book(raw=plain.replace('<row r="1"', '<row r="1" q:z="1"')), CORRUPT),
        Case("sheet-bad-encoding.xlsx", book(raw=plain.replace("UTF-8", "KLINGON")), CORRUPT),
        Case("strings-cut.xlsx", book(strings=strings_xml("<si><t>甲</t></si>")[:-8]), CORRUPT),
        Case("empty.xlsx", b"", KIND),
        Case("zeros.xlsx", bytes(4096), KIND),
        Case("junk.xlsx", random.Random(1).randbytes(4096), KIND),
        Case("only-magic.xlsx", b"PK\x03\x04", CORRUPT),
        Case("empty-zip.xlsx", b"PK\x05\x06" + bytes(18), KIND),
        Case("pdf.xlsx", b"%PDF-1.7\n", KIND),
        Case("png.xls", b"\x89PNG\r\n\x1a\n" + bytes(64), KIND),
        Case("jpeg.xls", b"\xff\xd8\xff\xe0" + bytes(64), KIND),
        Case("rar.xlsx", b"Rar!\x1a\x07\x01\x00" + bytes(64), KIND),
        Case("seven-zip.xlsx", b"7z\xbc\xaf\x27\x1c" + bytes(64), KIND),
        Case("gzip.csv", gzip.compress(b"a,b\n"), KIND),
        Case("rtf.xls", b"{\\rtf1 x}", KIND),
        Case("docx.xlsx", zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}), KIND),
        Case("odt.ods", zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), KIND),
        Case("ole-junk.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(2).randbytes(2048), CORRUPT),
        Case("ole-only-magic.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", CORRUPT),
        Case("html-no-table.xls", b"<html><body>x</body></html>", CORRUPT),
        Case("html-huge-span.xls", b"<table><tr><td colspan=999999999 rowspan=999999999>a</td><td>b</td></tr></table>", ANY),
        Case("xml2003-cut.xls", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>', CORRUPT),
        Case("xml2003-far-index.xls", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row ss:Index="99999999"/></Table></Worksheet></Workbook>', LIMIT, "rows"),
        Case("other-xml.xml", b'<?xml version="1.0"?><note/>', KIND),
        Case("ods-junk.ods", zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x"}), ANY),
        Case("xlsb-junk.xlsb", zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "xx"}), ANY),
    ]  # fmt: skip


def lying_sizes():
    cases = []
    for name, offset, value in (
        ("small", 24, 10),
        ("large", 24, 1 << 28),
        ("packed-small", 20, 10),
        ("packed-large", 20, 1 << 20),
    ):
        content = bytearray(good())
        at = content.find(b"PK\x01\x02")
        while at >= 0:
            struct.pack_into("<L", content, at + offset, value)
            at = content.find(b"PK\x01\x02", at + 4)
        cases.append(Case(f"lying-{name}.xlsx", bytes(content), ANY))
    return cases


def fuzz():
    chance = random.Random(20261124)
    biff = next(case.content for case in other_writers() if case.name == "biff.xls")
    rich = book(
        table_rows() + '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3"><v>12.5</v></c></row>',
        strings=strings_xml("<si><t>甲</t></si>"),
    )
    cases = [Case(f"cut-at-{at}.xlsx", rich[:at], ANY) for at in range(64, len(rich), max(64, len(rich) // 24))]
    cases += [Case(f"cut-at-{at}.xls", biff[:at], ANY) for at in range(256, len(biff), 512)]
    for number in range(30):
        flipped = bytearray(rich)
        for _ in range(chance.randint(1, 6)):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        cases.append(Case(f"flip-{number}.xlsx", bytes(flipped), ANY))
    for number in range(12):
        flipped = bytearray(biff)
        for _ in range(chance.randint(1, 6)):
            flipped[chance.randrange(512, len(flipped))] ^= 1 << chance.randrange(8)
        cases.append(Case(f"flip-{number}.xls", bytes(flipped), ANY))
    plain = sheet_xml(table_rows()).encode()
    for number in range(30):  # inside the part, where no checksum of the zip helps
        flipped = bytearray(plain)
        for _ in range(chance.randint(1, 3)):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(7)
        cases.append(Case(f"inner-flip-{number}.xlsx", book(raw=bytes(flipped)), ANY))
    return cases


def all_cases():
    return odd_but_good() + other_writers() + text_oddities() + hostile() + lying_sizes() + fuzz()
