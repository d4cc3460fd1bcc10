"""Whom a person lives with: surnames and characters of given names run in a family, and a mistake knows nothing of them.

Children bear the surname of a parent, brothers and sisters often share a character of their names. Of two spellings the one that
shares a character with somebody of the household is therefore the likelier; how much, is learned (`judge.habits`).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taizhang.sweep.engines import Engine
from taizhang.sweep.judge.spelling import CountyNames
from taizhang.sweep.link.facts import MOST_MEMBERS
from taizhang.sweep.link.features import Texts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


MOST_NAMES = 2 * MOST_MEMBERS
"""Names from which a county household is none: pairs of persons in it would grow with its square."""


@dataclass(frozen=True)
class Kin:
    """Names borne in the households of persons who are called several names, a row a person and name.

    root: the person, ascending. name_id, name: of somebody else there.
    """

    root: Ints
    name_id: Ints
    name: Sequence[str]


def read_kin(engine: Engine, names: CountyNames) -> Kin:
    """Read what all others in the county household of a person of several names are called."""
    table = engine.fetch(f"""
        WITH asked AS (
            SELECT DISTINCT p.root, p.hh FROM claim_person AS p
            SEMI JOIN (SELECT root FROM involved_person WHERE name_id <> 0
                GROUP BY root HAVING MIN(name_id) <> MAX(name_id)) AS d ON d.root = p.root
            WHERE NOT p.hh IS NULL),
        named AS (
            SELECT DISTINCT c.hh, c.root, c.name_id FROM claim_person AS c
            SEMI JOIN asked AS a ON a.hh = c.hh WHERE c.name_id <> 0),
        home AS (SELECT hh FROM named GROUP BY hh HAVING COUNT(*) <= {MOST_NAMES})
        SELECT DISTINCT a.root, n.name_id FROM asked AS a
        JOIN home AS h ON h.hh = a.hh JOIN named AS n ON n.hh = a.hh
        WHERE n.root <> a.root
        ORDER BY 1, 2
    """)
    texts = names.texts_of(table["name_id"].combine_chunks())
    whole = texts.is_valid().to_numpy(zero_copy_only=False)
    root, name_id = (table[column].to_numpy()[whole] for column in ("root", "name_id"))
    return Kin(root, name_id, texts.drop_null().to_pylist())


@dataclass(frozen=True)
class Named:
    """The candidates of all persons.

    root: the person; name_id: of the candidate; row: a record that says it, of those whose names `names` holds; rival: the
    candidate that it is set against.
    """

    root: Ints
    name_id: Ints
    row: Ints
    names: Texts
    rival: Ints


def shared_with_kin(named: Named, kin: Kin) -> Floats:
    """By candidate, whether it shares the surname, and a character of the given name, with kin where its rival does not.

    Two columns of 1, of −1 where it is the rival that does, and of 0. A kin's name that is a candidate of the person is not
    heard: it may have slipped into the row from there.
    """
    shared = np.zeros((len(named.name_id), 2))
    first, last = (np.searchsorted(kin.root, named.root, side=side) for side in ("left", "right"))
    candidates: dict[int, set[int]] = defaultdict(set)
    with_kin = np.flatnonzero(first < last)
    for root, name_id in zip(named.root[with_kin].tolist(), named.name_id[with_kin].tolist(), strict=True):
        candidates[root].add(name_id)
    for at in with_kin[named.rival[with_kin] != with_kin].tolist():
        one, other = (named.names[int(named.row[which])] for which in (at, named.rival[at]))
        own = candidates[int(named.root[at])]
        names = [kin.name[k] for k in range(first[at], last[at]) if int(kin.name_id[k]) not in own]
        if one and other:
            surnames, given = {name[0] for name in names}, set("".join(name[1:] for name in names))
            shared[at, 0] = (one[0] in surnames) - (other[0] in surnames)
            shared[at, 1] = _is_borne(one, other, given) - _is_borne(other, one, given)
    return shared


def _is_borne(one: str, other: str, given: set[str]) -> bool:
    """Whether a character of its given name that the other one lacks is borne in the household."""
    return not given.isdisjoint(set(one[1:]) - set(other))
