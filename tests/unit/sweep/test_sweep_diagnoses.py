"""Diagnoses of handfuls of rows, each with its negative twin. All persons are invented; births lie in 1900–1960."""

from datetime import date

import pytest

from taizhang.identity.numbers import check_digit
from taizhang.sweep.examples import diagnose_rows

SOURCES = ("city", "ledger", "national")


def number(birth, sequence, area="612323"):
    body = f"{area}{birth}{sequence}"
    return body + check_digit(body)


WANG = {"name": "王建国", "id_no": number("19300412", "117"), "sex": "男", "birth_date": date(1930, 4, 12)}
LI = {"name": "李秀兰", "id_no": number("19320809", "224"), "sex": "女", "birth_date": date(1932, 8, 9)}
SON = {"name": "王小军", "id_no": number("19550102", "331"), "sex": "男", "birth_date": date(1955, 1, 2)}
GIRL = {"name": "王丽娟", "id_no": number("19580630", "448"), "sex": "女", "birth_date": date(1958, 6, 30)}
FAMILY = (WANG, LI, SON, GIRL)
RELATIONS = ("户主", "配偶", "之子", "之女")


def household(members=FAMILY, *, no="6107230001", village="610723101201", sources=SOURCES, births=("national",)):
    """The same members in every source; only some sources have a birth column."""
    rows = []
    for source in sources:
        for member, relation in zip(members, RELATIONS, strict=False):
            row = {
                "source": source,
                "household_no": no,
                "village_code": village,
                "relation_to_head": relation,
                "head_name": members[0]["name"],
                "head_id_no": members[0]["id_no"],
                **member,
            }
            rows.append(row if source in births else {key: row[key] for key in row if key != "birth_date"})
    return rows


def changed(rows, source, who, /, **values):
    return [{**row, **values} if (row["source"], row["name"]) == (source, who) else row for row in rows]


def codes(rows, **settings):
    return sorted(one.code for one in diagnose_rows(rows, **settings))


def only(rows, **settings):
    (found,) = diagnose_rows(rows, **settings)
    return found


def test_agreeing_sources_give_no_diagnosis():
    rows = household()

    assert codes(rows) == []


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("王建囯", "XS-NAME-VARIANT"),
        ("王健国", "XS-NAME-HOMOPHONE"),
        ("王国", "XS-NAME-EXTRA"),
        ("王国建", "XS-NAME-ORDER"),
        ("王建?", "XS-NAME-LOSS"),
        ("王志强", "XS-NAME-GIVEN"),
        ("赵志强", "XS-NAME-DISJOINT"),
    ],
)
def test_a_name_that_differs_under_one_number_is_explained_and_blamed_on_its_source(written, code):
    rows = changed(household(), "ledger", "王建国", name=written)

    found = only(rows)

    assert code in found.kinds
    assert (found.culprit, found.fields) == ("ledger", ("name",))
    assert found.candidates[0].value == "王建国"
    assert [rows[at]["name"] for at in found.records] == [written]


def test_only_a_number_that_every_row_has_is_said_to_agree():
    right = changed(household(), "ledger", "王建国", name="王健国")
    crossed = WANG["id_no"][:15] + WANG["id_no"][16] + WANG["id_no"][15] + WANG["id_no"][17]
    wrong = changed(right, "city", "王建国", id_no=crossed)

    about = [one for rows in (right, wrong) for one in diagnose_rows(rows) if one.fields == ("name",)]

    assert [one.source for one in about] == ["ledger", "ledger"]
    assert ["各来源证件号码一致" in one.evidence for one in about] == [True, False]


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda text: text[:9] + str((int(text[9]) + 4) % 10) + text[10:], "XS-ID-SUBST"),
        (lambda text: text[:11] + text[12] + text[11] + text[13:], "XS-ID-TRANSPOSE"),
        (lambda text: text[:5] + text[6:], "XS-ID-INDEL"),
        (lambda text: text[:15] + "000", "XS-ID-EXCEL"),
        (lambda text: number("19310412", text[14:17]), "XS-ID-BIRTH"),
        (lambda text: number(text[6:14], text[14:17], area="610723"), "XS-ID-REGION"),
        (lambda text: number(text[6:14], "659"), "XS-ID-SEQ"),
    ],
)
def test_a_number_that_differs_under_one_name_is_explained_and_the_true_one_offered(damage, code):
    rows = changed(household(), "city", "王建国", id_no=damage(WANG["id_no"]))

    found = only(rows)

    assert code in found.kinds
    assert (found.culprit, found.fields) == ("city", ("id_no",))
    assert found.candidates[0].value == WANG["id_no"]
    assert found.p_culprit > 0.9


