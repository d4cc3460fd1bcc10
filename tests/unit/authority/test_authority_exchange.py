"""Requests hold what must be asked and why; answers come back whole, in time and from whom they were asked, or not at all."""

import csv
import stat
from datetime import date, timedelta

import openpyxl
import pytest
from ledgers import SON, SPOUSE, name, number

from taizhang.sweep.authority import Answer, AnswerRefused, keep_answers, make_request, read_answer_file, read_answers
from taizhang.sweep.authority.exchange import write_request_file
from taizhang.sweep.authority.requests import NothingToAsk, open_requests

DAY = date(2020, 3, 1)
PAIRS = [(number(1, SON), name(1, SON)), (number(1, SPOUSE), name(1, SPOUSE))]


@pytest.fixture
def request_(tmp_path):
    return make_request(tmp_path, PAIRS, purpose="核实户主身份", asked_on=DAY)


def rows_of(path):
    """The rows of a request file."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.reader(stream))
    return [
        ["" if v is None else v for v in row] for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    ]


def answered(tmp_path, request, words, *, suffix=".csv", change=lambda rows: rows):
    """An answer file: the request file with words in its last column, and what somebody else did to it."""
    path = tmp_path / f"答复{suffix}"
    write_request_file(request, path)
    rows = rows_of(path)
    for row, word in zip(rows[1:], words, strict=True):
        row[-1] = word
    rows = change(rows)
    if suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as stream:
            csv.writer(stream).writerows(rows)
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_request_says_batch_purpose_number_and_name_and_is_private(tmp_path, request_, suffix):
    path = tmp_path / f"提请{suffix}"

    write_request_file(request_, path)

    header, *rows = rows_of(path)
    assert header == ["批次号", "序号", "用途", "证件号码", "姓名", "核验结果"]
    assert [(row[3], row[4]) for row in rows] == PAIRS
    assert {(row[0], row[2], row[5]) for row in rows} == {(request_.batch, "核实户主身份", "")}
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_nothing_is_asked_without_pairs_or_purpose(tmp_path):
    with pytest.raises(NothingToAsk):
        make_request(tmp_path, [], purpose="核实", asked_on=DAY)
    with pytest.raises(ValueError, match="purpose"):
        make_request(tmp_path, PAIRS, purpose="  ", asked_on=DAY)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_answers_come_back_by_pair(tmp_path, request_, suffix):
    path = answered(tmp_path, request_, ["一致", "库中无此号"], suffix=suffix)

    answers = read_answer_file(tmp_path, path, received_on=DAY)

    assert [one.answer for one in answers] == [Answer.MATCH, Answer.NOT_FOUND]
    assert [(one.id_key, one.name_id) for one in answers] == [pair.key for pair in request_.pairs]
    assert {one.batch for one in answers} == {request_.batch}


def test_a_row_left_blank_is_no_answer(tmp_path, request_):
    path = answered(tmp_path, request_, ["", "不一致"])

    assert [one.answer for one in read_answer_file(tmp_path, path, received_on=DAY)] == [Answer.MISMATCH]


def _cell(row, column, value):
    def change(rows):
        rows[row][column] = value
        return rows

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_cell(1, 3, number(2, SON)), "与提请的不同"),
        (_cell(1, 4, "李四"), "与提请的不同"),
        (_cell(1, 1, "00001-AAAAA"), "与提请的不同"),
        (lambda rows: [*rows, rows[1]], "与提请的不同"),
        (_cell(1, 5, "大概吧"), "看不懂"),
        (_cell(1, 0, "AU-20200301-ZZZZZZ"), "不是本县"),
        (lambda rows: [[*row[:3], *row[4:]] for row in rows], "不是核验答复文件"),
        (lambda rows: [[row[0].replace("AU-", "../AU-"), *row[1:]] for row in rows], "不是本县"),
        (lambda _: [], "不能读取"),
    ],
    ids=["number", "name", "reference", "twice", "word", "two-batches", "column", "path", "empty"],
)
def test_a_file_somebody_changed_is_refused_whole(tmp_path, request_, change, said):
    path = answered(tmp_path, request_, ["一致", "一致"], change=change)

    with pytest.raises(AnswerRefused, match=said) as refused:
        read_answer_file(tmp_path, path, received_on=DAY)

    assert not any(asked in str(refused.value) for pair in PAIRS for asked in pair)


def test_a_foreign_batch_is_refused(tmp_path, request_):
    elsewhere = tmp_path / "elsewhere"
    path = answered(tmp_path, request_, ["一致", "一致"])

    with pytest.raises(AnswerRefused, match="不是本县"):
        read_answer_file(elsewhere, path, received_on=DAY)


@pytest.mark.parametrize(("days", "is_late"), [(30, False), (31, True)])
def test_an_answer_is_late_the_day_after_it_was_due(tmp_path, request_, days, is_late):
    path = answered(tmp_path, request_, ["一致", "一致"])
    day = DAY + timedelta(days=days)

    if is_late:
        with pytest.raises(AnswerRefused, match="过期限"):
            read_answer_file(tmp_path, path, received_on=day)
    else:
        assert len(read_answer_file(tmp_path, path, received_on=day)) == 2


def test_what_is_no_workbook_is_refused_with_words(tmp_path, request_):
    path = tmp_path / "答复.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")

    with pytest.raises(AnswerRefused, match="不能读取"):
        read_answer_file(tmp_path, path, received_on=DAY)


def test_the_later_answer_stands_and_silence_takes_nothing_back(tmp_path, request_):
    first, second = (
        read_answer_file(tmp_path, answered(tmp_path, request_, words), received_on=day)
        for words, day in ((["不一致", "一致"], DAY), (["一致", "未答复"], DAY + timedelta(days=1)))
    )

    keep_answers(tmp_path, first)
    keep_answers(tmp_path, second)

    kept = {(one.id_key, one.name_id): one.answer for one in read_answers(tmp_path)}
    assert [kept[pair.key] for pair in request_.pairs] == [Answer.MATCH, Answer.MATCH]


def test_a_request_stays_open_until_it_is_due(tmp_path, request_):
    assert open_requests(tmp_path, request_.due_on) == [request_]
    assert open_requests(tmp_path, request_.due_on + timedelta(days=1)) == []
