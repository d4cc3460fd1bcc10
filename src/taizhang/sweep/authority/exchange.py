"""The files that go to the authority and come back: a workbook or CSV with one row a pair.

An answer file is a stranger's file: it is read in the child process, and taken whole or not at all. It is refused when
its batch was not asked for here (foreign), when it comes after the due day (late), or when any row names a reference,
number or name that was not asked about so (tampered): then no row of it can be trusted.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import ClassVar

import xlsxwriter

from taizhang.errors import UserError
from taizhang.intake.child import Refused, run_in_child
from taizhang.intake.model import label_key
from taizhang.intake.readers import open_workbook
from taizhang.sweep.authority.answers import Answer, AuthorityAnswer
from taizhang.sweep.authority.requests import Pair, Request, request_of

HEADINGS = ("批次号", "序号", "用途", "证件号码", "姓名", "核验结果")
_WIDTHS = (22, 14, 24, 22, 16, 16)
WORDS = {
    Answer.MATCH: ("一致", "相符", "匹配", "号码与姓名一致", "match"),
    Answer.MISMATCH: ("不一致", "不符", "不匹配", "号码存在但与姓名不符", "姓名不符", "mismatch"),
    Answer.NOT_FOUND: ("库中无此号", "无此号", "查无此号", "号码不存在", "not found"),
    Answer.DUPLICATE: ("号码重复", "重号", "duplicate"),
    Answer.DECEASED: ("已注销", "已死亡", "死亡", "注销", "死亡注销", "deceased", "cancelled"),
    Answer.UNAVAILABLE: ("无回复", "未答复", "无法核验", "unavailable"),
}
"""What an authority may write into the last column; a blank is no answer."""
_MEANINGS = {label_key(word): answer for answer, words in WORDS.items() for word in words}


class AnswerRefused(UserError):
    """An answer file of the authority is foreign, late, tampered with, or no answer file; nothing of it was taken."""

    code: ClassVar[str] = "E-AUTHORITY-ANSWER"


def write_request_file(request: Request, path: Path) -> None:
    """Write the batch for the authority, as .xlsx or .csv by the ending; readable by its owner only.

    Raises ValueError for another ending.
    """
    rows = [(request.batch, pair.ref, request.purpose, pair.id_no, pair.name, "") for pair in request.pairs]
    path.touch(mode=0o600)
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([HEADINGS, *rows])
    elif path.suffix.lower() == ".xlsx":
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_numbers": False}) as book:
            sheet = book.add_worksheet("核验")
            text = book.add_format({"num_format": "@"})
            for column, width in enumerate(_WIDTHS):
                sheet.set_column(column, column, width, text)
            for number, row in enumerate([HEADINGS, *rows]):
                for column, value in enumerate(row):
                    sheet.write_string(number, column, value, text)
            choices = [words[0] for words in WORDS.values()]
            last = len(HEADINGS) - 1
            sheet.data_validation(1, last, len(rows), last, {"validate": "list", "source": choices})
            sheet.freeze_panes(1, 0)
    else:
        raise ValueError(path.suffix)


def read_answer_file(data: Path, path: Path, *, received_on: date) -> list[AuthorityAnswer]:
    """The answers of a file, in the order of their rows; rows left blank are no answers.

    data: the county's lake, which knows what was asked. Raises AnswerRefused.
    """
    rows = run_in_child(read_rows, path)
    if isinstance(rows, Refused):
        raise AnswerRefused("答复文件不能读取。", where=path.name, hint="请答复单位另存为 .xlsx 或 .csv 后重新取回。")
    columns = _columns(rows, path)
    body = [[row[at] if at < len(row) else "" for at in columns] for row in rows[1:] if any(row)]
    batches = {row[0] for row in body}
    request = request_of(data, batches.pop()) if len(batches) == 1 else None
    if request is None:
        raise AnswerRefused(
            "答复文件不是本县提请的批次。", where=path.name, hint="核对批次号；一个文件只能答复一个批次。"
        )
    if received_on > request.due_on:
        raise AnswerRefused(
            "答复已过期限。", where=f"{path.name}，批次 {request.batch}", why=f"期限：{request.due_on.isoformat()}",
            hint="重新提请核验：taizhang authority request。",
        )  # fmt: skip
    return _answers(request, body, path, received_on)


def read_rows(path: Path) -> list[list[str]]:
    """All cells of the first sheet that has rows, as text; for the child process."""
    for sheet in open_workbook(path).sheets():
        rows: list[list[str]] = []
        for block in sheet.blocks():
            width = max(block.columns, default=-1) + 1
            empty = [None] * len(block.row_numbers)
            columns = [block.columns[n].text.to_pylist() if n in block.columns else empty for n in range(width)]
            rows += [[(value or "").strip() for value in row] for row in zip(*columns, strict=True)]
        if rows:
            return rows
    return []


def _columns(rows: Sequence[Sequence[str]], path: Path) -> list[int]:
    header = [label_key(cell) for cell in rows[0]] if rows else []
    wanted = [label_key(name) for name in HEADINGS if name != "用途"]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise AnswerRefused(
            "不是核验答复文件。",
            where=path.name,
            why=f"缺少列：{'、'.join(missing)}",
            hint="保留提请文件的表头，只填“核验结果”一列。",
        )
    return [header.index(name) for name in wanted]


def _answers(request: Request, body: Sequence[Sequence[str]], path: Path, day: date) -> list[AuthorityAnswer]:
    asked: Mapping[str, Pair] = {pair.ref: pair for pair in request.pairs}
    found: dict[str, AuthorityAnswer] = {}
    for number, (_, ref, id_no, name, said) in enumerate(body, start=2):
        where = f"{path.name} 第{number}行"
        pair = asked.get(ref)
        if pair is None or (pair.id_no, pair.name) != (id_no, name) or ref in found:
            raise AnswerRefused(
                "答复文件的内容与提请的不同。", where=where, why="序号、证件号码或姓名被改动，或一行答复了两次。",
                hint="整个文件未采用。请答复单位在原文件上只填“核验结果”，号码列保持文本格式。",
            )  # fmt: skip
        if not said:
            continue
        answer = _MEANINGS.get(label_key(said))
        if answer is None:
            raise AnswerRefused(
                "看不懂的核验结果。",
                where=where,
                hint=f"可填：{'、'.join(words[0] for words in WORDS.values())}。整个文件未采用。",
            )
        key, name_key = pair.key
        found[ref] = AuthorityAnswer(key, name_key, answer, day, request.batch)
    return list(found.values())
