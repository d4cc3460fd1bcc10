"""A county's list of divisions as its ledgers suggest it: for somebody to read, mend and accept, and never used unread.

A ledger knows its towns and villages by name. Where it tells their codes too, they are taken; else a made-up code, marked as
a placeholder, holds the place until somebody writes the one of the statistics office.
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from taizhang.identity.divisions.county import HEADINGS, CountyDivisions, Division, DivisionKind, bare_name

REMARK = "说明"
"""The heading of the column in which a proposal says where a place comes from; nobody reads it but people."""
_CODE = re.compile(r"[0-9]{12}")
_HAN_NAME = re.compile(r"[\u3400-\u9fff〇·]{2,20}")
_NO_PLACE = frozenset({"合计", "小计", "总计", "全镇", "全县", "全村", "不详", "其他"})
_TOWN_IN_TEXT = re.compile(r"[\u3400-\u9fff]{1,5}?(?:镇|乡|街道)")
_VILLAGE_IN_TEXT = re.compile(r"[\u3400-\u9fff]{1,7}?(?:村|社区)")
_ABOVE_TOWNS = re.compile(r"^.*(?:省|市|县|年度?|月|日)(?=[\u3400-\u9fff])")
_WORDS = frozenset({
    "行政村", "自然村", "各村", "全村", "本村", "农村", "乡村", "贫困村", "脱贫村", "城镇", "乡镇", "各镇", "本镇", "全镇", "集镇",
})  # fmt: skip
_FIRST_TOWNS = {DivisionKind.STREET: 99, DivisionKind.TOWN: 199, DivisionKind.TOWNSHIP: 399}
"""Made-up codes are counted down from the end of what the statistical rules leave to a kind: real ones grow from its beginning."""
_LAST_VILLAGE = 999


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A pair of names as a ledger writes them, with its codes where it tells them; empty where it says nothing."""

    town: str
    village: str
    town_code: str = ""
    village_code: str = ""


@dataclass(frozen=True)
class Proposed:
    """The list. new: codes of what the county's list has not yet. homeless: villages with their rows, whose town nobody names.

    rows: rows of ledgers by the code of a place.
    """

    divisions: tuple[Division, ...]
    new: frozenset[str]
    rows: Mapping[str, int]
    homeless: Mapping[str, int]

    def to_csv(self) -> str:
        """As a list that `CountyDivisions` reads, with a remark for whoever looks over it.

        Codes are written in parts: a whole one a spreadsheet program turns into 6.10723E+11 when it saves.
        """
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\r\n")
        writer.writerow([*HEADINGS, REMARK])
        for place in self.divisions:
            is_new = place.code in self.new and place.kind is not DivisionKind.COUNTY
            remark = f"台账 {self.rows.get(place.code, 0)} 行" if is_new else "已有"
            parts = [place.code[:6], place.code[6:9], place.code[9:]]
            writer.writerow(
                [" ".join(parts), place.name, "|".join(place.aliases), "1" if place.is_placeholder else "", remark]
            )
        return written.getvalue()


def named_in(texts: Iterable[str]) -> NamedPlace:
    """The town and the village that texts seem to name, the first of each; a suggestion, as everything here."""
    town = village = ""
    for text in texts:
        rest = _ABOVE_TOWNS.sub("", _plain(text))
        found = _TOWN_IN_TEXT.search(rest)
        if found is not None and found[0] not in _WORDS:
            town, rest = town or found[0], rest[found.end() :]
        within = _VILLAGE_IN_TEXT.search(rest)
        if within is not None and within[0] not in _WORDS:
            village = village or within[0]
    return NamedPlace(town, village)


def propose_divisions(
    named: Mapping[NamedPlace, int], known: CountyDivisions, county_code: str, county_name: str
) -> Proposed:
    """The county's list with every town and village that ledgers name and it lacks; named: places with their rows."""
    return _Proposing(known, county_code, county_name).of(named)


