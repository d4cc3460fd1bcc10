"""How the three systems write their files: national export, city platform, app pushes."""

from pathlib import Path
from typing import NamedTuple

from taizhang.sample.chance import stream
from taizhang.sample.layouts import APP, CITY, EXITED_2019, NATIONAL_2021
from taizhang.sample.places import COUNTY_NAME
from taizhang.sample.sheets import Sheet, column_letter, write_csv, write_html, write_xlsx
from taizhang.sample.views import View

HTML_EVERY = 6  # of the city's town files, one in so many is the HTML table that the platform names .xls
REPEATED_PUSHES = 100  # one push record in so many comes twice


class Place(NamedTuple):
    """Where a slot of a view stands: file name as in the delivery, sheet name ("" in files without), spreadsheet row."""

    file: str
    sheet: str
    row: int


class Occasion(NamedTuple):
    """One delivery of one source.

    folder: exists. day: YYYYMMDD. relayout: the national system changed its export for this delivery.
    """

    folder: Path
    seed: int
    delivery: int
    day: str
    relayout: bool = False


class Written(NamedTuple):
    """What a writer tells: the place of every slot, and places where a slot stands once more."""

    places: list[Place]
    repeats: tuple[tuple[int, Place], ...] = ()


def write_national(view: View, occasion: Occasion) -> Written:
    """One workbook, header on row 1, every cell text."""
    layout = EXITED_2019 if occasion.relayout else NATIONAL_2021
    title = "已脱贫人口信息" if occasion.relayout else "人员信息"
    name = f"全国扶贫开发信息系统{title}_{occasion.day}.xlsx"
    sheet = Sheet("Sheet1", [[header for header, _ in layout]], [view.column(field) for _, field in layout])
    write_xlsx(occasion.folder / name, [sheet])
    return Written([Place(name, sheet.name, row) for row in range(2, 2 + len(view.person))])


def write_city(view: View, occasion: Occasion) -> Written:
    """One workbook a town, two title rows, dates with hyphens; some towns as HTML named .xls."""
    columns = [view.column(field) for _, field in CITY]
    birth = [field for _, field in CITY].index("birth_date")
    columns[birth] = [with_hyphens(text) for text in columns[birth]]
    towns: dict[str, list[int]] = {}
    for slot, village in enumerate(view.village):
        towns.setdefault(view.population.villages[village].town_name, []).append(slot)
    places: dict[int, Place] = {}
    for number, (town, slots) in enumerate(sorted(towns.items())):
        above = [
            [f"互联网+精准扶贫 {COUNTY_NAME}{town}贫困人口信息"],
            [f"导出日期：{occasion.day}"],
            [header for header, _ in CITY],
        ]
        merges = [f"A1:{column_letter(len(CITY) - 1)}1"]
        sheet = Sheet("人员信息", above, [[column[slot] for slot in slots] for column in columns], merges=merges)
        as_html = number % HTML_EVERY == HTML_EVERY - 2
        name = f"{town}_人员信息.{'xls' if as_html else 'xlsx'}"
        if as_html:
            write_html(occasion.folder / name, sheet)
        else:
            write_xlsx(occasion.folder / name, [sheet])
        for row, slot in enumerate(slots):
            places[slot] = Place(name, "" if as_html else sheet.name, sheet.first_row + row)
    return Written([places[slot] for slot in range(len(view.person))])


def write_app(view: View, occasion: Occasion) -> Written:
    """One CSV of pushed member records in UTF-8; some records come twice, at the end."""
    chance = stream(occasion.seed, "app", occasion.delivery)
    count = len(view.person)
    twice = sorted(chance.choice(count, size=count // REPEATED_PUSHES, replace=False).tolist())
    slots = [*range(count), *twice]
    written = [view.column(field) for _, field in APP]
    columns = [[f"P{slot:08d}" for slot in slots], *([column[slot] for slot in slots] for column in written)]
    name = f"app推送记录_{occasion.day}.csv"
    header = ["记录编号", *(header for header, _ in APP)]
    write_csv(occasion.folder / name, Sheet("", [header], columns), "utf-8")
    repeats = tuple((slot, Place(name, "", count + 2 + number)) for number, slot in enumerate(twice))
    return Written([Place(name, "", row) for row in range(2, 2 + count)], repeats)


def with_hyphens(text: str) -> str:
    """``19800203`` → ``1980-02-03``; anything else stays."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else text
