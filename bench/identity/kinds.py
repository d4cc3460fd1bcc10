"""Which codes of the taxonomy say the same about a planted cause, and which may be said beside it."""

SAME: dict[str, frozenset[str]] = {
    "XS-NAME-HOMOPHONE": frozenset({"XS-NAME-HOMOPHONE"}),
    "XS-NAME-NEARPHONE": frozenset({"XS-NAME-NEARPHONE"}),
    "XS-NAME-SHAPE": frozenset({"XS-NAME-SHAPE"}),
    "XS-NAME-VARIANT": frozenset({"XS-NAME-VARIANT", "NM-TRADITIONAL"}),
    "XS-NAME-EXTRA": frozenset({"XS-NAME-EXTRA", "NM-SHORT"}),
    "XS-NAME-LOSS": frozenset({"XS-NAME-LOSS", "NM-LOSS", "NM-LATIN", "NM-SYMBOL"}),
    "XS-NAME-DAMAGED": frozenset({"XS-NAME-DAMAGED", "NM-DESYNC", "NM-CHARSET"}),
    "XS-NAME-ORDER": frozenset({"XS-NAME-ORDER"}),
    "XS-NAME-ONECHAR": frozenset({"XS-NAME-ONECHAR"}),
    "XS-NAME-SURNAME": frozenset({"XS-NAME-SURNAME"}),
    "XS-NAME-GIVEN": frozenset({"XS-NAME-GIVEN"}),
    "XS-NAME-DISJOINT": frozenset({"XS-NAME-DISJOINT"}),
    "XS-ID-SUBST": frozenset({"XS-ID-SUBST"}),
    "XS-ID-TRANSPOSE": frozenset({"XS-ID-TRANSPOSE"}),
    "XS-ID-INDEL": frozenset({"XS-ID-INDEL", "ID-LENGTH"}),
    "XS-ID-EXCEL": frozenset({"XS-ID-EXCEL", "ID-EXCEL-TRUNC"}),
    "ID-15": frozenset({"ID-15", "XS-ID-15-18"}),
    "XS-ID-BIRTH": frozenset({"XS-ID-BIRTH"}),
    "XS-ID-SEQ": frozenset({"XS-ID-SEQ"}),
    "XS-ID-REGION": frozenset({"XS-ID-REGION"}),
    "XS-ID-DISJOINT": frozenset({"XS-ID-DISJOINT", "PR-ID-TWO-NAMES"}),
    "XS-ID-FAMILY": frozenset({"XS-ID-FAMILY", "PR-COPY-FAMILY"}),
    "XS-SWAP": frozenset({"XS-SWAP", "PR-SWAP"}),
    "PR-ROW-SHIFT": frozenset({"PR-ROW-SHIFT"}),
    "ID-MISSING": frozenset({"ID-MISSING"}),
    "ID-PLACEHOLDER": frozenset({"ID-PLACEHOLDER"}),
    "ID-EXCEL-NUMERIC": frozenset({"ID-EXCEL-NUMERIC"}),
}
"""By planted cause: codes that name it. Causes are the classes the kinds are scored by."""

PARTS = frozenset({"XS-ID-BIRTH", "XS-ID-SEQ", "XS-ID-REGION"})
BESIDE: dict[str, frozenset[str]] = {
    "XS-ID-SUBST": PARTS,
    "XS-ID-TRANSPOSE": PARTS,
    "XS-NAME-VARIANT": frozenset({"XS-NAME-HOMOPHONE", "XS-NAME-SHAPE"}),
    "XS-NAME-SHAPE": frozenset({"XS-NAME-SURNAME"}),
    "XS-NAME-NEARPHONE": frozenset({"XS-NAME-SURNAME"}),
    "XS-SWAP": frozenset({"XS-ID-FAMILY", "XS-ID-DISJOINT"}),
    "PR-ROW-SHIFT": frozenset({"XS-ID-DISJOINT", "XS-ID-FAMILY"}),
    "XS-ID-FAMILY": frozenset({"XS-ID-DISJOINT", "XS-ID-SEQ", "XS-ID-BIRTH"}),
    "XS-ID-DISJOINT": frozenset({"XS-ID-SEQ", "XS-ID-BIRTH", "XS-ID-REGION"}),
    "XS-NAME-GIVEN": frozenset({"XS-NAME-ONECHAR"}),
    "XS-NAME-DISJOINT": frozenset({"XS-NAME-GIVEN", "XS-NAME-SURNAME", "XS-ID-DISJOINT"}),
}
"""By planted cause: causes that are true of it too, or may be, and are neither asked for nor held against the engine."""

IDENTITY_PREFIXES = ("ID-", "NM-", "XS-NAME-", "XS-ID-")
IDENTITY_CODES = frozenset(
    {
        "XS-SWAP",
        "PR-SWAP",
        "PR-COPY-FAMILY",
        "PR-ROW-SHIFT",
        "PR-ID-TWO-NAMES",
        "PR-ID-SHARED",
        "PR-NAME-TWO-IDS",
        "PR-DUP-15-18",
    }
)
NO_COMPLAINT = frozenset(
    {"XS-ID-DISABILITY", "XS-ID-STUDENT", "XS-NAME-FORMAT", "XS-NAME-ALIAS", "ID-REGION-ANACHRONISM"}
)
"""Codes that record an oddity and complain about nothing."""


def is_about_identity(code: str) -> bool:
    """Whether a finding of this code says that a name or a number is wrong."""
    return code not in NO_COMPLAINT and (code in IDENTITY_CODES or code.startswith(IDENTITY_PREFIXES))


def causes_named(codes: frozenset[str]) -> frozenset[str]:
    """The causes some of these codes name."""
    return frozenset(cause for cause, same in SAME.items() if same & codes)