def test_a_missing_number_is_not_a_different_number():
    rows = changed(household(), "city", "王建国", id_no=None)

    assert codes(rows) == []


def test_crossed_numbers_in_a_household_are_one_swap_with_two_subjects():
    rows = changed(household(), "ledger", "王小军", id_no=GIRL["id_no"])
    rows = changed(rows, "ledger", "王丽娟", id_no=SON["id_no"])

    found = only(rows)

    assert found.code == "PR-SWAP"
    assert len(found.persons) == 2
    assert sorted(rows[at]["name"] for at in found.records[: found.wrong]) == ["王丽娟", "王小军"]
    assert {one.value for one in found.candidates} == {SON["id_no"], GIRL["id_no"]}


def test_a_number_copied_from_a_relative_is_not_a_swap():
    rows = changed(household(), "ledger", "王小军", id_no=WANG["id_no"])

    found = only(rows)

    assert found.code == "PR-COPY-FAMILY"
    assert found.candidates[0].value == SON["id_no"]


def test_a_number_of_a_stranger_in_the_village_is_one_number_under_two_names():
    stranger = {"name": "陈桂花", "id_no": number("19410303", "562"), "sex": "女", "birth_date": date(1941, 3, 3)}
    rows = household() + household((stranger,), no="6107230002")
    rows = changed(rows, "city", "王小军", id_no=stranger["id_no"])

    found = only(rows)

    assert found.code == "PR-ID-TWO-NAMES"
    assert (found.culprit, found.candidates[0].value) == ("city", SON["id_no"])


def test_a_block_of_shifted_numbers_is_one_finding_for_all_its_rows():
    members = (
        *FAMILY,
        {"name": "王长命", "id_no": number("19590101", "555"), "sex": "男", "birth_date": date(1959, 1, 1)},
    )
    rows = household()
    rows += household((members[4],), no="6107230002") + household(
        ({"name": "周玉兰", "id_no": number("19420505", "684"), "sex": "女", "birth_date": date(1942, 5, 5)},),
        no="6107230003",
    )
    ledger = [at for at, row in enumerate(rows) if row["source"] == "ledger"]
    numbers = [rows[at]["id_no"] for at in ledger]
    for at, shifted in zip(ledger, (*numbers[1:], numbers[0]), strict=True):
        rows[at] = {**rows[at], "id_no": shifted}

    found = [one for one in diagnose_rows(rows) if one.code.startswith(("PR-ROW", "XS-ID", "PR-SWAP", "PR-COPY"))]

    assert [one.code for one in found] == ["PR-ROW-SHIFT"]
    assert found[0].wrong == len(ledger)


def test_true_namesakes_of_one_village_are_two_persons():
    namesake = {"name": "王建国", "id_no": number("19380707", "711"), "sex": "男", "birth_date": date(1938, 7, 7)}
    rows = household() + household((namesake,), no="6107230002")

    assert codes(rows) == []


def test_namesakes_each_in_other_sources_are_two_persons():
    namesake = {"name": "王建国", "id_no": number("19380707", "711"), "sex": "男", "birth_date": date(1938, 7, 7)}
    rows = household(sources=("city", "national")) + household((namesake,), no="6107230002", sources=("ledger",))

    assert codes(rows) == []


def test_prefixes_of_before_and_after_the_renaming_of_the_county_are_no_diagnosis():
    younger = {
        "name": "王新生",
        "id_no": number("19960303", "719", area="610723"),
        "sex": "男",
        "birth_date": date(1996, 3, 3),
    }

    assert codes(household((*FAMILY[:3], younger))) == []