class _Proposing:
    def __init__(self, known: CountyDivisions, county_code: str, county_name: str) -> None:
        self._known, self._county = known, county_code
        self._places = {place.code: place for place in known if place.code.startswith(county_code)}
        self._listed = frozenset(self._places)
        top = county_code + "000000"
        self._places.setdefault(top, Division(top, county_name, DivisionKind.COUNTY, None))
        self._rows: Counter[str] = Counter()

    def of(self, named: Mapping[NamedPlace, int]) -> Proposed:
        homeless: Counter[str] = Counter()
        towns: dict[str, Counter[str]] = defaultdict(Counter)
        villages: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        told: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for place, rows in named.items():
            town, village = self._key(place.town), self._key(place.village)
            if town:
                towns[town][_plain(place.town)] += rows
                told[town, ""][place.town_code] += rows
            elif village and place.village_code not in self._listed:
                homeless[_plain(place.village)] += rows
            if town and village:
                villages[town][village][_plain(place.village)] += rows
                told[town, village][place.village_code] += rows
        for town in sorted(towns, key=lambda one: (-towns[one].total(), one)):
            code = self._town(towns[town], told[town, ""])
            for village in sorted(villages[town], key=lambda one: (-villages[town][one].total(), one)):
                self._village(code, villages[town][village], told[town, village])
        return Proposed(
            tuple(self._places[code] for code in sorted(self._places)),
            frozenset(self._places) - self._listed,
            self._rows,
            homeless,
        )

    def _key(self, name: str) -> str:
        """What spellings of a place have in common; "" for what is no name."""
        plain = _plain(name)
        if not _HAN_NAME.fullmatch(plain) or plain in _NO_PLACE:
            return ""
        found = self._known.match(plain, within=self._county)
        return found[0].bare if len(found) == 1 else bare_name(plain)

    def _town(self, names: Counter[str], codes: Counter[str]) -> str:
        for name in names:
            found = [one for one in self._known.match(name, within=self._county) if one.code[9:] == "000"]
            if len(found) == 1:
                self._rows[found[0].code] += names.total()
                return found[0].code
        name = _fullest(names)
        kind = _kind_of(name)
        told = _told(codes, self._county, "000")
        free = (f"{self._county}{number:03d}000" for number in count(_FIRST_TOWNS[kind], -1))
        return self._add(name, names, told, free, kind, self._county + "000000")

    def _village(self, town: str, names: Counter[str], codes: Counter[str]) -> None:
        for name in names:
            found = [one for one in self._known.match(name, within=town) if one.code[9:] != "000"]
            if len(found) == 1:
                self._rows[found[0].code] += names.total()
                return
        told = _told(codes, town[:9], "")
        free = (f"{town[:9]}{number:03d}" for number in count(_LAST_VILLAGE, -1))
        self._add(_fullest(names), names, told, free, DivisionKind.VILLAGE, town)

    def _add(
        self, name: str, names: Counter[str], told: str, free: Iterable[str], kind: DivisionKind, parent: str
    ) -> str:
        is_told = told != "" and told not in self._places
        code = told if is_told else next(one for one in free if one not in self._places)
        aliases = tuple(sorted(one for one in names if one != name and bare_name(one) != bare_name(name)))
        self._places[code] = Division(code, name, kind, parent, aliases, is_placeholder=not is_told)
        self._rows[code] += names.total()
        return code


def _plain(name: str) -> str:
    return re.sub(r"\s", "", name)


def _fullest(names: Counter[str]) -> str:
    """Of the spellings of a place the usual one, one with its suffix before one without."""
    return max(names, key=lambda name: (bare_name(name) != name, names[name], name))


def _kind_of(name: str) -> DivisionKind:
    if name.endswith(("街道", "办事处", "街道办", "办")):
        return DivisionKind.STREET
    return DivisionKind.TOWNSHIP if name.endswith("乡") else DivisionKind.TOWN


def _told(codes: Counter[str], beginning: str, end: str) -> str:
    """The one code that ledgers tell of a place, if it can be one of a place there; else ""."""
    possible = {code.strip().ljust(12, "0") for code in codes if code and _CODE.fullmatch(code.strip().ljust(12, "0"))}
    fitting = (
        [code for code in possible if code.startswith(beginning) and code[9:] == end]
        if end
        else [code for code in possible if code.startswith(beginning) and code[9:] != "000"]
    )
    return fitting[0] if len(possible) == len(fitting) == 1 else ""
