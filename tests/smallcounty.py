"""A county of forty persons in plain CSV files, so that a test can say exactly what each source delivers."""

import csv
from pathlib import Path

from taizhang.identity.numbers import check_digit

HEADER = ("镇街", "行政村", "户编号", "户主姓名", "姓名", "性别", "证件号码", "与户主关系", "健康状况")
_SURNAMES = "赵钱孙李周吴郑冯"
_GIVEN = ("秀英", "建国", "桂兰", "志强", "玉珍")
PERSONS, HOUSEHOLD = 40, 4
SOURCES = ("national", "city", "ledger")


def number(person):
    """A valid made-up number of a person: parents in their sixties, children in their thirties; even persons are men."""
    year = (1950, 1952, 1980, 1983)[person % HOUSEHOLD] + person // HOUSEHOLD
    order = 2 * (person * 7 % 400) + (101 if person % 2 == 0 else 102)
    first = f"612323{year}{person % 12 + 1:02d}{person % 27 + 1:02d}{order}"
    return first + check_digit(first)


def digits_swapped(person):
    """The number with its 15th and 16th characters swapped: no longer valid."""
    text = number(person)
    return text[:14] + text[15] + text[14] + text[16:]


def name(person):
    """A name; no two persons of the county share one."""
    return _SURNAMES[person % 8] + _GIVEN[person // 8]


def row(person):
    """A right row."""
    head = person - person % HOUSEHOLD
    relation = "户主" if person == head else ("配偶", "之子", "之女")[person % HOUSEHOLD - 1]
    return {
        "镇街": "龙亭镇",
        "行政村": "石子坪村",
        "户编号": f"61071000{head // HOUSEHOLD:02d}",
        "户主姓名": name(head),
        "姓名": name(person),
        "性别": "男" if person % 2 == 0 else "女",
        "证件号码": number(person),
        "与户主关系": relation,
        "健康状况": "健康",
    }


def rows(persons=range(PERSONS), **changes):
    """Rows of these persons; `changes`: p7={"证件号码": ...} changes the row of person 7."""
    return [row(person) | changes.get(f"p{person}", {}) for person in persons]


def deliver(county, source, day, lines, *, file="人员信息.csv"):
    """Put a file into an inbox."""
    path = Path(county) / "inbox" / source / day / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER)
        writer.writeheader()
        writer.writerows(lines)
    return path


def county_file(folder, sources=SOURCES, *, data="data", more=""):
    """Write a county file; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    told = "".join(
        f'\n[[source]]\nid = "{one}"\nkind = "{one}"\ntitle = "{one} 台账"\nfolder = "inbox/{one}"\n' for one in sources
    )
    path = folder / "county.toml"
    path.write_text(f'[county]\ncode = "610723"\nname = "洋县"\ndata = "{data}"\n{told}{more}', "utf-8")
    return path
