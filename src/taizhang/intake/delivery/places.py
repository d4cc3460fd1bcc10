"""Codes of towns and villages by the names a ledger gives them, and the place that a sheet names outside its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.divisions import CountyDivisions, Division, DivisionKind, Mentions, PlaceNames

_BETWEEN = "\x1f"
OUTSIDE = ("表名", "标题", "文件名", "文件夹")
"""What may name the town and village of a sheet outside its rows, the nearest first; as it stands in the manifest."""
PLACE_DOUBT = "SR-PLACE-DOUBT"
"""The event of a sheet that names a town or village outside its rows which could not be taken for all of them."""


@dataclass(frozen=True, slots=True)
class NamedOutside:
    """The town and village that a sheet names outside its rows.

    town_by, village_by: which of the texts names them. home: the town of the village, whether it is named or not.
    doubt: what was named that could not be taken, because it may be several places or texts contradict each other.
    """

    town: Division | None = None
    town_by: str = ""
    village: Division | None = None
    village_by: str = ""
    home: Division | None = None
    doubt: tuple[str, ...] = ()

    def denies(self, mentions: Mentions) -> bool:
        """Whether something that stands further down is about another place."""
        town = self.town or self.home
        if town is None:
            return False
        inside = [{code for code in one if code[:9] == town.code[:9]} for one in mentions.villages]
        others = self.village is not None and any(self.village.code not in one for one in inside)
        return bool(mentions.towns - {town.code}) or not all(inside) or others


NOTHING_NAMED = NamedOutside()


class Places:
    """Finds codes by names; each distinct pair of names is looked up once."""

    def __init__(self, divisions: Path | None, county_code: str) -> None:
        self._divisions = CountyDivisions.load(divisions)
        self._county = county_code
        self._known: dict[str, tuple[str | None, str | None]] = {}
        self._with_villages = {place.code[:9] for place in self._divisions if place.code[9:] != "000"}
        self._in_texts = PlaceNames(self._divisions, county_code)
        self._by_code = {place.code: place for place in self._divisions}
        self.unknown: set[str] = set()

    def named(self, texts: Sequence[tuple[str, Sequence[str]]]) -> NamedOutside:
        """The one town, and the one village, that these texts name; texts: pairs of (what they are, they), the nearest first.

        The nearest text that names a place decides, and one further away may name more, but not others: a title that was
        left as it was when the file was copied from another village contradicts the sheet's name.
        """
        said = [(what, self._in_texts.mentioned(lines)) for what, lines in texts]
        town, town_by = _decided([(what, [one.towns]) for what, one in said if one.towns])
        if town == "":
            return NamedOutside(doubt=self._called(frozenset().union(*(one.towns for _, one in said))))
        inside = [(what, [_inside(one, town) for one in found.villages]) for what, found in said if found.villages]
        village, village_by = _decided(inside)
        doubt: frozenset[str] = frozenset()
        if village == "" or (village is not None and town is None and not self._in_texts.has_all_villages):
            doubt = frozenset().union(*(one for _, found in said for one in found.villages))
            village, village_by = None, ""
        return NamedOutside(
            None if town is None else self._by_code[town],
            town_by,
            None if village is None else self._by_code[village],
            village_by,
            None if village is None else self._by_code[f"{village[:9]}000"],
            self._called(doubt),
        )

    def mentioned(self, text: str) -> Mentions:
        """The places that a text names."""
        return self._in_texts.mentioned([text])

    def is_all(self, town: str, names: Iterable[str]) -> bool:
        """Whether every one of the names is of this town, by its code."""
        return all(self._find(f"{name}{_BETWEEN}")[0] == town for name in set(names))

    def _called(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Places by name, a village with its town."""
        return tuple(self._full_name(self._by_code[code]) for code in sorted(codes))

    def _full_name(self, place: Division) -> str:
        town = self._by_code.get(place.parent or "") if place.kind is DivisionKind.VILLAGE else None
        return place.name if town is None else town.name + place.name

    def codes(self, towns: pa.StringArray, villages: pa.StringArray | None) -> tuple[pa.StringArray, pa.StringArray]:
        """Town and village codes of 12 digits; null where a name is unknown or means several places.

        `unknown` collects the keys of pairs whose town, or village in a town whose villages are listed, is unknown.
        """
        other = pa.nulls(len(towns), pa.string()) if villages is None else villages
        pairs = pc.binary_join_element_wise(pc.fill_null(towns, ""), pc.fill_null(other, ""), _BETWEEN)
        encoded = pc.dictionary_encode(pairs)
        found = [self._find(pair) for pair in encoded.dictionary.to_pylist()]
        town_codes = pa.array([town for town, _ in found], pa.string())
        village_codes = pa.array([village for _, village in found], pa.string())
        return pc.take(town_codes, encoded.indices), pc.take(village_codes, encoded.indices)

    def homes(self, villages: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray, pa.StringArray]:
        """Name and code of the town, and code of the village, of villages whose town is not told.

        Null where the county's list has no village of the name or several, or lacks the villages of some town and so
        cannot say that the name is the county's only one. `unknown` collects those, where the list has villages at all.
        """
        encoded = pc.dictionary_encode(villages)
        found = [self._only(name) for name in encoded.dictionary.to_pylist()]
        towns = [None if village is None else self._by_code[f"{village.code[:9]}000"] for village in found]
        columns = (
            [None if town is None else town.name for town in towns],
            [None if town is None else town.code for town in towns],
            [None if village is None else village.code for village in found],
        )
        names, codes, village_codes = (pc.take(pa.array(one, pa.string()), encoded.indices) for one in columns)
        return names, codes, village_codes

    def _only(self, name: str) -> Division | None:
        """The one village of the county with this name; None where nobody can say that it is."""
        fitting = [
            place
            for place in self._divisions.match(name, within=self._county)
            if place.kind is DivisionKind.VILLAGE and f"{place.code[:9]}000" in self._by_code
        ]
        if len(fitting) == 1 and self._in_texts.has_all_villages:
            return fitting[0]
        if self._with_villages and name:
            self.unknown.add(f"/{name}")
        return None

    def _find(self, pair: str) -> tuple[str | None, str | None]:
        if pair not in self._known:
            town, village = pair.split(_BETWEEN)
            self._known[pair] = self._look_up(town, village)
        return self._known[pair]

    def _look_up(self, town: str, village: str) -> tuple[str | None, str | None]:
        if not town:
            return None, None
        towns = [place for place in self._divisions.match(town, within=self._county) if place.code[9:] == "000"]
        if len(towns) != 1:
            self.unknown.add(town)
            return None, None
        town_code = towns[0].code
        if not village or town_code[:9] not in self._with_villages:
            return town_code, None
        same_name = self._divisions.match(village, within=self._county)
        inside = [place for place in same_name if place.code[:9] == town_code[:9] and place.code[9:] != "000"]
        if len(inside) != 1:
            self.unknown.add(f"{town}/{village}")
            return town_code, None
        return town_code, inside[0].code


def _inside(villages: frozenset[str], town: str | None) -> frozenset[str]:
    return villages if town is None else frozenset(code for code in villages if code[:9] == town[:9])


def _decided(levels: Sequence[tuple[str, Sequence[frozenset[str]]]]) -> tuple[str | None, str]:
    """What the nearest level names, and which level that is: None where none names anything, "" where it is not one place.

    levels: each with the codes that its names may mean.
    """
    if not levels:
        return None, ""
    what, nearest = levels[0]
    one = frozenset().union(*nearest)
    if len(one) != 1 or not all(nearest) or any(not one <= frozenset().union(*names) for _, names in levels[1:]):
        return "", ""
    return next(iter(one)), what