def test_twins_are_two_persons():
    twins = tuple(
        {"name": name, "id_no": number("19550909", sequence), "sex": "男", "birth_date": date(1955, 9, 9)}
        for name, sequence in (("王宇睿", "211"), ("王宇鑫", "213"))
    )

    assert codes(household((WANG, LI, *twins))) == []


def test_a_number_truly_issued_twice_is_a_verdict_without_a_suggestion():
    double = {"name": "赵文斌", "id_no": WANG["id_no"], "sex": "男"}
    rows = household() + household((double,), no="6107239999", village="610723105203", births=())

    found = only(rows)

    assert found.code == "PR-ID-SHARED"
    assert (found.culprit, found.candidates, found.confidence) == (None, (), "D")


@pytest.mark.parametrize(
    ("denying", "births"), [({"sex": "女"}, ()), ({"birth_date": date(1931, 4, 12)}, ("national",))]
)
def test_a_number_that_one_of_two_holders_denies_by_sex_or_birth_was_not_issued_twice(denying, births):
    other = {"name": "赵文斌", "id_no": WANG["id_no"], "sex": "男", "birth_date": WANG["birth_date"], **denying}
    rows = household() + household((other,), no="6107239999", village="610723105203", births=births)

    found = diagnose_rows(rows)

    assert sorted((one.code, one.culprit) for one in found) == [("PR-ID-TWO-NAMES", source) for source in SOURCES]
    assert {rows[record]["name"] for one in found for record in one.records} == {"赵文斌"}


def test_a_father_s_number_on_the_son_in_every_source_is_the_son_s_mistake():
    son = SON | {"id_no": WANG["id_no"]}
    rows = household((WANG, LI, son, GIRL))

    found = diagnose_rows(rows)

    assert sorted((one.code, one.culprit) for one in found) == [("PR-COPY-FAMILY", source) for source in SOURCES]
    assert {rows[record]["name"] for one in found for record in one.records} == {"王小军"}


def test_a_father_s_number_on_the_son_in_three_of_four_sources_is_not_the_son_s():
    rows = household(sources=("app", *SOURCES))
    for source in ("app", "city", "ledger"):
        rows = changed(rows, source, "王小军", id_no=WANG["id_no"])

    found = diagnose_rows(rows)

    assert [(one.code, one.culprit) for one in found] == [
        ("PR-COPY-FAMILY", source) for source in ("app", "city", "ledger")
    ]
    assert {one.candidates[0].value for one in found} == {SON["id_no"]}


def test_a_number_of_two_housemates_whom_no_column_tells_apart_blames_neither():
    son = {**SON, "id_no": WANG["id_no"]}

    found = only(household((WANG, LI, son, GIRL), births=()))

    assert (found.code, found.culprit) == ("PR-COPY-FAMILY", None)
    assert len(found.records) == 2 * len(SOURCES)


def test_a_witness_who_misspells_the_name_is_a_witness_of_the_number():
    double = {"name": "赵文斌", "id_no": WANG["id_no"], "sex": "男"}
    other = household((double,), no="6107239999", village="610723105203", births=(), sources=("city", "ledger"))

    assert "PR-ID-SHARED" in codes(household() + changed(other, "ledger", "赵文斌", name="赵文彬"))


def test_a_number_that_ends_in_000_by_nature_is_believed_where_no_other_was_cut_off_to_it():
    born = next(day for day in range(10, 29) if number(f"194711{day}", "800").endswith("8000"))
    natural = {"name": "赵文斌", "id_no": number(f"194711{born}", "800"), "sex": "女"}
    rows = household((natural,), births=())

    found = only(changed(rows, "city", "赵文斌", id_no=number(f"194711{born}", "084")))

    assert (found.code, found.culprit, found.candidates[0].value) == ("XS-ID-SEQ", "city", natural["id_no"])


def test_one_source_against_another_names_no_culprit():
    rows = changed(household(sources=("city", "ledger")), "ledger", "王建国", name="王健国", head_name="王健国")
    rows = [row | {"head_name": "王健国"} if row["source"] == "ledger" else row for row in rows]

    found = only(rows)

    assert found.code == "XS-NAME-HOMOPHONE"
    assert found.culprit is None
    assert len(found.records) == 2


