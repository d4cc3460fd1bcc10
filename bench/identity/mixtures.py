"""Which mistakes a lake holds, and how many: the named mixtures that scores are quoted for."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Mixture:
    """Rates of mistakes.

    error_rate: share of rows of every ledger whose name or number is damaged. copying: share of the rows of a ledger
    whose name and number were taken over, right or wrong, from the ledger before it in the chain; so in a derived ledger
    this share of the wrong rows is copied. shared: persons among a million whose true number is also another person's
    (重号). swaps: pairs of household members with exchanged numbers, in a million rows of a ledger. shifts: blocks whose
    numbers slid by one row, in a million rows. repeats: share of rows that stand twice. certificates: share of rows of
    one ledger with a disability certificate in place of the number. two_ledgers: share of the villages that only two
    ledgers hold. village_gaps: share of the villages that a ledger (the first excepted) does not hold. absent: share of
    persons a ledger lacks for no reason.
    """

    error_rate: float = 0.02
    copying: float = 0.0
    shared: int = 20
    swaps: int = 150
    shifts: int = 15
    repeats: float = 0.0007
    certificates: float = 0.003
    two_ledgers: float = 0.0
    village_gaps: float = 0.04
    absent: float = 0.01


MIXTURES: dict[str, Mixture] = {
    "independent": Mixture(),
    "heavy": Mixture(error_rate=0.06),
    "copied": Mixture(copying=0.30),
    "ties": Mixture(shared=500, swaps=1500, shifts=100, two_ledgers=0.5),
}
"""By name: 2 % independent, 6 % independent, 2 % with 30 % copied, and whatever evidence often cannot decide."""

CLEAN = replace(Mixture(), error_rate=0.0, shared=0, swaps=0, shifts=0, repeats=0.0, certificates=0.0)

NAME_CAUSES: dict[str, float] = {
    "XS-NAME-HOMOPHONE": 0.28,
    "XS-NAME-SHAPE": 0.20,
    "XS-NAME-NEARPHONE": 0.05,
    "XS-NAME-VARIANT": 0.13,
    "XS-NAME-EXTRA": 0.10,
    "XS-NAME-LOSS": 0.08,
    "XS-NAME-DISJOINT": 0.05,
    "XS-NAME-ORDER": 0.02,
    "XS-NAME-ONECHAR": 0.03,
    "XS-NAME-SURNAME": 0.02,
    "XS-NAME-GIVEN": 0.02,
    "XS-NAME-DAMAGED": 0.02,
}
NUMBER_CAUSES: dict[str, float] = {
    "XS-ID-SUBST": 0.27,
    "XS-ID-TRANSPOSE": 0.16,
    "ID-15": 0.11,
    "XS-ID-EXCEL": 0.08,
    "XS-ID-INDEL": 0.10,
    "XS-ID-BIRTH": 0.08,
    "XS-ID-SEQ": 0.04,
    "XS-ID-REGION": 0.03,
    "XS-ID-DISJOINT": 0.03,
    "XS-ID-FAMILY": 0.04,
    "ID-MISSING": 0.03,
    "ID-PLACEHOLDER": 0.02,
    "ID-EXCEL-NUMERIC": 0.01,
}
BOTH_SHARE = 0.03
NAME_SHARE = 0.50
"""Of the damaged rows: name alone, number alone (the rest), both."""
