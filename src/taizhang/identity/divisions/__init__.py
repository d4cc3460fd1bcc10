"""Division codes: the history of six-digit codes, and a county's own towns and villages with their aliases."""

from taizhang.identity.divisions.county import CountyDivisions, Division, DivisionKind, DivisionListError
from taizhang.identity.divisions.history import DivisionHistory
from taizhang.identity.divisions.naming import Mentions, PlaceNames
from taizhang.identity.divisions.proposing import NamedPlace, Proposed, named_in, propose_divisions

__all__ = [
    "CountyDivisions",
    "Division",
    "DivisionHistory",
    "DivisionKind",
    "DivisionListError",
    "Mentions",
    "NamedPlace",
    "PlaceNames",
    "Proposed",
    "named_in",
    "propose_divisions",
]
