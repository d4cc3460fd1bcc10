"""Rules as data: packs are loaded, checked against the grammar, and judged by the engine in fused scans."""

from taizhang.sweep.rules.errors import PackError, RuleUnknown
from taizhang.sweep.rules.ruleset import RuleSet, load_packs
from taizhang.sweep.rules.run import Ran

__all__ = ["PackError", "Ran", "RuleSet", "RuleUnknown", "load_packs"]
