"""The catalogue of fields says what registry-model.md says."""

import pytest

from taizhang.intake.model import FIELDS, TABLES, FieldType, IdentityRole, Sensitivity, code_lists


@pytest.mark.parametrize("name", [f.name for f in FIELDS.values() if f.type in (FieldType.CODE, FieldType.CODES)])
def test_every_coded_field_names_a_list_that_exists(name):
    assert FIELDS[name].code_list in code_lists()


@pytest.mark.parametrize("name", [f.name for f in FIELDS.values() if f.type not in (FieldType.CODE, FieldType.CODES)])
def test_no_other_field_names_a_list(name):
    assert FIELDS[name].code_list is None


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("household_no", "aac001"),
        ("name", "aab002"),
        ("id_no", "aab004"),
        ("net_income_per_capita", "aac082"),
        ("phone", "aar012"),
    ],
)
def test_national_columns_are_kept(name, column):
    assert FIELDS[name].column == column


@pytest.mark.parametrize(
    ("name", "role"),
    [("id_no", IdentityRole.ID_NO), ("head_id_no", IdentityRole.HEAD_ID_NO), ("sex", IdentityRole.SEX), ("note", None)],
)
def test_identity_roles_are_set_where_values_may_be_compared(name, role):
    assert FIELDS[name].role == role


def test_every_id_column_is_sensitive():
    exposed = [f.name for f in FIELDS.values() if f.type is FieldType.ID and f.sensitivity is not Sensitivity.SENSITIVE]

    assert exposed == []


def test_household_fields_are_also_columns_of_the_person_record():
    missing = set(TABLES["household"].fields) - set(TABLES["record"].fields)

    assert missing == set()


def test_a_person_field_is_not_a_household_field():
    assert not FIELDS["relation_to_head"].of_household
    assert FIELDS["household_type"].of_household


def test_amounts_say_their_unit():
    silent = [
        name for name in TABLES["household"].fields if FIELDS[name].type is FieldType.DEC and not FIELDS[name].unit
    ]

    assert silent == []


def test_five_numbered_risk_columns_feed_one_field():
    assert FIELDS["risk_types"].repeats == 5
