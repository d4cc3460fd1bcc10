"""Codes of towns and villages, by the names a ledger gives them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.divisions import CountyDivisions

_BETWEEN = "\x1f"


class Places:
    """Finds codes by names; each distinct pair of names is looked up once."""

    def __init__(self, divisions: Path | None, county_code: str) -> None:
        self._divisions = CountyDivisions.load(divisions)
        self._county = county_code
        self._known: dict[str, tuple[str | None, str | None]] = {}
        self._with_villages = {place.code[:9] for place in self._divisions if place.code[9:] != "000"}
        self.unknown: set[str] = set()

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
