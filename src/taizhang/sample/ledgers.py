"""How village keepers write their ledgers: every village in its own manner, kept over the deliveries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taizhang.sample.chance import Chance, pick, stream
from taizhang.sample.knowledge import characters
from taizhang.sample.offices import Occasion, Place, Written, with_hyphens
from taizhang.sample.places import Village
from taizhang.sample.sheets import Sheet, column_letter, write_csv, write_html, write_xlsx
from taizhang.sample.views import View

# (parent header or "", header, field or ""); parents are merged over their columns
LEDGER: tuple[tuple[str, str, str], ...] = (
    ("", "序号", "number"),
    ("户主信息", "户编号", "household_no"),
    ("户主信息", "户主姓名", "head_name"),
    ("家庭成员", "姓名", "name"),
    ("家庭成员", "性别", "sex"),
    ("家庭成员", "出生年月日", "birth_date"),
    ("家庭成员", "身份证号码", "id_no"),
    ("家庭成员", "与户主关系", "relation_to_head"),
    ("家庭成员", "民族", "ethnic_group"),
    ("家庭成员", "文化程度", "education"),
    ("家庭成员", "健康状况", "health"),
    ("家庭成员", "劳动能力", "labour_ability"),
    ("", "联系电话", "household_phone"),
    ("", "帮扶责任人", "helper"),
    ("", "备注", "remark"),
)
PARENTS = {"户主信息": ("户主信息", "户信息", "家庭基本情况"), "家庭成员": ("家庭成员", "家庭成员信息", "成员情况")}
PLAIN_HEADERS = {"household_phone": "户联系电话"}  # where no parent says whose telephone it is
ON_HEAD_ROW = ("household_no", "head_name", "household_phone", "helper")
DATE_FORMS: tuple[Callable[[str], str], ...] = (
    with_hyphens,
    lambda text: text,
    lambda text: f"{text[:4]}.{int(text[4:6])}.{int(text[6:])}" if text.isdigit() else text,
    lambda text: f"{text[:4]}/{int(text[4:6])}/{int(text[6:])}" if text.isdigit() else text,
    lambda text: f"{text[:4]}年{int(text[4:6])}月{int(text[6:])}日" if text.isdigit() else text,
)
REMARKS = ("外出务工", "已搬迁入住", "慢病签约", "春节返乡", "电话已核")
HELPERS = ("赵干部", "孙干部", "周干部", "吴干部", "郑干部")
CODE_LIST = [
    ["与户主关系", "性别"],
    ["户主", "男"],
    ["配偶", "女"],
    ["之子", ""],
    ["之女", ""],
    ["之母", ""],
    ["其他", ""],
]


@dataclass(frozen=True, slots=True)
class Style:
    """One keeper's manner.

    kind: "xlsx", "groups" (a sheet for every group), "csv" (GBK, so that rare characters are lost), "html" (.xls).
    """

    kind: str
    two_row_header: bool
    number_row: bool
    owner_row: bool
    birth: bool
    helper: bool
    same_as_above: bool
    every_row: bool
    merged_cells: bool
    repeated_header: bool
    totals: bool
    signature: bool
    code_list: bool
    hidden_share: float
    date_form: int
    title: int

    @property
    def loses_rare(self) -> bool:
        """Characters outside GBK become question marks in this keeper's files."""
        return self.kind == "csv"

    @property
    def has_cell_types(self) -> bool:
        """The file says whether a cell is a number."""
        return self.kind in ("xlsx", "groups")


def style_of(seed: int, village: int) -> Style:
    """The manner of a village's keeper, the same in every delivery."""
    chance = stream(seed, "ledger style", village)
    draw = chance.random(16).tolist()
    kind = "csv" if draw[0] < 0.12 else "html" if draw[0] < 0.2 else "groups" if draw[0] < 0.32 else "xlsx"
    plain = kind in ("csv", "html")
    return Style(
        kind=kind,
        two_row_header=draw[1] < 0.55 and not plain,
        number_row=draw[2] < 0.3 and not plain,
        owner_row=draw[3] < 0.3,
        birth=draw[4] < 0.4,
        helper=draw[5] < 0.35,
        same_as_above=draw[6] < 0.15,
        every_row=draw[7] < 0.25,
        merged_cells=draw[8] < 0.2 and not plain,
        repeated_header=draw[9] < 0.15,
        totals=draw[10] < 0.4,
        signature=draw[11] < 0.6,
        code_list=draw[12] < 0.3 and not plain,
        hidden_share=0.03 if draw[13] < 0.2 and not plain else 0.0,
        date_form=int(draw[14] * len(DATE_FORMS)),
        title=int(draw[15] * 3),
    )


