"""Whom a person lives with: surnames and characters of given names run in a family, and a mistake knows nothing of them.

Children bear the surname of a parent, brothers and sisters often share a character of their names. Of two spellings the one that
shares a character with somebody of the household is therefore the likelier; how much, is learned (`judge.habits`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from taizhang.identity.names.plain import CodePoints
from taizhang.intake.delivery.linking import MOST_MEMBERS
from taizhang.sweep.engines import Engine
from taizhang.sweep.judge.spelling import CountyNames, keyed, owners_of
from taizhang.sweep.link.features import Floats, Ints, Texts

_PAIR = pa.schema([("one", pa.string()), ("other", pa.string())])


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
    people, person = np.unique(kin.root, return_inverse=True)
    at = np.flatnonzero((named.rival != np.arange(len(named.rival))) & np.isin(named.root, people))
    pair = pa.table({"one": named.names.at(named.row[at]), "other": named.names.at(named.row[named.rival[at]])}, _PAIR)
    told = pc.and_(pc.greater(pc.utf8_length(pair["one"]), 0), pc.greater(pc.utf8_length(pair["other"]), 0))
    at, pair = at[pc.fill_null(told, False).to_numpy()], pair.filter(told)
    one, other = (CodePoints.of(pair[side].combine_chunks()) for side in ("one", "other"))
    whose = np.searchsorted(people, named.root[at])
    is_heard = np.flatnonzero(~_are_candidates(named, kin))
    heard = CodePoints.of(pa.array([kin.name[k] for k in is_heard.tolist()], pa.string()))
    owner, leads = owners_of(heard)
    surnames, given = (keyed(person[is_heard][owner[which]], heard.codes[which]) for which in (leads, ~leads))
    with_surname = [np.isin(keyed(whose, side.codes[side.starts]), surnames).astype(np.int8) for side in (one, other)]
    shared[at, 0] = with_surname[0] - with_surname[1]
    shared[at, 1] = _is_borne(one, other, whose, given) - _is_borne(other, one, whose, given)
    return shared


def _are_candidates(named: Named, kin: Kin) -> NDArray[np.bool_]:
    """Per name of kin, whether it is a candidate of the person itself."""
    roots, names = np.unique(named.root), np.unique(named.name_id)
    sides = [(one.root, one.name_id) for one in (kin, named)]
    theirs, own = (np.searchsorted(roots, root) * len(names) + np.searchsorted(names, name) for root, name in sides)
    return np.isin(kin.root, roots) & np.isin(kin.name_id, names) & np.isin(theirs, own)


def _is_borne(one: CodePoints, other: CodePoints, whose: Ints, given: Ints) -> NDArray[np.int8]:
    """By pair, 1 where a character of the one's given name that the other lacks is borne in the household, else 0."""
    owner, leads = owners_of(one)
    in_other = np.isin(keyed(owner, one.codes), keyed(owners_of(other)[0], other.codes))
    borne = ~leads & ~in_other & np.isin(keyed(whose[owner], one.codes), given)
    return (np.bincount(owner[borne], minlength=len(whose)) > 0).astype(np.int8)
