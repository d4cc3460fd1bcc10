"""Names as people of the county could bear them: by cohort and sex, family by family."""

from taizhang.sample.chance import Dice, cumulate
from taizhang.sample.knowledge import characters, rows

ONE_CHARACTER_SHARE = 0.11  # > 90 % of names have three characters, identity.md §14
GBK_ONLY_SHARE = 0.012  # given names with a character outside GB2312
BEYOND_GBK_SHARE = 0.0015  # given names with a character that any GBK hop loses
COMPOUND_PARENTS_SHARE = 0.004
POPULAR = {"男": ("伟", "建国", "建军", "志强", "勇"), "女": ("秀英", "桂英", "秀兰", "玉兰", "芳")}
POPULAR_SHARE = 0.05


class Namer:
    """Draws names; every family keeps its surname and, often, a generation character."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        surnames = rows("surnames")
        self._surnames = [surname for surname, _ in surnames]
        self._surname_shares = cumulate([float(weight) for _, weight in surnames])
        self._given: dict[tuple[str, int], tuple[str, tuple[float, ...]]] = {}
        for sex, first_year, group in rows("given"):
            weights = [1.0 / (rank + 6) for rank in range(len(group))]
            self._given[sex, int(first_year)] = (group, cumulate(weights))
        known = characters()
        self._gbk_only, self._beyond_gbk = known.gbk_only, known.beyond_gbk
        self._minority = [(group, first.split(), second.split()) for group, first, second in rows("minority")]

    def surname(self) -> str:
        """One surname by its weight in the population."""
        return self._dice.by_weight(self._surnames, self._surname_shares)

    def generation(self, sex: str, year: int) -> str:
        """A character that siblings share."""
        return self._character(sex, year)

    def name(self, surname: str, sex: str, year: int, generation: str | None = None) -> str:
        """A full name of two to four characters.

        generation: the character that siblings share, or None.
        """
        dice = self._dice
        if generation is None and dice.under(POPULAR_SHARE) and year < 1985:
            return surname + dice.of(POPULAR[sex])
        last = self._character(sex, year)
        draw = dice.roll()
        if draw < BEYOND_GBK_SHARE:
            last = dice.of(self._beyond_gbk)
        elif draw < BEYOND_GBK_SHARE + GBK_ONLY_SHARE and year > 1960:
            last = dice.of(self._gbk_only)
        if generation is not None:
            return surname + generation + last
        if dice.under(ONE_CHARACTER_SHARE):
            return surname + last
        return surname + self._character(sex, year) + last

    def minority(self) -> tuple[str, str]:
        """(ethnic group, name with U+00B7)."""
        group, first, second = self._dice.of(self._minority)
        return group, f"{self._dice.of(first)}·{self._dice.of(second)}"

    def _character(self, sex: str, year: int) -> str:
        cohort = 1900 if year < 1960 else 1960 if year < 1980 else 1980 if year < 2000 else 2000
        group, shares = self._given[sex, cohort]
        return self._dice.by_weight(group, shares)