def test_relatives_that_agree_count_once():
    rows = changed(household(sources=("city", "ledger", "national")), "national", "王建国", name="王健国")

    alone = only(rows)
    copied = only(rows, derived_from={"ledger": ("city",)})

    assert alone.p_culprit > copied.p_culprit


def test_a_person_twice_in_a_household_is_a_duplicate_row():
    rows = household()
    rows.append(next(row for row in rows if (row["source"], row["name"]) == ("ledger", "王小军")))

    assert codes(rows) == ["PR-DUP-ROW"]


def test_a_person_pushed_twice_by_the_app_is_no_duplicate():
    rows = household(sources=("app", "national"))
    rows.append(next(row for row in rows if (row["source"], row["name"]) == ("app", "王小军")))

    assert codes(rows) == []


def test_old_and_new_number_of_one_person_in_one_source_are_a_duplicate():
    rows = household()
    row = next(row for row in rows if (row["source"], row["name"]) == ("ledger", "王小军"))
    rows.append({**row, "id_no": SON["id_no"][:6] + SON["id_no"][8:17]})

    assert codes(rows) == ["PR-DUP-15-18"]


def test_one_person_under_two_valid_numbers_in_one_source_is_told_once():
    rows = household()
    row = next(row for row in rows if (row["source"], row["name"]) == ("national", "王小军"))
    rows.append({**row, "id_no": number("19550102", "775")})

    found = only(rows)

    assert found.code == "PR-NAME-TWO-IDS"
    assert found.candidates[0].value == SON["id_no"]


def test_a_member_left_out_is_missing_and_a_household_left_out_is_not():
    rows = household()
    without_member = [row for row in rows if (row["source"], row["name"]) != ("city", "王小军")]
    without_household = [row for row in rows if row["source"] != "city"] + household(
        (SON,), no="6107230002", village="610723101202", sources=("city",)
    )[:0]

    assert codes(without_member) == ["XS-MISSING"]
    assert codes(without_household) == []


def test_a_member_of_one_source_only_is_an_extra_of_that_source():
    extra = {"name": "王天赐", "id_no": number("19590101", "557"), "sex": "男", "birth_date": date(1959, 1, 1)}
    rows = (
        household()
        + [{**row, **extra, "relation_to_head": "之子"} for row in household()[:4] if row["source"] == "city"][:1]
    )

    found = only(rows)

    assert (found.code, found.source) == ("XS-EXTRA", "city")


def test_a_stale_head_copy_is_one_finding_a_household():
    rows = [
        {**row, "head_name": "王小军", "head_id_no": SON["id_no"]} if row["source"] == "city" else row
        for row in household()
    ]

    found = only(rows)

    assert (found.code, found.subject_type, found.source) == ("PR-HEAD-BOTH", "household", "city")
    assert {one.value for one in found.candidates} == {"王建国", WANG["id_no"]}


def test_a_wrong_number_of_the_head_is_not_also_a_stale_copy():
    rows = changed(household(), "city", "王建国", id_no=number("19310412", "117"))

    assert codes(rows) == ["XS-ID-BIRTH"]


def test_another_household_in_one_source_is_told_of_that_source():
    rows = household() + household(
        ({"name": "陈桂花", "id_no": number("19410303", "562"), "sex": "女"},), no="6107230002", births=()
    )
    rows = [
        {**row, "household_no": "6107230002", "relation_to_head": "其他", "head_name": "陈桂花", "head_id_no": None}
        if (row["source"], row["name"]) == ("city", "王小军")
        else row
        for row in rows
    ]

    found = [one for one in diagnose_rows(rows) if one.code != "XS-MISSING"]

    assert [(one.code, one.culprit) for one in found] == [("XS-HOUSEHOLD", "city")]


def test_a_source_far_behind_is_stale_and_nobody_is_missing_in_it():
    rows = [row for row in household() if (row["source"], row["name"]) != ("city", "王小军")]

    assert codes(rows, as_of={"city": date(2019, 12, 1)}) == ["XS-STALE"]


