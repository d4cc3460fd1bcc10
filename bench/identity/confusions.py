"""What may be written for a character by mistake, by tables that the engine was not built from."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path

from taizhang.sample.knowledge import characters, rows

TABLES = Path(__file__).parent / "tables"
ALIKE = 0.7
"""Likeness of two stroke sequences from which characters count as looking alike."""
Options = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Confusions:
    """By character, what it may become: by sound, near sound, shape, and as a Traditional or variant form.

    readings, main: all readings of a character, and the usual one.
    """

    sound: Options
    near: Options
    shape: Options
    variant: Options
    readings: dict[str, frozenset[str]]
    main: dict[str, str]
    strokes: dict[str, str]

    def labels(self, true: str, written: str) -> frozenset[str]:
        """Every code that a table knows the pair by, in either direction; readings and strokes count as well.

        These are what may rightly be said of a mistake besides its cause.
        """
        tables = (
            ("XS-NAME-HOMOPHONE", self.sound),
            ("XS-NAME-NEARPHONE", self.near),
            ("XS-NAME-SHAPE", self.shape),
            ("XS-NAME-VARIANT", self.variant),
        )
        found = {code for code, known in tables if written in known.get(true, ()) or true in known.get(written, ())}
        if self.readings.get(true, frozenset()) & self.readings.get(written, frozenset()):
            found.add("XS-NAME-HOMOPHONE")
        if SequenceMatcher(None, self.strokes.get(true, ""), self.strokes.get(written, "-")).ratio() >= ALIKE:
            found.add("XS-NAME-SHAPE")
        return frozenset(found)


def table(name: str) -> list[list[str]]:
    """The lines of one table of this benchmark, split at tabs."""
    text = (TABLES / f"{name}.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@lru_cache(maxsize=1)
def confusions() -> Confusions:
    """All tables: pycorrector's lists for sound and shape, the sample's hand lists for near sounds and variants."""
    hand = characters()
    usable = {character for character, _ in table("given")} | {s for s, _ in rows("surnames") if len(s) == 1}
    shape = {
        group[0]: tuple(dict.fromkeys(other for other in group[1:] if other in usable)) for (group,) in table("shapes")
    }
    facts = table("characters")
    heard = {character: frozenset(readings.split()) for character, readings, _ in facts}
    main = {character: readings.split()[0] for character, readings, _ in facts if readings}
    # pycorrector lists some pairs that share no reading (小 and 学): by the definition they are no homophones.
    sound = {
        character: tuple(other for other in others if heard.get(character, frozenset()) & heard.get(other, frozenset()))
        for character, others in table("sounds")
    }
    return Confusions(
        {one: others for one, others in sound.items() if others},
        hand.near_sound,
        {one: others for one, others in shape.items() if others},
        hand.variant,
        heard,
        main,
        {character: drawn for character, _, drawn in facts if drawn},
    )