def written_whole(style: Style, text: str) -> bool:
    """True when this keeper's files can hold the text unchanged."""
    if not style.loses_rare:
        return True
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def has_rare(name: str) -> bool:
    """True when a name holds a character that a GBK file loses."""
    return any(character in characters().beyond_gbk for character in name)


def write_ledgers(view: View, occasion: Occasion) -> Written:
    """One file a village."""
    columns = {name: view.column(name) for _, _, name in LEDGER if name in view.population.values}
    columns |= {"relation": columns["relation_to_head"], "group_name": view.column("group_name")}
    villages: dict[int, list[int]] = {}
    for slot, village in enumerate(view.village):
        villages.setdefault(village, []).append(slot)
    places: dict[int, Place] = {}
    for village, slots in sorted(villages.items()):
        style = style_of(occasion.seed, village)
        keeper = _Keeper(view, style, view.population.villages[village], columns, occasion, village)
        keeper.write(slots, places)
    return Written([places[slot] for slot in range(len(view.person))])


Row = int | list[str]
"""A line of a ledger: the slot it shows, or cells of no person (a repeated header)."""


@dataclass(slots=True)
class _Keeper:
    view: View
    style: Style
    village: Village
    columns: dict[str, list[str]]
    occasion: Occasion
    number: int
    chance: Chance = field(init=False)
    taken: list[tuple[str, str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.chance = stream(self.occasion.seed, "ledger", self.number, self.occasion.delivery)
        left_out = {
            name for name, kept in (("birth_date", self.style.birth), ("helper", self.style.helper)) if not kept
        }
        self.taken = [column for column in LEDGER if column[2] not in left_out]

    def write(self, slots: Sequence[int], places: dict[int, Place]) -> None:
        """Write the village's file and tell where every slot stands."""
        style = self.style
        suffix = {"csv": "csv", "html": "xls"}.get(style.kind, "xlsx")
        name = f"{self.village.town_name}_{self.village.name}_台账.{suffix}"
        parts = {self.village.name: list(slots)}
        if style.kind == "groups":
            parts = {}
            for slot in slots:
                parts.setdefault(self.columns["group_name"][slot], []).append(slot)
        sheets = []
        for sheet_name, part in parts.items():
            sheet, rows = self._sheet(sheet_name, part)
            sheets.append(sheet)
            shown = sheet_name if style.has_cell_types else ""
            for position, row in enumerate(rows):
                if isinstance(row, int):
                    places[row] = Place(name, shown, sheet.first_row + position)
        self._write_file(self.occasion.folder / name, sheets)

    def _write_file(self, path: Path, sheets: list[Sheet]) -> None:
        if self.style.kind == "csv":
            write_csv(path, sheets[0], "gbk")
        elif self.style.kind == "html":
            write_html(path, sheets[0])
        else:
            if self.style.code_list:
                lists = [list(column) for column in zip(*CODE_LIST[1:], strict=True)]
                sheets.append(Sheet("代码表", [CODE_LIST[0]], lists, hidden=True))
            write_xlsx(path, sheets)

    def _sheet(self, name: str, slots: list[int]) -> tuple[Sheet, list[Row]]:
        style, chance = self.style, self.chance
        above, merges = self._above(name)
        rows: list[Row] = list(slots)
        if style.repeated_header and len(slots) > 60:
            rows.insert(50, [header for _, header, _ in self.taken])
        first = self._first_of_household(rows)
        table = [self._column(header, rows, first) for header in self.taken]
        if style.merged_cells:
            merges += self._merges(rows, first, len(above) + 1)
        hidden = frozenset(
            position
            for position, draw in enumerate(chance.random(len(rows)).tolist())
            if draw < style.hidden_share and isinstance(rows[position], int)
        )
        struck = frozenset(
            position for position, row in enumerate(rows) if isinstance(row, int) and row in self.view.struck
        )
        return Sheet(name, above, table, self._below(len(slots)), merges, hidden, struck), rows

    def _first_of_household(self, rows: list[Row]) -> list[bool]:
        numbers = self.columns["household_no"]
        before = None
        first = []
        for row in rows:
            now = numbers[row] if isinstance(row, int) else before
            first.append(isinstance(row, int) and now != before)
            before = now
        return first

    def _column(self, column: tuple[str, str, str], rows: list[Row], first: list[bool]) -> list[str]:
        _, _, name = column
        place = self.taken.index(column)
        every_row = self.style.every_row or name not in ON_HEAD_ROW
        source = self.columns.get(name, [])
        cells = []
        number = 0
        for row, opens in zip(rows, first, strict=True):
            if not isinstance(row, int):
                cells.append(row[place])
                continue
            number += 1
            if name == "number":
                cells.append(str(number))
            elif name == "helper":
                cells.append(HELPERS[row % len(HELPERS)] if opens or self.style.every_row else "")
            elif name == "remark":
                cells.append(self._remark(row))
            elif not (opens or every_row):
                cells.append("")
            elif name == "birth_date":
                cells.append(DATE_FORMS[self.style.date_form](source[row]))
            elif name == "ethnic_group" and self.style.same_as_above and not opens and source[row] == "汉族":
                cells.append("同上" if cells and cells[-1] in ("汉族", "同上") else source[row])
            else:
                cells.append(source[row])
        return cells

    def _remark(self, slot: int) -> str:
        if slot in self.view.struck:
            return "已故"
        return pick(self.chance, REMARKS) if self.chance.random() < 0.04 else ""

    def _merges(self, rows: list[Row], first: list[bool], top: int) -> list[str]:
        """Household number and head merged down over the members, as keepers like it."""
        starts = [position for position, opens in enumerate(first) if opens]
        letters = [column_letter(place) for place, (_, _, name) in enumerate(self.taken) if name in ON_HEAD_ROW[:2]]
        merges = []
        for position, following in zip(starts, [*starts[1:], len(rows)], strict=True):
            end = next((row for row in range(position + 1, following) if not isinstance(rows[row], int)), following)
            if end - position > 1 and not self.style.every_row:
                merges += [f"{letter}{top + position}:{letter}{top + end - 1}" for letter in letters]
        return merges

    def _above(self, sheet_name: str) -> tuple[list[list[str]], list[str]]:
        width = len(self.taken)
        titles = (
            f"{self.village.town_name}{self.village.name}贫困户台账",
            f"{self.village.name}建档立卡贫困人口花名册（2020年）",
            f"{sheet_name}贫困户家庭成员登记表",
        )
        above = [[titles[self.style.title]]]
        merges = [f"A1:{column_letter(width - 1)}1"]
        if self.style.owner_row:
            above.append([f"填报单位：{self.village.name}村民委员会", "", "", f"日期：{self.occasion.day}"])
        if self.style.two_row_header:
            above += self._two_row_header(merges, len(above) + 1)
        else:
            above.append([PLAIN_HEADERS.get(name, header) for _, header, name in self.taken])
        if self.style.number_row:
            above.append([str(number + 1) for number in range(width)])
        return above, merges

    def _two_row_header(self, merges: list[str], top: int) -> list[list[str]]:
        """Parents merged over their columns, headers without a parent merged over both rows."""
        upper, lower = [], []
        for index, (parent, header, name) in enumerate(self.taken):
            letter = column_letter(index)
            if not parent:
                upper.append(PLAIN_HEADERS.get(name, header))
                lower.append("")
                merges.append(f"{letter}{top}:{letter}{top + 1}")
                continue
            opens = index == 0 or self.taken[index - 1][0] != parent
            upper.append(PARENTS[parent][self.style.title] if opens else "")
            lower.append(header)
            if opens:
                width = len(self.taken)
                end = next((place for place in range(index, width) if self.taken[place][0] != parent), width)
                merges.append(f"{letter}{top}:{column_letter(end - 1)}{top}")
        return [upper, lower]

    def _below(self, count: int) -> list[list[str]]:
        below = []
        if self.style.totals:
            below.append(["合计", f"{count}人"])
        if self.style.signature:
            below.append(["填表人：", "", "", "审核人：", "", "", f"填报日期：{self.occasion.day}"])
        return below
