"""`diagnose` is the sweep's own engine on tables in memory: what it says, of which rows, and what it never shows."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from ledgers import HEAD, SON, Ledgers, changed, everywhere, family, identity_rules, number

import taizhang
from taizhang.identity.numbers import mask_phone
from taizhang.library import Candidate, Observed
from taizhang.library.showing import marked
from taizhang.library.tables import LedgerUnreadable

DAY = date(2020, 2, 19)
TITLES = {"national": "全国系统", "city": "市平台", "ledger": "村台账", "app": "手机上报"}


def titled(ledgers):
    """Ledgers by title instead of source."""
    return {TITLES[source]: rows for source, rows in ledgers.items()}


@pytest.fixture(scope="module")
def troubled():
    """One village ledger with a homophone in family 1 and a crossed pair of digits in family 2."""
    ledgers = everywhere(family(1, m2="刘建军") + family(2))
    wrong = number(2, SON)
    crossed = wrong[:15] + wrong[16] + wrong[15] + wrong[17]
    rows = changed(ledgers["ledger"], SON, name="刘健军")
    return ledgers | {"ledger": changed(rows, 4 + SON, id_no=crossed)}


@pytest.fixture(scope="module")
def verdicts(troubled):
    return taizhang.diagnose(titled(troubled), as_of=DAY)


def test_a_homophone_is_told_with_row_culprit_candidate_and_readings(verdicts):
    (found,) = verdicts.of_row("村台账", SON)

    assert found.code == "XS-NAME-HOMOPHONE"
    assert found.culprit == "村台账"
    assert found.rows == (taizhang.LedgerRow("村台账", SON),)
    assert found.candidates[0].value == "刘建军"
    assert found.candidates[0].probability > 0.9
    assert set(found.candidates[0].ledgers) == set(TITLES.values()) - {"村台账"}


def test_a_damaged_number_is_told_with_the_whole_number_as_candidate(verdicts):
    (found,) = verdicts.of_row("村台账", 4 + SON)

    assert found.code == "XS-ID-TRANSPOSE"
    assert "ID-CHECKSUM" in found.kinds
    assert found.candidates[0].value == number(2, SON)


def test_nothing_is_said_of_rows_that_agree(verdicts, troubled):
    assert len(verdicts) == 2
    assert verdicts.records == sum(map(len, troubled.values()))
    assert verdicts.persons == 8


def test_the_library_says_what_a_sweep_of_the_same_ledgers_says(verdicts, troubled, tmp_path):
    swept = Ledgers(tmp_path).deliver(troubled).sweep(rules=identity_rules())

    assert sorted((one.code, one.kinds) for one in verdicts) == sorted(
        (one["rule"], tuple(one["kinds"])) for one in swept.open
    )


def test_the_order_of_ledgers_and_the_kind_of_table_change_nothing(verdicts, troubled):
    as_arrow = {title: pa.Table.from_pylist(rows) for title, rows in reversed(titled(troubled).items())}

    assert taizhang.diagnose(as_arrow, as_of=DAY).verdicts == verdicts.verdicts


def test_what_is_printed_holds_no_whole_number(verdicts, troubled):
    shown = (
        repr(verdicts)
        + verdicts._repr_html_()
        + "".join(map(repr, (*verdicts, *verdicts[0].observed, *verdicts[1].candidates)))
    )

    written = {row["id_no"] for rows in troubled.values() for row in rows}
    assert {one for one in written if one in shown or one[6:14] in shown} == set()


def test_a_number_in_the_column_of_names_is_masked_as_any_other():
    told = {title: family(1) for title in ("甲", "乙", "丙")}
    told["丙"] = changed(told["丙"], SON, name=number(1, SON))

    slid = taizhang.diagnose(told, as_of=DAY)

    assert "name" in {one.field for found in slid for one in found.observed if one.value == number(1, SON)}
    assert number(1, SON) not in repr(slid) + slid._repr_html_() + "".join(map(repr, slid[0].observed))


def test_the_notebook_marks_differing_characters_and_escapes_text():
    rows = [{"id_no": number(1, SON), "name": "刘<b>军"}]

    shown = taizhang.diagnose({"甲<script>": rows, "乙": rows}, as_of=DAY)._repr_html_()

    assert "<script>" not in shown


def test_marks_stand_where_the_names_differ(verdicts):
    shown = verdicts.of_kind("XS-NAME-")[0]._repr_html_()

    assert "刘<mark>健</mark>军" in shown
    assert "刘<mark>建</mark>军" in shown


def test_a_declared_copy_is_no_second_witness(troubled):
    ledgers = titled(everywhere(family(1, m2="刘建军")))
    ledgers["村台账"] = ledgers["手机上报"] = changed(ledgers["村台账"], SON, name="刘健军")
    ledgers["市平台"] = [row for at, row in enumerate(ledgers["市平台"]) if at != SON]

    free = taizhang.diagnose(ledgers, as_of=DAY).of_kind("XS-NAME-HOMOPHONE")[0]
    bound = taizhang.diagnose(ledgers, as_of=DAY, derived_from={"手机上报": ["村台账"]}).of_kind("XS-NAME-HOMOPHONE")[0]

    def chance(verdict):
        return next(one.probability for one in verdict.candidates if one.value == "刘建军")

    assert chance(bound) > chance(free)


def test_a_number_that_was_cut_off_is_one_verdict_and_not_also_a_wrong_check_digit():
    cut, crossed = number(1, SON)[:15] + "000", number(2, SON)[:15] + number(2, SON)[16] + number(2, SON)[15] + "0"
    rows = [{"id_no": one, "name": "刘建军"} for one in (cut, crossed)]

    found = taizhang.diagnose({"村台账": rows}, as_of=DAY)

    assert [(one.rows[0].row, one.code) for one in found] == [(0, "ID-EXCEL-TRUNC"), (1, "ID-CHECKSUM")]


@pytest.mark.parametrize(
    "wrong", [{6: "1", 7: "8"}, {6: "2", 7: "1"}, {0: "9", 1: "0"}], ids=["ancient", "future", "nowhere"]
)
def test_what_a_number_says_is_not_judged_where_its_check_digit_says_that_it_is_wrong(wrong):
    text = "".join(wrong.get(at, digit) for at, digit in enumerate(number(1, SON)))

    found = taizhang.diagnose({"村台账": [{"id_no": text, "name": "刘建军"}]}, as_of=DAY)

    assert [one.code for one in found if one.severity != "info"] == ["ID-CHECKSUM"]


def test_the_very_first_row_is_offered_what_it_can_have_been_like_any_other():
    crossed = number(1, SON)[:15] + number(1, SON)[16] + number(1, SON)[15] + number(1, SON)[17]
    wrong = changed(family(1), SON, id_no=crossed)
    first = [wrong[SON], *(row for at, row in enumerate(wrong) if at != SON)]

    offered = [
        [one for one in found.candidates if one.value == number(1, SON)]
        for rows in (wrong, first)
        for found in taizhang.diagnose({"村台账": rows}, as_of=DAY).of_kind("ID-CHECKSUM")
    ]

    assert [len(one) for one in offered] == [1, 1]


def test_one_ledger_alone_is_judged_by_itself():
    found = taizhang.diagnose({"村台账": [{"证件号码": number(1, SON)[:-1], "姓名": "刘建军"}]}, as_of=DAY)

    assert [one.code for one in found] == ["ID-LENGTH"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"ledgers": {}}, "台账"), ({"ledgers": {"一": []}, "derived_from": {"二": ["一"]}}, "没有名为"),
     ({"ledgers": {"一": []}, "kinds": {"二": "app"}}, "没有名为"), ({"ledgers": {"一": []}, "kinds": {"一": "市级"}}, "national"),
     ({"ledgers": {"一": []}, "derived_from": {"一": ["一"]}}, "它自己"), ({"ledgers": [[], []]}, "名称"),
     ({"ledgers": {1: []}}, "名称"), ({"ledgers": {" ": []}}, "名称")],
)  # fmt: skip
def test_ledgers_and_kinds_that_cannot_be_are_refused(arguments, said):
    with pytest.raises(LedgerUnreadable, match=said):
        taizhang.diagnose(**arguments)


def test_one_title_may_stand_for_a_list_of_originals(troubled):
    ledgers = titled(troubled)

    listed = taizhang.diagnose(ledgers, as_of=DAY, derived_from={"手机上报": ["村台账"]})

    assert taizhang.diagnose(ledgers, as_of=DAY, derived_from={"手机上报": "村台账"}) == listed


def test_a_time_of_day_is_its_day_and_a_text_is_none(verdicts, troubled):
    assert taizhang.diagnose(titled(troubled), as_of=datetime(2020, 2, 19, 8, tzinfo=UTC)) == verdicts
    with pytest.raises(TypeError, match="as_of"):
        taizhang.diagnose(titled(troubled), as_of="2020-02-19")


def test_where_nothing_is_decided_every_spelling_is_shown_and_none_suggested(verdicts):
    one, other = ([{"id_no": number(1, SON), "name": name}] for name in ("刘建军", "刘健军"))

    (open_verdict,) = taizhang.diagnose({"甲": one, "乙": other}, as_of=DAY)

    assert open_verdict.culprit is None
    assert "可能是 刘健军（50%）、刘建军（50%）" in repr(open_verdict)
    assert "建议" not in repr(open_verdict)
    assert "建议 刘建军" in repr(verdicts.of_row("村台账", SON)[0])


def test_an_empty_ledger_has_nothing_to_say():
    assert len(taizhang.diagnose({"村台账": []}, as_of=DAY)) == 0


def test_verdicts_are_a_table_for_data_frames(verdicts):
    table = verdicts.to_arrow()

    assert table["code"].to_pylist() == [one.code for one in verdicts]
    assert table["culprit"].to_pylist() == ["村台账", "村台账"]
    assert table["rows"].to_pylist()[0] == [{"ledger": "村台账", "row": SON}]
    assert table["candidates"].to_pylist()[0][0]["value"] == "刘建军"
    assert taizhang.diagnose({"村台账": []}, as_of=DAY).to_arrow().schema == table.schema


def test_every_row_of_a_verdict_can_be_joined_back_to_its_table(verdicts, troubled):
    lines = verdicts.by_row().to_pylist()

    assert [(one["ledger"], one["row"], one["verdict"]) for one in lines] == [
        ("村台账", SON, 0),
        ("村台账", 4 + SON, 1),
    ]
    assert [(one["field"], one["suggested"]) for one in lines] == [("name", "刘建军"), ("id_no", number(2, SON))]
    assert taizhang.diagnose({"村台账": []}, as_of=DAY).by_row().schema == verdicts.by_row().schema


def test_of_two_exchanged_numbers_each_row_is_told_its_own():
    swapped = changed(changed(family(1), SON, id_no=number(1, HEAD)), HEAD, id_no=number(1, SON))

    exchange = taizhang.diagnose({"甲": family(1), "乙": family(1), "丙": swapped}, as_of=DAY)

    assert [one.code for one in exchange] == ["PR-SWAP"]
    assert {(line["row"], line["suggested"]) for line in exchange.by_row().to_pylist()} == {
        (HEAD, number(1, HEAD)),
        (SON, number(1, SON)),
    }


def test_no_row_is_told_what_to_write_where_nothing_is_decided():
    one, other = ([{"id_no": number(1, SON), "name": name}] for name in ("刘建军", "刘健军"))
    undecided = taizhang.diagnose({"甲": one, "乙": other}, as_of=DAY)

    assert [len(said.rows) for said in undecided] == [2]
    assert {line["suggested"] for line in undecided.by_row().to_pylist()} == {None}


def test_links_say_of_every_row_whose_it_is(verdicts, troubled):
    links = verdicts.links.to_pylist()

    son = {(one["ledger"], one["row"]): one["person"] for one in links}
    assert len(links) == verdicts.records
    assert len({one["person"] for one in links}) == verdicts.persons
    assert len({son[title, 4 + SON] for title in titled(troubled)}) == 1
    assert son["村台账", SON] != son["村台账", 4 + SON]


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [("en", "Homophone", ("suggested 刘建军", "probably wrong: 村台账", "rows · 8 persons")),
     ("zh-TW", "同音字", ("建議 刘建军", "可能出錯：村台账", "條診斷"))],
)  # fmt: skip
def test_verdicts_are_said_in_the_language_asked_for(verdicts, troubled, language, title, words):
    said = taizhang.diagnose(titled(troubled), as_of=DAY, language=language)

    assert [one.rows for one in said] == [one.rows for one in verdicts]
    assert said[0].title == title
    assert [word for word in words if word not in repr(said)] == []
    assert said[0].evidence != verdicts[0].evidence
    assert said[0].message != verdicts[0].message


def test_a_language_nobody_speaks_here_is_refused():
    with pytest.raises(LedgerUnreadable, match="语言"):
        taizhang.diagnose({"一": []}, language="klingon")


def test_a_telephone_is_shown_as_everywhere_in_the_product():
    rows = [{"id_no": number(1, SON), "name": "刘建军", "phone": phone} for phone in ("13812345678", "13998765432")]

    shown = [repr(Observed("甲", "member_phone", row["phone"])) for row in rows]

    assert [text[-12:-1] for text in shown] == ["138****5678", "139****5432"]
    assert repr(Candidate("member_phone", "13812345678", 0.5, "other")).count("138****5678") == 1
    assert repr(Observed("甲", "bank_account", "6217001234")).count("**********") == 1


@pytest.mark.parametrize("phone", ["138-1234-5678", "0916-8212345", "12", "1", ""])
def test_marks_stand_over_a_masked_telephone_of_any_length(phone):
    assert marked("member_phone", phone, "13812345678").replace("<mark>", "").replace("</mark>", "") == mask_phone(
        phone
    )
    assert len(mask_phone(phone)) == len(phone)


def test_a_title_that_is_no_text_is_refused():
    with pytest.raises(LedgerUnreadable, match="名称"):
        taizhang.diagnose({"村\ud800": []})


def test_twenty_ledgers_are_no_more_than_two():
    ledgers = {f"第{at:02d}镇": family(1) for at in range(20)}
    ledgers["第07镇"] = changed(family(1), SON, name="欧阳致远")

    (found,) = taizhang.diagnose(ledgers, as_of=DAY)

    assert found.culprit == "第07镇"


def test_ledgers_may_copy_each_other_and_copies_of_copies_are_no_witnesses(troubled):
    """The city's ledger has a mistake; two others took it over, one from the other."""
    ledgers = titled(everywhere(family(1, m2="刘建军")))
    ledgers["市平台"] = ledgers["村台账"] = changed(ledgers["市平台"], SON, name="刘健军")
    ledgers["手机上报"] = [row for at, row in enumerate(ledgers["手机上报"]) if at != SON]

    def chance(**derived):
        (found,) = taizhang.diagnose(ledgers, as_of=DAY, derived_from=derived).of_kind("XS-NAME-HOMOPHONE")
        return next(one.probability for one in found.candidates if one.value == "刘建军")

    alone, copied = chance(), chance(市平台="村台账")
    assert alone < copied
    assert chance(市平台="村台账", 村台账="市平台") == copied
    assert chance(市平台="手机上报", 手机上报="村台账") == copied
