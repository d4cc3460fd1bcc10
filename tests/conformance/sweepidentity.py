"""Sweep the county of a folder on a Spark master with the rules of identity: sweepidentity.py FOLDER MASTER."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "sweep"))

from ledgers import Ledgers, identity_rules

from taizhang.sweep import sweep

sweep(Ledgers(Path(sys.argv[1])).county, rules=identity_rules(), engine="spark", master=sys.argv[2])
