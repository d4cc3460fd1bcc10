"""ID numbers: what kind one is, everything wrong with it, what it can have been, and how two differ.

Scalar forms (`parse_id`, `compare_numbers`, `repair_candidates`) explain one case; columnar forms (`parse_ids`, `valid_keys`,
`syndrome_candidates`, `compare_number_pairs`) do the same for a county. Source: GB 11643-1999 (ISO 7064 MOD 11-2).
"""

from taizhang.identity.numbers.check import WEIGHTS, check_digit, from_key, from_keys, id_key, valid_keys
from taizhang.identity.numbers.columnar import IdColumns, parse_ids
from taizhang.identity.numbers.compare import NumberRelation, compare_number_pairs, compare_numbers, compare_texts
from taizhang.identity.numbers.excel import DOUBLE, SIXTEEN, TYPED, Damage, undamaged, undamaged_any
from taizhang.identity.numbers.kinds import IdDefect, IdKind, IdParse
from taizhang.identity.numbers.masking import mask_number, mask_phone, mask_run
from taizhang.identity.numbers.parse import MAX_AGE, PLACEHOLDER_PREFIXES, birth_of, numbers_in, parse_id, to_18
from taizhang.identity.numbers.repair import (
    SUBSTITUTION,
    TRANSPOSITION,
    Repair,
    are_alike,
    indel_candidates,
    indel_keys,
    repair_candidates,
    syndrome_candidates,
)

__all__ = [
    "DOUBLE",
    "MAX_AGE",
    "PLACEHOLDER_PREFIXES",
    "SIXTEEN",
    "SUBSTITUTION",
    "TRANSPOSITION",
    "TYPED",
    "WEIGHTS",
    "Damage",
    "IdColumns",
    "IdDefect",
    "IdKind",
    "IdParse",
    "NumberRelation",
    "Repair",
    "are_alike",
    "birth_of",
    "check_digit",
    "compare_number_pairs",
    "compare_numbers",
    "compare_texts",
    "from_key",
    "from_keys",
    "id_key",
    "indel_candidates",
    "indel_keys",
    "mask_number",
    "mask_phone",
    "mask_run",
    "numbers_in",
    "parse_id",
    "parse_ids",
    "repair_candidates",
    "syndrome_candidates",
    "to_18",
    "undamaged",
    "undamaged_any",
    "valid_keys",
]
