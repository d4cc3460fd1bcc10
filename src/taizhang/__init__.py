"""Taizhang (台账) keeps a county's people ledgers true.

In a notebook (docs/library.md)::

    import taizhang

    taizhang.parse_id("612323190001010013")
    taizhang.compare_names("刘兰英", "刘南英")
    taizhang.diagnose({"全国系统": table, "村台账": rows}, language="en")
    taizhang.sweep("county.toml")

Importing the package loads nothing else; each name loads its part when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from taizhang.identity.names import NameRelation, compare_name_pairs, compare_names
    from taizhang.identity.numbers import IdColumns, IdParse, mask_number, parse_id, parse_ids
    from taizhang.library import Candidate, LedgerRow, LedgerUnreadable, Observed, Verdict, Verdicts, diagnose
    from taizhang.sweep.county_file import sweep_county as sweep

_HOMES = {
    "IdColumns": "taizhang.identity.numbers",
    "IdParse": "taizhang.identity.numbers",
    "NameRelation": "taizhang.identity.names",
    "Candidate": "taizhang.library",
    "LedgerRow": "taizhang.library",
    "LedgerUnreadable": "taizhang.library",
    "Observed": "taizhang.library",
    "Verdict": "taizhang.library",
    "Verdicts": "taizhang.library",
    "compare_name_pairs": "taizhang.identity.names",
    "compare_names": "taizhang.identity.names",
    "diagnose": "taizhang.library",
    "mask_number": "taizhang.identity.numbers",
    "parse_id": "taizhang.identity.numbers",
    "parse_ids": "taizhang.identity.numbers",
}

__all__ = [
    "Candidate",
    "IdColumns",
    "IdParse",
    "LedgerRow",
    "LedgerUnreadable",
    "NameRelation",
    "Observed",
    "Verdict",
    "Verdicts",
    "__version__",
    "compare_name_pairs",
    "compare_names",
    "diagnose",
    "mask_number",
    "parse_id",
    "parse_ids",
    "sweep",
]


def __getattr__(name: str) -> object:
    """Load the part a name belongs to. `sweep` is the package of that name, which can be called."""
    if name == "sweep":
        return import_module("taizhang.sweep")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The names of the library, for completion in a notebook."""
    return sorted({*globals(), *__all__})