def test_evidence_and_messages_never_hold_a_number():
    rows = changed(household(), "city", "王建国", id_no=number("19310412", "117"))

    found = only(rows)

    assert not [
        sentence
        for sentence in found.evidence
        if any(character.isdigit() and sentence.count(character) > 9 for character in sentence)
    ]
    assert WANG["id_no"] not in "".join(found.evidence)


def test_a_certificate_where_others_have_the_citizen_number_is_information():
    rows = changed(household(), "city", "王小军", id_no=SON["id_no"] + "42", id_type="残疾人证")

    found = only(rows)

    assert (found.code, found.culprit) == ("XS-ID-DISABILITY", None)


def app_rows(*persons, village="610723101201"):
    """What the app knows: name, number, village."""
    told = {"source": "app", "village_code": village, "household_run": None}
    return [told | {"name": one["name"], "id_no": one["id_no"]} for one in persons]


STRANGER = {"name": "陈桂花", "id_no": number("19410303", "562"), "sex": "女", "birth_date": date(1941, 3, 3)}


def of_identity(rows):
    return {one.code: one for one in diagnose_rows(rows) if one.code.startswith(("PR-", "XS-ID", "XS-NAME", "XS-SWAP"))}


@pytest.mark.parametrize("village", ["610723101201", "610723105202"], ids=["same village", "next village"])
def test_a_row_without_household_that_carries_a_strangers_number_is_its_own_person(village):
    rows = household() + household((STRANGER,), no="6107230002", village=village)
    rows += app_rows(WANG, LI, SON | {"id_no": STRANGER["id_no"]}, GIRL) + app_rows(STRANGER, village=village)

    ((code, found),) = of_identity(rows).items()

    assert (code, found.source, found.culprit) == ("PR-ID-TWO-NAMES", "app", "app")
    assert found.candidates[0].value == SON["id_no"]


def test_numbers_exchanged_in_rows_without_household_are_an_exchange_and_not_two_wrong_names():
    rows = household() + app_rows(WANG, LI | {"id_no": SON["id_no"]}, SON | {"id_no": LI["id_no"]}, GIRL)

    ((code, found),) = of_identity(rows).items()

    assert code == "PR-SWAP"
    assert {one.value for one in found.candidates} == {LI["id_no"], SON["id_no"]}


def test_a_row_whose_name_and_date_of_birth_are_wrong_is_found_by_the_rest_of_the_number():
    wrong = SON | {"name": "王晓军", "id_no": number("19800417", SON["id_no"][14:17])}

    found = of_identity(household() + app_rows(WANG, LI, wrong, GIRL))

    assert set(found) == {"XS-ID-BIRTH", "XS-NAME-HOMOPHONE"}

    assert found["XS-ID-BIRTH"].candidates[0].value == SON["id_no"]
    assert found["XS-NAME-HOMOPHONE"].candidates[0].value == SON["name"]


def test_a_name_that_only_its_row_denies_is_told_by_the_copy_of_the_head():
    """Two ledgers, one against one; in one of them the head's own row writes another name than its copy of the head."""
    rows = changed(household(sources=("city", "ledger")), "ledger", "王建国", name="王健国")

    found = next(one for one in diagnose_rows(rows) if one.code == "XS-NAME-HOMOPHONE")

    assert (found.source, found.culprit) == ("ledger", "ledger")
    assert found.candidates[0].value == "王建国"


def test_between_two_ledgers_a_number_that_is_another_persons_in_both_is_the_wrong_one():
    rows = changed(household(sources=("city", "national")), "city", "王小军", id_no=LI["id_no"])

    ((code, found),) = of_identity(rows).items()

    assert (code, found.culprit, found.candidates[0].value) == ("PR-COPY-FAMILY", "city", SON["id_no"])
    assert found.p_culprit > 0.99


