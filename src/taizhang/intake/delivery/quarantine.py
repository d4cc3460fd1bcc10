"""What was not taken, said so that the sender can put it right: what, where, why, and what to do.

The texts are stored in Simplified Chinese, a line a sentence; errors.yaml holds the other languages for whoever reads them.
"""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from taizhang.intake.delivery.facts import SheetFacts
from taizhang.intake.delivery.schemas import QUARANTINE
from taizhang.intake.mapping import column_letter
from taizhang.intake.raw import RawBlock

WHAT = {
    "SR-HEADER-NOT-FOUND": "没有找到表头，整张工作表未采用。",
    "SR-HEADER-AMBIGUOUS": "有列的含义不能确定，整张工作表未采用。",
    "SR-HEADER-MISSING": "缺少识别人员所必需的列，整张工作表未采用。",
    "SR-COLUMN-SHIFT": "列的值与表头不符，像是整列错位，整张工作表未采用。",
    "SR-COLUMN-VALUES": "列的值与表头不符，整张工作表未采用。",
    "SR-SHEET-HIDDEN": "隐藏的工作表看起来是数据，未采用。",
    "SR-HOUSEHOLD-RUNS": "户的先后次序不可靠：人员已采用，按次序推断的户关系未采用。",
    "OTHER-HEADER": "数据中间出现了另一种表头，该行未采用。",
}
_WHY = {
    "SR-HOUSEHOLD-RUNS": "{detail}，按行序向下填户号会把人填到别人家。",
    "OTHER-HEADER": "同一段里有两种列的排法。",
}
_HINT = {
    "SR-HOUSEHOLD-RUNS": "请在每一行填写户编号，或按户排列（户主在前，其家庭成员紧随其后）后重新报送。",
    "SR-HEADER-NOT-FOUND": "请保留一行完整的表头；若该表不是数据，可不处理。",
    "SR-COLUMN-SHIFT": "请核对该列与相邻列是否错位，更正后重新报送。",
    "OTHER-HEADER": "请把两种表分放在两个工作表后重新报送。",
}
_DEFAULT_HINT = (
    "请编辑数据目录 mappings 下该版式的对应表，核对各列，在“确认”处写上姓名，再运行 taizhang sweep；"
    "有办公系统的，在“来源与报送”里等待说明的版式上回答。"
)
COUNTED = {
    "orphans": "{n}行家庭成员前面没有户主",
    "two_spouses": "{n}户有两个以上配偶",
    "large": "{n}户超过9人",
    "strange_surnames": "{n}名子女的姓与同户的人都不同",
    "no_head_rows": "没有“户主”行",
    "lost_heads": "{n}处疑似漏了户主行",
    "doubtful_rows": "{n}行归属存疑",
}


def explain_sheet(facts: SheetFacts, questions: tuple[tuple[str, str], ...]) -> pa.Table:
    """One line for a whole sheet: the first question's code, all questions as the reason."""
    code = questions[0][0] if questions else "SR-HEADER-AMBIGUOUS"
    why = "\n".join(message for _, message in questions if message)
    if code in _WHY:
        detail = "、".join(COUNTED[name].format(n=number) for name, number in facts.households_why.items())
        why = _WHY[code].format(detail=detail)
    rows = facts.counts.kept if code == "SR-HOUSEHOLD-RUNS" else facts.counts.quarantined
    return _table(
        [
            {
                "sheet_no": facts.no,
                "rows": rows,
                "reason": code,
                "what": WHAT.get(code, "整张工作表未采用。"),
                "where": f"《{facts.name}》",
                "why": why,
                "hint": _HINT.get(code, _DEFAULT_HINT),
            }
        ]
    )


def explain_rows(facts: SheetFacts, block: RawBlock, rows: npt.NDArray[np.bool_]) -> pa.Table:
    """One line a row, with its cells as they stand."""
    lines = []
    for at in np.flatnonzero(rows).tolist():
        number = int(block.row_numbers[at])
        cells = {
            column_letter(index): text
            for index, column in sorted(block.columns.items())
            if (text := column.text[at].as_py()) is not None
        }
        lines.append(
            {
                "sheet_no": facts.no,
                "row_no": number,
                "rows": 1,
                "reason": "OTHER-HEADER",
                "raw": json.dumps(cells, ensure_ascii=False),
                "what": WHAT["OTHER-HEADER"],
                "where": f"《{facts.name}》第{number}行",
                "why": _WHY["OTHER-HEADER"],
                "hint": _HINT["OTHER-HEADER"],
            }
        )
    return _table(lines)


def _table(lines: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(lines, schema=QUARANTINE)
