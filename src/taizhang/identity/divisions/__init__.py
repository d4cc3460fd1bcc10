"""Division codes: the history of six-digit codes, and a county's own towns and villages with their aliases."""

from taizhang.identity.divisions.county import CountyDivisions, Division, DivisionKind, DivisionListError
from taizhang.identity.divisions.history import DivisionHistory

__all__ = ["CountyDivisions", "Division", "DivisionHistory", "DivisionKind", "DivisionListError"]
