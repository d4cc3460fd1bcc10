"""Laws of names, for any text."""

import unicodedata

import pyarrow as pa
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from taizhang.identity.names import (
    MOST_SOUND_KEYS,
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
NAMES = st.text(HAN, min_size=2, max_size=4).filter(lambda name: not parse_name(name).defects)
ODD = st.one_of(
    st.text(max_size=12),
    st.text(st.sampled_from([*COMMON[:400], *"?□·•・ 　()（）氏某1０aＺ、\u200b⻩\ue863"]), max_size=8),
    NAMES,
    st.none(),
)


@settings(deadline=None, max_examples=500)
@given(ODD)
@example("[\\")  # a wrapper around nothing but a slash
def test_no_text_raises_and_normalising_a_normal_text_changes_nothing(raw):
    normal = parse_name(raw).text

    assert parse_name(normal).text == normal


@settings(deadline=None, max_examples=300)
@given(ODD, ODD)
def test_comparing_is_symmetric_in_kind(a, b):
    one, other = compare_names(a, b), compare_names(b, a)

    assert (one.code, one.also, one.grade, one.similarity) == (other.code, other.also, other.grade, other.similarity)


@given(st.text(HAN, min_size=3, max_size=6), st.integers(0, 5))
def test_a_character_more_anywhere_is_told_as_that(longer, at):
    assume(not parse_name(longer).defects)
    shorter = longer[: at % len(longer)] + longer[at % len(longer) + 1 :]
    relation = compare_names(longer, shorter)

    assert relation.grade is None or NameCode.EXTRA in (relation.code, *relation.also)


def test_a_cell_as_long_as_a_file_is_compared_in_one_pass():
    """Looked at once for every place that a character could have been added at, this would take hours."""
    cell = "王" * 400_000

    assert (
        NameCode.EXTRA in compare_names(cell + "英", cell).also
        or compare_names(cell + "英", cell).code is NameCode.EXTRA
    )


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
    assert table["similarity"].to_pylist() == [r.similarity for r in single]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(NAMES, NAMES, st.integers(0, 3), HAN), min_size=1, max_size=8))
def test_columns_and_single_comparison_agree_on_names_that_nearly_agree(drawn):
    pairs = [
        (a, a[:at] + character + a[at + 1 :] if odd else a[:at] + a[at + 1 :] + b[:1])
        for a, b, at, character in drawn
        for odd in (0, 1)
    ]
    table = compare_name_pairs(pa.array([a for a, _ in pairs]), pa.array([b for _, b in pairs]))

    single = [compare_names(a, b) for a, b in pairs]

    assert table["code"].to_pylist() == [r.code.value for r in single]
    assert table["also"].to_pylist() == [f"|{'|'.join(sorted(r.also))}|" if r.also else None for r in single]
    assert table["similarity"].to_pylist() == [r.similarity for r in single]


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
def test_the_sound_of_a_name_is_the_first_of_all_its_sounds(name):
    columns = parse_names(pa.array([name], pa.string()))

    assert columns.sound[0].as_py() == columns.sound_keys[0].as_py()[0]
    assert len(set(columns.sound_keys[0].as_py())) == len(columns.sound_keys[0]) <= MOST_SOUND_KEYS


@settings(deadline=None, max_examples=300)
@given(NAMES, NAMES)
def test_names_that_differ_only_by_variants_have_the_same_fold_and_no_others(a, b):
    columns = parse_names(pa.array([a, b], pa.string()))
    relation = compare_names(a, b)
    variant = relation.code in {NameCode.SAME, NameCode.VARIANT} or NameCode.VARIANT in relation.also

    assert (columns.fold[0] == columns.fold[1]) == variant


MARKS = {"1": "\u0304", "2": "\u0301", "3": "\u030c", "4": "\u0300"}


def spelt(reading):
    """``zhang1`` as a converter writes it: with its mark on the vowel that carries it."""
    letters, tone = reading[:-1].replace("v", "\u00fc"), MARKS.get(reading[-1], "")
    heavy = next((vowel for vowel in ("a", "e", "ou") if vowel in letters), None) or next(
        (letter for letter in reversed(letters) if letter in "aeiou\u00fc"), letters[0]
    )
    at = letters.index(heavy) + 1
    return unicodedata.normalize("NFC", letters[:at] + tone + letters[at:])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(HAN, st.booleans()), min_size=1, max_size=8))
def test_stripping_pinyin_removes_exactly_what_was_inserted(drawn):
    readings = [
        next((r for r in knowledge().readings_of(knowledge().row(character)) if r[-1] in MARKS), "")
        for character, _ in drawn
    ]
    assume(all(readings))
    text = "".join(character for character, _ in drawn)
    inserted = "".join(
        character + f"({spelt(reading)})" * marked for (character, marked), reading in zip(drawn, readings, strict=True)
    )

    stripped = strip_pinyin(inserted)

    assert stripped.text == text
    assert stripped.removed == sum(marked for _, marked in drawn)


def desynced(name, at):
    """The name after a decoder was cut between the two bytes of character `at`, as repaired text viewers show it."""
    raw = name[at:].encode("gbk")
    return name[:at] + "?" + raw[1:].decode("gbk", "replace").replace("\ufffd", "?")


@settings(deadline=None, max_examples=400)
@given(NAMES.filter(lambda name: name.encode("gbk", "ignore").decode("gbk") == name), st.data())
def test_the_repair_of_a_desync_contains_the_truth(name, data):
    at = data.draw(st.integers(0, len(name) - 2))
    damaged = desynced(name, at)
    assume("?" not in damaged[at + 1 : -1])  # pairs that GBK does not assign lose their bytes for good

    repairs = parse_name(damaged).repairs

    assert any(repair.admits(name) for repair in repairs)
    assert compare_names(damaged, name).code in {NameCode.LOSS, NameCode.DAMAGED}


@settings(deadline=None, max_examples=300)
@given(NAMES)
def test_a_name_read_with_the_wrong_charset_is_explained_by_the_right_one(name):
    latin = name.encode("gbk").decode("latin-1")

    assert compare_names(latin, name).code is NameCode.DAMAGED
