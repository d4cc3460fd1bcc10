"""Whole numbers from outside: what is one, and that pages answer in words to what is none."""

import pytest
from django.test import Client
from django.urls import reverse

from officepeople import person as account
from taizhang.office.access.roles import Role
from taizhang.office.parts.typed import whole_number

NONE = ("", " 7", "-7", "7.0", "²", "٣", "７", "七", "1" * 10, "9" * 5000)
"""Texts that are no number; Python calls some of them digits."""


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_whole_number(text):
    assert whole_number(text) is None


def test_whole_numbers_have_at_most_the_digits_asked_for():
    assert [whole_number("007"), whole_number("999999999"), whole_number("1" * 18, 18)] == [
        7,
        999_999_999,
        int("1" * 18),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("text", NONE)
def test_a_page_answers_in_words_to_a_number_that_is_none(text):
    client = Client()
    client.force_login(account(Role.CENTRE_OPERATOR), backend="allauth.account.auth_backends.AuthenticationBackend")
    frame = {"title": "本县的表", "columns": "一", "rows": "1", "year": "2026"}

    answers = [
        client.post(reverse("frame_new"), frame | {field: text})
        for field in ("year", "rows")
        if text or field == "year"
    ]

    assert {answer.status_code for answer in answers} == {422}
