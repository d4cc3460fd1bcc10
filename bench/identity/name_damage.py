"""One wrong way to write a name: drawn by cause, with the chance of every outcome known (for the Bayes limit)."""

import contextlib
import random
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate

from identity.confusions import Options, confusions
from identity.mixtures import NAME_CAUSES
from identity.naming import stock
from taizhang.sample.knowledge import characters

MARKS = ("?", "□", "*", "\ufffd")
Enumerated = Callable[[str], tuple[str, ...]]


def replaced(name: str, place: int, text: str) -> str:
    """`name` with other text at one place."""
    return name[:place] + text + name[place + 1 :]


def _by_table(table: Callable[[], Options]) -> Enumerated:
    def outcomes(name: str) -> tuple[str, ...]:
        known = table()
        return tuple(
            replaced(name, at, other)
            for at, one in enumerate(name)
            for other in known.get(one, ())
            if other not in name
        )

    return outcomes


def _sounding_alike(name: str) -> tuple[str, ...]:
    """Surnames only where the usual readings are the same: about the others tables of surnames disagree (解 and 谢)."""
    main = confusions().main
    made = _by_table(lambda: confusions().sound)(name)
    return tuple(one for one in made if one[0] == name[0] or main.get(one[0]) == main.get(name[0]))


def _lost(name: str) -> tuple[str, ...]:
    reading = characters().reading
    marks = [replaced(name, at, mark) for at in range(1, len(name)) for mark in MARKS]
    spelt = [replaced(name, at, reading[name[at]][:-1].upper()) for at in range(1, len(name)) if name[at] in reading]
    return (*marks, *spelt)


def _order(name: str) -> tuple[str, ...]:
    plain = len(name) == 3 and "·" not in name and name[1] != name[2]
    return (name[0] + name[2] + name[1],) if plain else ()


def _extra(name: str) -> tuple[str, ...]:
    if len(name) == 2:
        return tuple(name[0] + other + name[1] for other in _given()[:60])
    return tuple(name[:at] + name[at + 1 :] for at in range(1, len(name)) if name[at] != "·")


def _garbled(name: str) -> tuple[str, ...]:
    """The whole name read in a wrong encoding, or out of step after a lost byte."""
    found = []
    with contextlib.suppress(UnicodeError):
        found.append(name.encode().decode("gbk"))
    try:
        data = name.encode("gbk")
    except UnicodeEncodeError:
        return tuple(found)
    found.append(data.decode("latin-1"))
    for at in range(2, len(name) * 2, 2):
        try:
            found.append("?" + data[1:at].decode("gbk") + data[at:].decode("gbk"))
        except UnicodeDecodeError:
            continue
    return tuple(one for one in found if one.isprintable() and one != name)


@lru_cache(maxsize=1)
def _given() -> tuple[str, ...]:
    return tuple(stock().given.to_pylist())


@lru_cache(maxsize=1)
def _surnames() -> tuple[str, ...]:
    return tuple(one for one in stock().surnames.to_pylist() if len(one) == 1)[:120]


ENUMERATED: dict[str, Enumerated] = {
    "XS-NAME-HOMOPHONE": _sounding_alike,
    "XS-NAME-SHAPE": _by_table(lambda: confusions().shape),
    "XS-NAME-NEARPHONE": _by_table(lambda: confusions().near),
    "XS-NAME-VARIANT": _by_table(lambda: confusions().variant),
    "XS-NAME-EXTRA": _extra,
    "XS-NAME-LOSS": _lost,
    "XS-NAME-ORDER": _order,
    "XS-NAME-DAMAGED": _garbled,
}
"""Causes whose outcomes can be listed; each is as likely as the next."""
CAUSES, CUMULATED = list(NAME_CAUSES), list(accumulate(NAME_CAUSES.values()))
TRIES = 60
WHOLE = ("XS-NAME-ONECHAR", "XS-NAME-SURNAME", "XS-NAME-GIVEN", "XS-NAME-DISJOINT")
"""Causes drawn from the whole stock of characters, for names of two or three."""


@lru_cache(maxsize=200_000)
def outcomes(name: str) -> dict[str, tuple[str, ...]]:
    """Per applicable cause all outcomes; an empty tuple where they are drawn and not listed."""
    found = {cause: made for cause, make in ENUMERATED.items() if (made := make(name))}
    return found | dict.fromkeys(WHOLE, ()) if _has_plain_form(name) else found


def damage_name(name: str, dice: random.Random) -> tuple[str, str] | None:
    """(what is written, cause); None for a name nothing applies to."""
    for _ in range(TRIES):  # a cause that does not apply is drawn anew: the same as drawing among those that do
        cause = dice.choices(CAUSES, cum_weights=CUMULATED)[0]
        if cause in WHOLE:
            written = _drawn(name, cause, dice) if _has_plain_form(name) else name
        else:
            made = ENUMERATED[cause](name)
            written = dice.choice(made) if made else name
        if written != name:
            return written, _by_definition(name, written, cause)
    return None


def _by_definition(name: str, written: str, cause: str) -> str:
    """The code that the definitions of the taxonomy give a mistake, where chance made it another than was drawn.

    Drawn characters may be the true ones, and a given name of one character that differs is one character that differs.
    """
    if cause in WHOLE and name[0] == written[0]:
        differing = sum(a != b for a, b in zip(name[1:], written[1:], strict=True))
        return "XS-NAME-ONECHAR" if differing == 1 else "XS-NAME-GIVEN"
    if cause in WHOLE and name[1:] == written[1:]:
        return "XS-NAME-SURNAME"
    return cause


def _has_plain_form(name: str) -> bool:
    return len(name) in (2, 3) and "·" not in name


def _drawn(name: str, cause: str, dice: random.Random) -> str:
    given = _given()
    if cause == "XS-NAME-ONECHAR":
        return replaced(name, dice.randrange(1, len(name)), dice.choice(given))
    if cause == "XS-NAME-SURNAME":
        return dice.choice(_surnames()) + name[1:]
    surname = name[0] if cause == "XS-NAME-GIVEN" else dice.choice(_surnames())
    return surname + "".join(dice.choice(given) for _ in range(len(name) - 1))


def chance(name: str, written: str) -> float:
    """Probability that a damaged `name` is written so."""
    possible = outcomes(name)
    whole = sum(NAME_CAUSES[one] for one in possible)
    total = 0.0
    for cause, made in possible.items():
        hit = made.count(written) / len(made) if made else _chance_drawn(name, written, cause)
        total += NAME_CAUSES[cause] / whole * hit
    return total


def _chance_drawn(name: str, written: str, cause: str) -> float:
    if len(name) != len(written) or name == written:
        return 0.0
    differing = [at for at in range(len(name)) if name[at] != written[at]]
    if cause == "XS-NAME-ONECHAR":
        return 1 / (len(name) - 1) / len(_given()) if differing in ([1], [2]) else 0.0
    if cause == "XS-NAME-SURNAME":
        return 1 / len(_surnames()) if differing == [0] else 0.0
    free = len(_given()) ** (1 - len(name))
    if cause == "XS-NAME-GIVEN":
        return free if 0 not in differing else 0.0
    return free / len(_surnames())


def labels_of(true: str, written: str, cause: str) -> frozenset[str]:
    """Every code that rightly describes the pair by the benchmark's own tables, `cause` among them."""
    found = {cause}
    if len(true) == len(written):
        pairs = [(a, b) for a, b in zip(true, written, strict=True) if a != b]
        each = [confusions().labels(a, b) for a, b in pairs]
        if each:
            found |= frozenset.intersection(*each)
    return frozenset(found)
