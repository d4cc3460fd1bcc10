"""Laws of names, for any text."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.identity.names import (
    NameCode,
    compare_name_pairs,
    compare_names,
    knowledge,
    name_id,
    parse_name,
    parse_names,
    strip_pinyin,
)

COMMON = [chr(c) for c in range(0x4E00, 0x9FA6) if knowledge().level[knowledge().row_of[c]] in (1, 2)]
HAN = st.sampled_from(COMMON)
NAMES = st.text(HAN, min_size=2, max_size=4)
ODD = st.one_of(
    st.text(max_size=12),
    st.text(st.sampled_from([*COMMON[:400], *"?□·•・ 　()（）氏某1０aＺ、\u200b⻩\ue863"]), max_size=8),
    NAMES,
    st.none(),
)


@settings(deadline=None, max_examples=300)
@given(ODD)
def test_no_text_raises_and_normalising_a_normal_text_changes_nothing(raw):
    normal = parse_name(parse_name(raw).text).text  # a note behind a note is found when the first is gone

    assert parse_name(normal).text == normal


@settings(deadline=None, max_examples=300)
@given(ODD, ODD)
def test_comparing_is_symmetric_in_kind(a, b):
    one, other = compare_names(a, b), compare_names(b, a)

    assert (one.code, one.also, one.grade, one.similarity) == (other.code, other.also, other.grade, other.similarity)


@given(NAMES)
def test_a_name_is_the_same_as_itself(name):
    assert compare_names(name, name).code in {NameCode.SAME, NameCode.MISSING}


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(ODD, ODD), max_size=8))
def test_comparing_pairs_in_columns_agrees_with_comparing_one(pairs):
    table = compare_name_pairs(
        pa.array([a for a, _ in pairs], pa.string()), pa.array([b for _, b in pairs], pa.string())
    )
    single = [compare_names(a, b) for a, b in pairs]

    assert table["code"].to_pylist() == [r.code.value for r in single]
    assert table["grade"].to_pylist() == [r.grade.value if r.grade else None for r in single]
    assert table["also"].to_pylist() == [f"|{'|'.join(sorted(r.also))}|" if r.also else None for r in single]


@settings(deadline=None, max_examples=150)
@given(st.lists(ODD, max_size=10))
def test_the_columnar_parse_agrees_with_the_scalar_parse(cells):
    columns = parse_names(pa.array(cells, pa.string()))
    single = [parse_name(cell) for cell in cells]

    assert columns.text.to_pylist() == [p.text for p in single]
    assert columns.note.to_pylist() == [p.note for p in single]
    assert columns.alias.to_pylist() == [p.alias for p in single]
    assert columns.defects.to_pylist() == [f"|{'|'.join(sorted(p.defects))}|" if p.defects else None for p in single]
    assert columns.name_id.tolist() == [name_id(p.text) if p.text is not None else 0 for p in single]


@given(NAMES)
def test_the_sound_of_a_name_is_among_all_its_sounds(name):
    columns = parse_names(pa.array([name]))

    assert columns.sound[0].as_py() is None or columns.sound[0].as_py() in columns.sound_keys[0].as_py()


@given(st.text(HAN, min_size=1, max_size=6), st.data())
def test_stripping_pinyin_removes_exactly_what_was_inserted(text, data):
    at = data.draw(st.integers(0, len(text) - 1))
    marked = {"1": "\u0304", "2": "\u0301", "3": "\u030c", "4": "\u0300"}
    readings = [
        r
        for r in knowledge().readings_of(knowledge().row(text[at]))
        if r[-1] in marked and r[:-1] in {"zhang", "wei", "li", "ma", "ba", "di"}
    ]
    reading = readings[0] if readings else None
    spelt = (
        ""
        if reading is None
        else f"({next(reading[: i + 1] + marked[reading[-1]] + reading[i + 1 : -1] for i in range(len(reading)) if reading[i] in 'aeiou')})"
    )

    inserted = text[: at + 1] + spelt + text[at + 1 :]

    assert strip_pinyin(inserted).text == text


@settings(deadline=None)
@given(st.text(HAN, min_size=3, max_size=6), st.data())
def test_the_repair_of_a_lost_lead_byte_admits_the_truth_wherever_one_is_offered(text, data):
    at = data.draw(st.integers(0, len(text) - 2))
    raw = text[at:].encode("gbk")
    damaged = text[:at] + "?" + raw[1:].decode("gbk", "replace")

    assert all(
        len(r.slots) != len(text) or r.admits(text) for r in parse_name(damaged).repairs if "\ufffd" not in damaged
    )
