"""What reading a large workbook holds at once, in a process of its own: the aim is 100 MB, 64 of them imports."""

import json
import os
import subprocess
import sys

import pytest
from sheetfiles import package_parts, sheet_xml, strings_xml, write_package

ROWS, COLUMNS = 16_000, 20
MOST = 29 << 10  # kB above what the imports hold; with blocks of 8192 rows expat needs 35
PROBE = """
import json, re, sys
from pathlib import Path
from taizhang.intake.lean_arrow import spare_optional_imports
from taizhang.intake.preflight import Limits
from taizhang.intake.readers import BLOCK_ROWS
from taizhang.intake.readers.xlsx import XlsxWorkbook

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

spare_optional_imports()
before = peak()
rows = 0
for sheet in XlsxWorkbook(Path(sys.argv[1]), Limits(), BLOCK_ROWS, vector=sys.argv[2] == "vector").sheets():
    rows += sum(len(block.row_numbers) for block in sheet.blocks())
print(json.dumps([rows, peak() - before, "pandas" in sys.modules and sys.modules["pandas"] is not None]))
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A workbook with as many shared strings as a register of people has: three of a row are its own."""
    cells = [f'<c r="{chr(65 + at)}{{row}}" t="s"><v>{{{at}}}</v></c>' for at in range(3)]
    cells += [f'<c r="{chr(65 + at)}{{row}}"><v>{at}</v></c>' for at in range(3, COLUMNS)]
    line = '<row r="{row}">' + "".join(cells) + "</row>"
    rows = "".join(line.format(3 * at, 3 * at + 1, 3 * at + 2, row=at + 1) for at in range(ROWS))
    strings = strings_xml(*(f"<si><t>61072319700101{at:06d}</t></si>" for at in range(3 * ROWS)))
    folder = tmp_path_factory.mktemp("memory")
    return write_package(folder / "大.xlsx", package_parts([sheet_xml(rows)], strings=strings))


@pytest.mark.parametrize("way", ["vector", "expat"])
def test_a_large_workbook_is_read_in_little_memory(book, way):
    surroundings = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"}  # as in the child process

    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(book), way], check=True, capture_output=True, text=True, env=surroundings
    )
    rows, held, pandas_loaded = json.loads(done.stdout)

    assert rows == ROWS
    assert held < MOST
    assert not pandas_loaded
