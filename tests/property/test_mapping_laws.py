"""Laws of mapping: decoration changes nothing, order changes nothing but the layout's identity, one field one column."""

from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.intake.mapping import MappingFile, block_of, map_sheet, parse_mapping, preload, read_head, write_mapping
from taizhang.intake.mapping.candidates import AUTOMATIC, candidates
from taizhang.intake.mapping.layouts import fingerprint
from taizhang.intake.mapping.lexicon import signature
from taizhang.intake.mapping.normal import header
from taizhang.intake.model import FIELDS, TABLES
from taizhang.intake.raw import SheetMeta

preload()  # the words are read once a process, and no example is to wait for it
OWN_LABELS = [field.zh for field in TABLES["record"].fields.values()]
OTHERS = [
    "配偶",
    "监护人",
    "代领人",
    "填表人",
    "网格员",
    "驻村队员",
    "开户人",
    "父亲",
    "经办人",
    "紧急联系人",
    "班主任",
    "担保人",
]
PERSONAL = ["姓名", "身份证号", "身份证号码", "证件号码", "联系电话", "性别", "出生日期", "民族", "文化程度", "住址"]


@given(
    st.sampled_from(OWN_LABELS),
    st.sampled_from(["", " ", "\n", "\u3000", "\u200b"]),
    st.sampled_from(["", "*", "：", "（必填）"]),
)
def test_decoration_never_changes_the_field(label, blank, suffix):
    decorated = label[:1] + blank + label[1:] + suffix

    assert {c.field for c in candidates((decorated,), "record")} == {c.field for c in candidates((label,), "record")}


@given(st.text(max_size=30))
def test_taking_a_header_apart_twice_changes_nothing(text):
    once = header(text).key

    assert header(once).key == once or header(header(once).key).key == header(once).key


@given(st.sampled_from(OTHERS), st.sampled_from(PERSONAL), st.sampled_from(["", "的", "（", "/"]))
def test_another_owner_is_never_the_person(owner, label, joint):
    text = f"{label}（{owner}）" if joint == "（" else f"{owner}{joint}{label}"

    assert [c.field for c in candidates((text,), "record") if c.score >= AUTOMATIC] == []


@given(st.text(alphabet="姓名身份证号码户主家庭成员联系电话的（）/之", max_size=12))
def test_a_signature_depends_on_the_text_alone(text):
    assert signature(header(text).key) == signature(header(text).key)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(OWN_LABELS), min_size=5, max_size=25))
def test_no_field_is_given_to_more_columns_than_it_has_and_no_column_is_lost(labels):
    sheet = map_sheet(read_head([block_of([["姓名", "身份证号码", *labels], ["甲"]])], SheetMeta(0, "Sheet1")))

    taken = [column.field for column in sheet.columns if column.field is not None]

    assert all(taken.count(name) <= FIELDS[name].repeats for name in taken)
    assert [column.index for column in sheet.columns] == list(range(len(labels) + 2))
    assert len({column.title for column in sheet.columns}) == len(sheet.columns)


@given(st.lists(st.sampled_from(OWN_LABELS), min_size=2, max_size=8, unique=True))
def test_the_fingerprint_knows_order_and_width(labels):
    assert fingerprint(labels) != fingerprint(labels[::-1])
    assert fingerprint(labels) != fingerprint(labels[:-1])
    assert fingerprint(labels) == fingerprint(list(labels))


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff\x85\u2028\u2029"), min_size=1, max_size=12),
        st.one_of(st.none(), st.sampled_from(sorted(TABLES["record"].fields))),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_any_mapping_survives_its_file(columns):
    single = {path: name for path, name in columns.items() if list(columns.values()).count(name) == 1 or name is None}
    mapping = MappingFile("0" * 32, "record", single or {"姓名": "name"}, origin='文件"一"\n《表》', confirmed_by="张")

    assert parse_mapping(write_mapping(mapping)) == mapping
