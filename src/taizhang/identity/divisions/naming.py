"""Towns and villages that stand within a text: the title of a ledger, the name of a sheet, of a file or of a folder.

Stricter than a cell of a column for towns: nobody said that the text is a place at all. A name counts only whole, with
its suffix (王家村, not 王家), and where nothing before it could belong to it: in 小王家村 there is no 王家村.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from taizhang.identity.divisions.county import CountyDivisions, Division, DivisionKind, bare_name

_ENDS = {
    DivisionKind.STREET: ("街道", "街道办", "街道办事处", "办"),
    DivisionKind.TOWN: ("镇",),
    DivisionKind.TOWNSHIP: ("乡",),
    DivisionKind.VILLAGE: ("村", "社区", "村委会", "居委会"),
}
"""What a name may end in besides what the county's list writes."""
_SHORTEST = 2
_BEFORE = frozenset("省市县区州旗年月日度于件表")
"""Characters that end what stands before a name: 洋县…, 2020年…, 关于…, 附件…"""
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a text names. towns: codes. villages: of every name of a village the codes that it may mean."""

    towns: frozenset[str] = frozenset()
    villages: tuple[frozenset[str], ...] = ()


class PlaceNames:
    """Finds the towns and villages of one county in texts."""

    def __init__(self, divisions: CountyDivisions, county_code: str) -> None:
        inside = [place for place in divisions if place.code.startswith(county_code) and place.parent is not None]
        self._whole: dict[str, set[Division]] = defaultdict(set)
        self._bare: dict[str, set[Division]] = defaultdict(set)
        for place in inside:
            for name in (place.name, *place.aliases):
                if bare_name(name) != name or (len(name) > _SHORTEST and name != place.bare):
                    self._whole[name].add(place)
            self._bare[place.bare].add(place)
        written = set(self._whole)
        for place in inside:
            for end in _ENDS.get(place.kind, ()):
                if place.bare + end not in written:  # written so in the list, the name is that place's alone
                    self._whole[place.bare + end].add(place)
        self._longest = max(map(len, self._whole), default=0)
        listed = {place.parent for place in inside if place.kind is DivisionKind.VILLAGE}
        self.has_all_villages = all(place.code in listed for place in inside if place.kind is not DivisionKind.VILLAGE)
        """Whether the list has villages for every town: only then a name that it has once is the county's only one."""

    def mentioned(self, texts: Iterable[str]) -> Mentions:
        """The places that any of the texts names. A text that is nothing but a name may lack its suffix."""
        towns: set[str] = set()
        villages: list[frozenset[str]] = []
        for text in texts:
            above: frozenset[str] = frozenset()  # the town right before a name of a village
            for places in self._named(unicodedata.normalize("NFKC", text)):
                here = frozenset(place.code for place in places if place.kind is not DivisionKind.VILLAGE)
                there = frozenset(place.code for place in places if place.kind is DivisionKind.VILLAGE)
                if here and there:  # 龙亭, of 龙亭镇 and of 龙亭村: a question
                    villages.append(here | there)
                    above = frozenset()
                    continue
                towns |= here
                if there:
                    inside = frozenset(code for code in there if f"{code[:9]}000" in above)
                    villages.append(inside if above else there)
                above = here
        return Mentions(frozenset(towns), tuple(villages))

    def _named(self, text: str) -> list[set[Division]]:
        """The places of a text in their order; a longer name counts before a shorter one within it."""
        plain = re.sub(r"\s", "", text)
        if plain in self._bare and len(plain) >= _SHORTEST:
            return [self._bare[plain]]
        found, at, free = [], 0, True
        while at < len(plain):
            name = next(
                (plain[at:end] for end in range(min(at + self._longest, len(plain)), at, -1) if plain[at:end] in self._whole),
                None,
            )  # fmt: skip
            if name is not None and free:
                found.append(self._whole[name])
                at += len(name)
                continue
            free = not _HAN.match(plain[at]) or plain[at] in _BEFORE
            at += 1
        return found
