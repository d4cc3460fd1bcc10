"""The packaged tables of the sample: names, readings, shapes, variants. See `tables/LICENCES.md`."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

NEAR_SYLLABLES = (  # what is confused by ear in the county's speech; initials first, then finals
    (("n", "l"), ("f", "h"), ("z", "zh"), ("c", "ch"), ("s", "sh"), ("r", "l")),
    (("an", "ang"), ("en", "eng"), ("in", "ing"), ("ian", "iang"), ("uan", "uang")),
)
INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
TONE_MARKS = {"a": "āáǎà", "e": "ēéěè", "i": "īíǐì", "o": "ōóǒò", "u": "ūúǔù", "v": "ǖǘǚǜ"}


def rows(table: str) -> list[list[str]]:
    """The lines of one packaged table, split at tabs, remarks left out."""
    text = files("taizhang.sample").joinpath("tables", f"{table}.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@dataclass(frozen=True)
class Characters:
    """What the sample knows about name characters; every value is a tuple without the key itself."""

    reading: dict[str, str]
    same_sound: dict[str, tuple[str, ...]]
    near_sound: dict[str, tuple[str, ...]]
    same_shape: dict[str, tuple[str, ...]]
    variant: dict[str, tuple[str, ...]]
    gbk_only: str
    beyond_gbk: str


@lru_cache(maxsize=1)
def characters() -> Characters:
    """All tables about single characters, read once."""
    reading = {character: syllable for syllable, group in rows("readings") for character in group}
    by_sound: dict[str, list[str]] = {}
    for character, syllable in reading.items():
        by_sound.setdefault(syllable[:-1], []).append(character)
    same_sound = {
        character: tuple(other for other in by_sound[syllable[:-1]] if other != character)
        for character, syllable in reading.items()
    }
    near_sound = {
        character: tuple(other for near in _near(syllable[:-1]) for other in by_sound.get(near, ()))
        for character, syllable in reading.items()
    }
    same_shape: dict[str, tuple[str, ...]] = {}
    for (group,) in rows("shapes"):
        for character in group:
            others = tuple(other for other in group if other != character)
            same_shape[character] = same_shape.get(character, ()) + others
    variant = {usual: tuple(forms.split()) for usual, forms in rows("variants") if usual not in forms}
    rare = dict(rows("rare"))
    return Characters(
        reading=reading,
        same_sound=same_sound,
        near_sound=near_sound,
        same_shape=same_shape,
        variant=variant,
        gbk_only=rare["gbk"],
        beyond_gbk=rare["beyond"],
    )


def with_tone_mark(syllable: str) -> str:
    """``wei3`` → ``wěi``: the tone on a, e, o, else on the last vowel."""
    body, tone = syllable[:-1], int(syllable[-1]) - 1
    place = next((body.index(vowel) for vowel in "aeo" if vowel in body), -1)
    if place < 0:
        place = max(body.rfind(vowel) for vowel in "iuv")
    return (body[:place] + TONE_MARKS[body[place]][tone] + body[place + 1 :]).replace("v", "ü")


def _near(syllable: str) -> list[str]:
    initial = next((start for start in INITIALS if syllable.startswith(start)), "")
    final = syllable[len(initial) :]
    found = []
    for one, other in NEAR_SYLLABLES[0]:
        if initial in (one, other):
            found.append((other if initial == one else one) + final)
    for one, other in NEAR_SYLLABLES[1]:
        if final in (one, other):
            found.append(initial + (other if final == one else one))
    return found
