"""Names: what one says after normalising, everything wrong with it, and how two of them differ.

Scalar forms explain one case, columnar forms do the same for a county. A name is never converted and never corrected: variant
forms are equivalences, damage has suggestions.
"""

from taizhang.identity.names.columnar import MOST_SOUND_KEYS, NameColumns, name_id, parse_names
from taizhang.identity.names.compare import Difference, NameRelation, compare_names, readings_of
from taizhang.identity.names.knowledge import NameKnowledge, knowledge
from taizhang.identity.names.likeness import Like, liken
from taizhang.identity.names.pairs import compare_name_pairs
from taizhang.identity.names.parse import NameParse, parse_name
from taizhang.identity.names.pinyin import StrippedPinyin, strip_pinyin
from taizhang.identity.names.repairs import NameRepair, repair_prose
from taizhang.identity.names.sounds import USUAL_NEAR_SOUNDS, NearSounds
from taizhang.identity.names.vocabulary import NameCode, NameDefect, NameGrade, NameStep

__all__ = [
    "MOST_SOUND_KEYS",
    "USUAL_NEAR_SOUNDS",
    "Difference",
    "Like",
    "NameCode",
    "NameColumns",
    "NameDefect",
    "NameGrade",
    "NameKnowledge",
    "NameParse",
    "NameRelation",
    "NameRepair",
    "NameStep",
    "NearSounds",
    "StrippedPinyin",
    "compare_name_pairs",
    "compare_names",
    "knowledge",
    "liken",
    "name_id",
    "parse_name",
    "parse_names",
    "readings_of",
    "repair_prose",
    "strip_pinyin",
]
