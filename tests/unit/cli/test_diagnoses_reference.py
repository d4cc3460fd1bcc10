"""The taxonomy of identity: every code is known, every code is emitted, and some run shows it."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "sweep"))

from casebook import CASES
from ledgers import SON, Ledgers, changed, everywhere, family, identity_rules

from taizhang.cli.diagnoses import diagnoses_reference, emitters_of, taxonomy
from taizhang.sweep.rules.model import Scope

# identity.md §15, written down apart from the program: the twin of what the packs hold.
TAXONOMY = """
ID-MISSING ID-PLACEHOLDER ID-FORMAT-NOISE ID-LOWER-X ID-CHARSET ID-LENGTH ID-15 ID-CHECKSUM ID-CHECKSUM-DISABILITY
ID-EXCEL-NUMERIC ID-EXCEL-TRUNC ID-SCIENTIFIC ID-BIRTH-INVALID ID-BIRTH-FUTURE ID-BIRTH-ANCIENT ID-REGION-UNKNOWN
ID-REGION-ANACHRONISM ID-SEQ-RESERVED ID-BIRTH-DIFF ID-SEX-DIFF ID-TYPE-LENGTH ID-DISABILITY-CLASS ID-DISABILITY-LEVEL
ID-DISABILITY-SUFFIX ID-HMT-PERMIT ID-FOREIGN-CARD ID-STUDENT-NO ID-TWO-IN-CELL
NM-EMPTY NM-PLACEHOLDER NM-SHORT NM-LONG NM-SPACE NM-SEPARATOR NM-DIGIT NM-LATIN NM-LOSS NM-PUA NM-RADICAL NM-COMPAT
NM-DESYNC NM-CHARSET NM-PINYIN-BRACKET NM-NOTE NM-TRADITIONAL NM-CLAN NM-SYMBOL NM-TWO-PERSONS
PR-DUP-ROW PR-DUP-HOUSEHOLD PR-ID-TWO-NAMES PR-ID-SHARED PR-NAME-TWO-IDS PR-DUP-15-18 PR-DUP-DISABILITY PR-HEAD-NAME PR-HEAD-ID
PR-HEAD-BOTH PR-HEAD-PERSON-NO PR-CADRE-IS-POOR PR-SWAP PR-COPY-FAMILY PR-ROW-SHIFT PR-PERSON-NO-REUSE PR-STATIC-CHANGED
XS-NAME-FORMAT XS-NAME-LOSS XS-NAME-DAMAGED XS-NAME-VARIANT XS-NAME-ALIAS XS-NAME-CLAN XS-NAME-EXTRA XS-NAME-ORDER
XS-NAME-HOMOPHONE XS-NAME-NEARPHONE XS-NAME-SHAPE XS-NAME-KEY XS-NAME-ONECHAR XS-NAME-SURNAME XS-NAME-GIVEN
XS-NAME-DISJOINT XS-ID-15-18 XS-ID-DISABILITY XS-ID-STUDENT XS-ID-EXCEL XS-ID-SUBST XS-ID-TRANSPOSE XS-ID-JUMP
XS-ID-INDEL XS-ID-BIRTH XS-ID-REGION XS-ID-SEQ XS-ID-FAMILY XS-ID-DISJOINT XS-SWAP XS-MISSING XS-EXTRA XS-HOUSEHOLD
XS-FIELD XS-AMBIGUOUS XS-STALE
AU-MISMATCH AU-NOT-FOUND AU-DUPLICATE AU-DECEASED AU-UNAVAILABLE
"""
SHOWN_ELSEWHERE = {
    "XS-NAME-FORMAT", "XS-NAME-KEY",  # below
    "XS-ID-15-18", "XS-ID-STUDENT", "XS-ID-EXCEL",  # tests/unit/identity/test_numbers_compare.py: relations of equal numbers
    "XS-STALE",  # tests/unit/sweep/test_sweep_diagnoses.py
    "AU-MISMATCH", "AU-NOT-FOUND", "AU-DUPLICATE", "AU-DECEASED", "AU-UNAVAILABLE",  # tests/unit/authority
}  # fmt: skip


def test_the_program_knows_every_code_of_the_taxonomy_and_no_other():
    assert sorted(rule.id for rule in taxonomy()) == sorted(TAXONOMY.split())


def test_every_code_is_emitted_by_somebody():
    assert [rule.id for rule in taxonomy() if not emitters_of(rule)] == []
    assert diagnoses_reference().endswith("## Codes nobody emits\n\nNone.\n")


def test_every_diagnosis_that_is_emitted_is_shown_by_a_case():
    shown = {code for case in CASES.values() for code in case.expected} | SHOWN_ELSEWHERE

    assert {rule.id for rule in taxonomy() if rule.scope is Scope.DIAGNOSIS} - shown == set()


@pytest.mark.parametrize(
    ("code", "true", "written"),
    [("XS-NAME-FORMAT", "买买提·艾力", "买买提艾力"), ("XS-NAME-KEY", "李大海", "李大盖")],
    ids=["dot", "key"],
)
def test_relations_without_a_case_are_emitted(tmp_path, code, true, written):
    """海 hai and 盖 gai: h lies beside g."""
    ledgers = everywhere(family(1, m2=true))

    swept = (
        Ledgers(tmp_path)
        .deliver(ledgers | {"ledger": changed(ledgers["ledger"], SON, name=written)})
        .sweep(rules=identity_rules())
    )

    assert [one["rule"] for one in swept.open] == [code]