def test_rows_with_one_cause_make_it_surer_together_than_each_by_itself():
    """Between two ledgers, of which one has a column of births: an exchange at home, and one row that is as wrong."""
    rows = household(sources=("city", "ledger"), births=("ledger",))
    both = changed(changed(rows, "city", "王小军", id_no=GIRL["id_no"]), "city", "王丽娟", id_no=SON["id_no"])

    swap = of_identity(both)["PR-SWAP"]

    assert (swap.source, swap.culprit) == ("city", "city")
    assert swap.p_culprit > max(one.probability for one in swap.candidates) + 0.05


HUSBAND = {"name": "张强", "id_no": number("19570316", "315"), "sex": "男", "birth_date": date(1957, 3, 16)}


@pytest.mark.parametrize("sources", [("ledger",), ("city", "ledger")])
def test_a_daughter_who_stands_with_her_parents_and_with_her_husband_stands_in_two_households(sources):
    rows = household((WANG, LI, GIRL), sources=sources) + household((HUSBAND, GIRL), no="6107230002", sources=sources)

    found = diagnose_rows(rows)

    assert {(one.code, one.source) for one in found} == {("PR-DUP-HOUSEHOLD", source) for source in sources}
    assert {rows[record]["name"] for one in found for record in one.records} == {GIRL["name"]}


def test_a_row_that_stands_twice_in_one_household_is_a_row_too_many():
    rows = household((WANG, LI, GIRL, GIRL), sources=("ledger",))

    assert [one.code for one in diagnose_rows(rows)] == ["PR-DUP-ROW"]


CARD = "VNM610185040507"


@pytest.mark.parametrize(
    ("written", "likeliest", "among"),
    [({"ledger": CARD, "city": CARD}, CARD, 2 / 3), ({"ledger": "E12345678"}, GIRL["id_no"], 2 / 3)],
    ids=["a foreigner's card in two of three", "a passport in one of three"],
)
def test_a_number_of_another_document_is_told_by_how_many_have_it_and_blames_nobody(written, likeliest, among):
    rows = household()
    for source, number_there in written.items():
        rows = changed(rows, source, "王丽娟", id_no=number_there)

    found = diagnose_rows(rows)

    assert {one.source for one in found} == set(written)
    assert {one.culprit for one in found} == {None}
    assert {one.evidence[0] for one in found} == {"本行登记的是另一种证件的号码"}
    assert {one.candidates[0].value for one in found} == {likeliest}
    assert {round(one.candidates[0].probability, 2) for one in found} == {round(among, 2)}


def test_two_numbers_in_a_cell_are_told_as_that_and_not_as_another_number():
    found = only(changed(household(), "ledger", "王丽娟", id_no=f"{GIRL['id_no']}/{SON['id_no']}"))

    assert found.code == "ID-TWO-IN-CELL"
    assert found.candidates[0].value == GIRL["id_no"]


def test_one_number_on_two_names_of_one_ledger_is_no_row_too_many():
    stranger = {
        "source": "ledger",
        **LI,
        "name": "赵桂英",
        "village_code": "610723101201",
        "household_no": "6107230001",
    }
    twice = {"source": "ledger", **LI, "village_code": "610723101201", "household_no": "6107230001"}

    named, again = only([twice, stranger]), only([twice, dict(twice)])

    assert (named.code, named.candidates) == ("PR-ID-TWO-NAMES", ())
    assert named.evidence == ("同一来源内2行号码相同而姓名不同",)
    assert again.code == "PR-DUP-ROW"


@pytest.mark.parametrize(("written", "shows"), [("王健国", True), ("王国建", False), ("赵志强", False)])
def test_characters_are_shown_one_by_one_only_where_they_are_the_explanation(written, shows):
    found = only(changed(household(), "ledger", "王建国", name=written))

    assert ("字“" in found.evidence[0]) == shows


def test_a_whole_name_is_believed_though_more_ledgers_have_the_clan_s():
    rows = changed(changed(household(), "city", "李秀兰", name="李氏"), "ledger", "李秀兰", name="李氏")

    found = diagnose_rows(rows)

    assert {one.code for one in found} == {"XS-NAME-CLAN"}
    assert {one.source for one in found} == {"city", "ledger"}
    assert {one.candidates[0].value for one in found} == {"李秀兰"}
