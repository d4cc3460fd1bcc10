"""A ledger delivered again in other files, sheets, rows and columns says the same: every finding stays what it was."""

import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1]))  # the builder of the small county lives there

import pyarrow.parquet as pq

import smallcounty
from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.sweep import sweep

FIRST, AGAIN = date(2020, 2, 19), date(2020, 2, 20)  # nobody has a birthday between them
VILLAGES = ("石子坪村", "柏树村")
HEADER = (*smallcounty.HEADER, "出生日期", "民族", "联系电话")
TITLES = ("", "龙亭镇贫困人口花名册", "二〇二〇年人员信息表")
few = settings(
    max_examples=2,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # no shrinking: every try reads and sweeps two deliveries
    suppress_health_check=[HealthCheck.too_slow],
)


def right(person):
    """A right row with what else ledgers say; the first half of the households live in one village."""
    row = smallcounty.row(person)
    number = row["证件号码"]
    return row | {
        "行政村": VILLAGES[person >= smallcounty.PERSONS // 2],
        "出生日期": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "民族": "汉族",
        "联系电话": f"1390916{1000 + person:04d}",
    }


def _other_digit(row):
    text = row["证件号码"]
    return row | {"证件号码": text[:15] + str((int(text[15]) + 3) % 10) + text[16:]}


def _crossed(row):
    text = row["证件号码"]
    at = next(place for place in range(8, 16) if text[place] != text[place + 1])
    return row | {"证件号码": text[:at] + text[at + 1] + text[at] + text[at + 2 :]}


DAMAGES = {
    "digit": _other_digit,
    "crossed": _crossed,
    "truncated": lambda row: row | {"证件号码": row["证件号码"][:15] + "000"},
    "no number": lambda row: row | {"证件号码": ""},
    "another's number": lambda row: row | {"证件号码": smallcounty.number(3)},
    "other name": lambda row: row | {"姓名": row["姓名"][0] + "天佑"},
    "lost character": lambda row: row | {"姓名": row["姓名"][:-1] + "?"},
    "other sex": lambda row: row | {"性别": "女" if row["性别"] == "男" else "男"},
    "other birth": lambda row: row | {"出生日期": "1901-05-05"},
    "stale head": lambda row: row | {"户主姓名": "欧阳旧主"},
    "two heads": lambda row: row | {"与户主关系": "户主"},
    "unknown label": lambda row: row | {"健康状况": "挺好"},
    "household elsewhere": lambda row: row | {"户编号": "6107100099"},
    "number of a phone": lambda row: row | {"联系电话": "12"},
}


def _damaged(row, kind):
    """The rows that stand in place of a right one."""
    if kind == "absent":
        return []
    return [row, dict(row)] if kind == "twice" else [DAMAGES[kind](row)]


@st.composite
def ledgers(draw):
    """Rows by source, a third of the persons damaged in one of them; some left out, some twice."""
    told = {
        source: {person: [right(person)] for person in range(smallcounty.PERSONS)} for source in smallcounty.SOURCES
    }
    persons = draw(st.lists(st.sampled_from(range(4, smallcounty.PERSONS)), unique=True, min_size=6, max_size=13))
    for person in persons:
        source, kind = draw(st.sampled_from(smallcounty.SOURCES)), draw(st.sampled_from([*DAMAGES, "absent", "twice"]))
        note(f"{source} {person} {kind}")
        told[source][person] = _damaged(right(person), kind)
    return {source: [row for rows in people.values() for row in rows] for source, people in told.items()}


def write(folder: Path, rows, random) -> None:
    """The rows in some files of some sheets, in any order of rows and columns, under any name."""
    shuffled = random.sample(rows, len(rows))
    parts = list(_parts(shuffled, random.choice((1, 1, 2, 3)), random))
    folder.mkdir(parents=True)
    for number, part in enumerate(parts):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for sheet, lines in enumerate(_parts(part, random.choice((1, 2)), random)):
            page = book.create_sheet(random.choice((f"第{sheet + 1}页", f"名单{sheet}", f"Sheet{sheet + 5}")))
            header = random.sample(HEADER, len(HEADER))
            if title := random.choice(TITLES):
                page.append([title])
            page.append(header)
            for line in lines:
                page.append([line[column] for column in header])
        book.save(folder / f"{random.choice(('花名册', '上报', '最终版', '2月'))}{number}.xlsx")


def _parts(rows, count, random) -> Iterator[list]:
    cuts = sorted(random.sample(range(1, len(rows)), count - 1)) if len(rows) > count else []
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        yield rows[start:end]


def swept(county):
    """Take in what is there and sweep; the findings."""
    book = load_county(county)
    take_in(book)
    return pq.read_table(sweep(book).folder / "findings.parquet").to_pylist()


@pytest.mark.slow
@few
@given(ledgers(), st.randoms(use_true_random=False))
def test_a_ledger_delivered_again_in_another_shape_changes_no_finding(told, random):
    with tempfile.TemporaryDirectory(prefix="redelivery-law-") as made:
        folder = Path(made)
        county = smallcounty.county_file(folder)
        for source, rows in told.items():
            write(folder / "inbox" / source / FIRST.isoformat(), rows, random)
        first = swept(county)
        for source, rows in told.items():
            write(folder / "inbox" / source / AGAIN.isoformat(), rows, random)
        second = swept(county)

    assert [(one["finding_id"], one["rule"]) for one in second] == [(one["finding_id"], one["rule"]) for one in first]
    assert {(one["delta"], one["observation"]) for one in second} == {("persisting", "hit")}
