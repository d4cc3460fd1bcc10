"""The document about mapping files says what the program does."""

import re
from pathlib import Path

from taizhang.intake.mapping import parse_mapping
from taizhang.intake.model import TABLES

DOCUMENT = Path(__file__).parents[3] / "docs" / "formats" / "mapping-file.md"


def test_the_example_of_the_document_is_a_mapping_file():
    example = re.search(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL).group(1)

    mapping = parse_mapping(example)

    assert mapping.columns["家庭成员 / 证照号"] == "id_no"
    assert mapping.columns["配偶姓名"] is None
    assert mapping.units == {"工资性收入": "万元"}


def test_the_document_names_every_table():
    text = DOCUMENT.read_text(encoding="utf-8")

    assert [name for name, table in TABLES.items() if f"`{name}` {table.zh}" not in text] == []
