"""What findings show of a value: each kind of number by the one mask that every part of the product has for it."""

import pytest

from taizhang.identity.numbers import mask_phone
from taizhang.intake.mapping import masked
from taizhang.library.showing import masked as shown_in_notebooks
from taizhang.office.findings.selectors.marking import hidden
from taizhang.sweep.findings.masking import masked_value

NUMBER = "610723198001011234"


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("id_no", NUMBER, "6107**************"),
        ("id_no", "6107", "6107"),
        ("remark", NUMBER, "6107**************"),
        ("member_phone", "13812345678", "138****5678"),
        ("household_phone", "8221234", "*****34"),
        ("bank_account", "6217001234", "**********"),
        ("start_month", "2020-02-01", "2020-02"),
        ("birth_date", "1980-01-01", "1980-01-01"),
        ("name", "王建军", "王建军"),
        ("name", None, None),
    ],
)
def test_a_value_is_shown_by_what_its_field_is(field, value, shown):
    assert masked_value(field, value) == shown


@pytest.mark.parametrize("phone", ["13812345678", "19900001111", "09162212345", "8221234", "82212345", "02988887777"])
def test_a_telephone_has_one_mask_wherever_it_is_shown(phone):
    everywhere = {
        masked_value("member_phone", phone),
        masked(phone, is_name_column=False),
        shown_in_notebooks("member_phone", phone),
        hidden("member_phone", phone),
    }

    assert everywhere == {mask_phone(phone)}
