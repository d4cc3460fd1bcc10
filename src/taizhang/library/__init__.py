"""The engine for scripts and notebooks: ledgers as plain tables in, typed verdicts out (docs/library.md).

There is no second engine here: what is given becomes deliveries in a private folder, and the sweep judges them.
"""

from taizhang.library.diagnosing import diagnose
from taizhang.library.tables import LedgerUnreadable
from taizhang.library.verdicts import Candidate, LedgerRow, Observed, Verdict, Verdicts

__all__ = ["Candidate", "LedgerRow", "LedgerUnreadable", "Observed", "Verdict", "Verdicts", "diagnose"]
