"""How often each mistake is planted: the documented table of the sample (`docs/developer/sample-county.md`).

A weight is a share of the source's total error rate; the weights of one source are scaled to sum to 1. No published
figures by kind exist (identity.md §18 gives totals only), so the weights are ours: sound and one-digit slips most,
whole classes of damage where a source's habits produce them, every kind at least now and then.
"""

NATIONAL, CITY, LEDGER, APP = "national", "city", "ledger", "app"
SOURCES = (NATIONAL, CITY, LEDGER, APP)

_TYPED = {
    "XS-NAME-HOMOPHONE": 14,
    "XS-NAME-NEARPHONE": 6,
    "XS-NAME-SHAPE": 6,
    "XS-NAME-ONECHAR": 2,
    "XS-NAME-EXTRA": 3,
    "XS-NAME-ORDER": 2,
    "XS-NAME-SURNAME": 1,
    "XS-NAME-GIVEN": 2,
    "XS-NAME-DISJOINT": 1,
    "XS-ID-SUBST": 10,
    "XS-ID-TRANSPOSE": 8,
    "XS-ID-JUMP": 1,
    "ID-LENGTH": 3,
    "XS-ID-BIRTH": 2,
    "XS-ID-REGION": 1,
    "XS-ID-SEQ": 2,
    "XS-ID-DISJOINT": 2,
    "ID-MISSING": 2,
    "ID-PLACEHOLDER": 1,
    "ID-BIRTH-DIFF": 3,
    "ID-SEX-DIFF": 2,
    "ID-REGION-UNKNOWN": 1,
    "ID-BIRTH-INVALID": 1,
    "ID-BIRTH-FUTURE": 0.5,
    "ID-BIRTH-ANCIENT": 0.5,
    "ID-SEQ-RESERVED": 0.5,
    "PR-SWAP": 2,
    "PR-COPY-FAMILY": 2,
    "PR-ID-TWO-NAMES": 1,
    "PR-NAME-TWO-IDS": 1,
    "PR-DUP-ROW": 1,
    "PR-DUP-HOUSEHOLD": 1.5,
    "XS-MISSING": 4,
    "XS-HOUSEHOLD": 1,
    "XS-EXTRA": 1,
}
_EXPORTED = {
    "XS-NAME-LOSS": 4,
    "NM-PUA": 0.5,
    "NM-LATIN": 1,
    "NM-SEPARATOR": 2,
    "XS-NAME-VARIANT": 2,
    "ID-15": 2,
    "XS-ID-DISABILITY": 3,
    "ID-TYPE-LENGTH": 1,
    "ID-CHECKSUM-DISABILITY": 0.5,
    "ID-DISABILITY-CLASS": 0.3,
    "ID-DISABILITY-LEVEL": 0.3,
    "ID-DISABILITY-SUFFIX": 0.3,
    "PR-DUP-15-18": 0.5,
    "PR-DUP-DISABILITY": 0.5,
    "PR-HEAD-NAME": 2,
    "PR-HEAD-ID": 2,
    "PR-HEAD-BOTH": 1,
    "PR-PERSON-NO-REUSE": 0.5,
}
_BY_HAND = {
    "NM-LOSS": 1,
    "NM-LATIN": 1,
    "NM-SPACE": 3,
    "NM-NOTE": 3,
    "NM-SEPARATOR": 2,
    "NM-RADICAL": 1,
    "NM-DESYNC": 1,
    "NM-CHARSET": 0.5,
    "NM-PINYIN-BRACKET": 1,
    "NM-CLAN": 1,
    "NM-TWO-PERSONS": 0.5,
    "NM-DIGIT": 0.5,
    "NM-SYMBOL": 0.5,
    "NM-PLACEHOLDER": 0.5,
    "NM-SHORT": 0.5,
    "NM-EMPTY": 1,
    "XS-NAME-VARIANT": 3,
    "ID-EXCEL-TRUNC": 4,
    "ID-EXCEL-NUMERIC": 3,
    "ID-SCIENTIFIC": 1,
    "ID-LOWER-X": 2,
    "ID-FORMAT-NOISE": 3,
    "ID-CHARSET": 1,
    "ID-STUDENT-NO": 1,
    "ID-TWO-IN-CELL": 0.3,
    "ID-15": 1,
    "PR-ROW-SHIFT": 0.3,
}
WEIGHTS: dict[str, dict[str, float]] = {
    NATIONAL: _TYPED | _EXPORTED,
    CITY: _TYPED | _EXPORTED,
    LEDGER: _TYPED | _BY_HAND,
    APP: {kind: weight for kind, weight in _TYPED.items() if not kind.startswith(("PR-DUP", "XS-MISSING", "XS-EXTRA"))},
}
SOURCE_FACTOR = {NATIONAL: 0.6, CITY: 0.9, LEDGER: 1.5, APP: 0.8}  # of the county's error rate

MISSING_FROM = {APP: 0.45}  # share of households a source rightly does not hold: an app sees the visited ones
STAY_FIXED, STAY, RETURN = 0.5, 0.4, 0.1  # of the mistakes of a delivery: mended next time, left, mended and back later
NEW_SHARE = 0.15  # new mistakes of a later delivery, as a share of the first delivery's
SLIP_WEIGHT = 0.45  # of each single-field slip (damage_fields) in a source whose files have its columns
