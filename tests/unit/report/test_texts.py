"""The reports speak three languages, each completely."""

import string

import opencc
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.report.safe_text import safe_text, safe_texts
from taizhang.report.texts import group_label, label, label_names


def places(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("name", label_names())
def test_every_label_has_three_texts_with_the_same_places(name):
    text = label(name)

    assert text.zh
    assert text.hant
    assert text.en
    assert places(text.zh) == places(text.hant) == places(text.en)


@pytest.mark.parametrize("name", label_names())
def test_the_traditional_text_says_the_same_as_the_simplified(name):
    to_simplified = opencc.OpenCC("t2s")
    quotes = str.maketrans("「」", "“”")

    assert to_simplified.convert(label(name).hant).translate(quotes) == to_simplified.convert(label(name).zh)


def test_an_unknown_group_stands_for_itself():
    assert group_label("Z").en == "Z"


@pytest.mark.parametrize("text", ["=1+1", "+86", "-x", "@sum", "\tx", "\rx", "＝1"])
def test_text_that_starts_a_formula_is_made_safe(text):
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-", "张三", "3=3", "'=1"])
def test_other_text_is_left_as_it_is(text):
    assert safe_text(text) == text


@given(st.lists(st.none() | st.text(alphabet="=+-@\t\r\n＝＋－＠'a张 ", max_size=4)))
def test_a_column_of_texts_is_made_safe_like_each_text(texts):
    expected = [None if text is None else safe_text(text) for text in texts]

    assert safe_texts(pa.array(texts, pa.string())).to_pylist() == expected
