"""Sweep the county of a folder on a Spark master: sparksweep.py FOLDER MASTER all|identity (the rules)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "sweep"))

from ledgers import Ledgers, identity_rules

from taizhang.sweep import sweep
from taizhang.sweep.rules import load_packs

folder, master, rules = sys.argv[1:]
sweep(
    Ledgers(Path(folder)).county,
    rules=load_packs() if rules == "all" else identity_rules(),
    engine="spark",
    master=master,
)
