"""Household runs: filled only where the rows look like families in order."""

import random

import numpy as np
import pyarrow as pa
import pytest

from taizhang.intake.raw import Merge
from taizhang.intake.rows import HouseholdRows, Verdict, find_households, merged_from

GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
H, S, B, G, F = "户主", "配偶", "之子", "之女", "之父"


def sheet(*rows, **columns):
    relation, number, name = zip(*rows, strict=True)
    return HouseholdRows(
        len(rows),
        relation=pa.array(relation, pa.string()),
        number=pa.array(number, pa.string()),
        name=pa.array(name, pa.string()),
        **columns,
    )


def test_a_number_is_filled_down_inside_the_run_a_head_opened():
    found = find_households(
        sheet((H, "1", "王一"), (S, None, "李二"), (B, None, "王三"), (H, "2", "张四"), (S, None, "赵五"))
    )

    assert found.verdict is Verdict.FILLED
    assert found.run.tolist() == [0, 0, 0, 1, 1]
    assert found.number_from.tolist() == [0, 0, 0, 3, 3]


def test_a_head_without_a_number_opens_a_household_of_its_own():
    found = find_households(sheet((H, "1", "王一"), (S, None, "李二"), (H, None, "张四"), (S, None, "赵五")))

    assert found.run.tolist() == [0, 0, 1, 1]
    assert found.number_from.tolist() == [0, 0, -1, -1]
    assert found.opened_at.tolist() == [0, 0, 2, 2]


def test_a_member_before_any_head_refuses_the_sheet_and_keeps_written_numbers():
    found = find_households(sheet((S, None, "李二"), (H, "1", "王一"), (B, None, "王三")))

    assert found.verdict is Verdict.REFUSED
    assert found.why == {"orphans": 1}
    assert found.number_from.tolist() == [-1, 1, -1]


def test_a_sheet_sorted_out_of_its_families_is_refused():
    rows = [(H, None, "王一"), (S, None, "李二"), (S, None, "李三")] * 4

    assert find_households(sheet(*rows)).why == {"two_spouses": 4}


def test_a_sheet_with_many_huge_households_is_refused():
    rows = [(H, None, "王一"), *[(B, None, "王二")] * 10] * 2

    assert find_households(sheet(*rows)).why == {"large": 2}


def test_a_sheet_whose_children_bear_strange_surnames_is_refused():
    rows = [(H, None, "王一"), (B, None, "李二"), (G, None, "张三")] * 6

    assert find_households(sheet(*rows)).why == {"strange_surnames": 12}


def test_one_child_with_a_strange_surname_is_doubtful_and_the_rest_is_filled():
    found = find_households(
        sheet((H, "1", "王一"), (S, None, "李二"), (B, None, "赵六"), (G, None, "李五"), (B, None, "王三"))
    )

    assert found.verdict is Verdict.FILLED
    assert found.run.tolist() == [0, 0, -1, 0, 0]
    assert found.number_from.tolist() == [0, 0, -1, 0, 0]


GOOD = [row for no in range(1, 21) for row in ((H, str(no), "王一"), (S, None, "李二"))]


def test_two_spouses_below_a_head_without_a_mark_make_the_members_doubtful_and_no_others():
    found = find_households(sheet((H, None, "王一"), (S, None, "李二"), (S, None, "赵六"), *GOOD))

    assert found.verdict is Verdict.FILLED
    assert found.doubtful.tolist() == [False, True, True, *[False] * 40]
    assert found.why == {"doubtful_rows": 2}


def test_two_spouses_of_a_marked_household_are_of_one_household():
    found = find_households(sheet((H, "99", "王一"), (S, None, "李二"), (B, None, "王三"), (S, None, "赵六"), *GOOD))

    assert not found.doubtful.any()
    assert found.run[:5].tolist() == [0, 0, 0, 0, 1]


def test_two_spouses_with_children_of_another_name_may_be_two_households():
    found = find_households(sheet((H, "99", "王一"), (S, None, "李二"), (S, None, "赵六"), (B, None, "孙七"), *GOOD))

    assert found.doubtful[:5].tolist() == [False, True, True, True, False]


@pytest.mark.parametrize("by", ["number", "head"])
def test_a_new_mark_opens_a_household_though_its_row_is_not_called_the_head(by):
    rows = [(H, "99", "王一"), (S, None, "李二"), ("其他", "98", "张四"), (S, None, "赵五"), (B, None, "张六"), *GOOD]
    marked = sheet(*rows)
    if by == "head":
        marked = HouseholdRows(len(rows), relation=marked.relation, name=marked.name, head=marked.number)

    found = find_households(marked)

    assert not found.doubtful.any()
    assert found.run[:6].tolist() == [0, 0, 1, 1, 1, 2]
    assert found.opened_at[:6].tolist() == [0, 0, 2, 2, 2, 5]


def test_a_run_that_names_two_numbers_is_doubtful_but_written_numbers_stand():
    found = find_households(sheet((H, "1", "王一"), (S, None, "李二"), (B, "2", "王三"), (G, None, "王四")))

    assert found.number_from.tolist() == [0, -1, 2, -1]


def test_a_number_on_every_row_is_used_wherever_the_rows_stand():
    found = find_households(sheet((B, "1", "王三"), (H, "2", "张四"), (H, "1", "王一")))

    assert found.verdict is Verdict.GIVEN
    assert found.run.tolist() == [0, 1, 0]
    assert found.opened_at.tolist() == [0, 1, 0]


def test_a_head_repeated_on_every_row_beats_the_order_of_the_rows():
    head = pa.array(["王一", "张四", "王一"])

    found = find_households(sheet((H, "1", "王一"), (H, "2", "张四"), (B, None, "王三"), head=head))

    assert found.verdict is Verdict.GIVEN
    assert found.number_from.tolist() == [0, 1, 0]


def test_numbers_without_any_head_row_are_not_filled():
    found = find_households(HouseholdRows(3, number=pa.array(["1", None, None])))

    assert found.verdict is Verdict.REFUSED
    assert found.number_from.tolist() == [0, -1, -1]


@pytest.mark.parametrize("rows", [0, 2])
def test_a_sheet_that_says_nothing_of_households_has_none(rows):
    found = find_households(HouseholdRows(rows))

    assert found.verdict is Verdict.NONE
    assert found.run.tolist() == [-1] * rows


def village(seed):
    """Relations, numbers on heads only, names, and the true household of every row; some sheets are in disorder."""
    chance = random.Random(seed)
    rows, truth = [], []
    for household in range(60):
        surname, wife = chance.choices("王李张刘陈杨赵黄周吴", k=2)
        members = [(H, surname)] + [(S, wife)] * (chance.random() < 0.8)
        members += [(chance.choice([B, G]), surname) for _ in range(chance.randint(0, 3))]
        members += [(F, surname)] * (chance.random() < 0.3)
        number = None if chance.random() < 0.03 else f"{household:04d}"
        rows += [
            (relation, number if relation == H else None, name + chance.choice(GIVEN) + chance.choice(GIVEN))
            for relation, name in members
        ]
        truth += [household] * len(members)
    order = list(range(len(rows)))
    if seed % 20 == 0:
        order.sort(key=lambda at: rows[at][2])
    if seed % 14 == 3:
        for _ in range(3):
            order.insert(chance.randrange(len(order)), order.pop(chance.randrange(len(order))))
    return [rows[at] for at in order], [truth[at] for at in order]


def test_wrong_households_stay_below_three_in_a_thousand_on_generated_villages():
    sheets = [village(seed) for seed in range(200)]

    found = [find_households(sheet(*rows)) for rows, _ in sheets]
    truth = [np.array(households) for _, households in sheets]
    wrong = sum(
        int((true[one.opened_at[one.run >= 0]] != true[one.run >= 0]).sum())
        for one, true in zip(found, truth, strict=True)
    )
    unused = sum(int((one.run < 0).sum()) for one in found)
    total = sum(map(len, truth))

    assert wrong / total < 0.003
    assert unused / total < 0.08


def test_merged_cells_give_the_value_of_their_first_row():
    numbers = np.array([5, 6, 7, 9], np.int32)

    source = merged_from([Merge(5, 2, 7, 2), Merge(4, 2, 4, 9)], 2, numbers)

    assert source.tolist() == [0, 0, 0, 3]


@pytest.mark.parametrize("merge", [Merge(5, 1, 7, 1), Merge(5, 2, 5, 4), Merge(3, 2, 6, 2), Merge(20, 2, 22, 2)])
def test_ranges_beside_the_column_or_begun_above_the_data_give_nothing(merge):
    assert merged_from([merge], 2, np.array([5, 6, 7, 9], np.int32)) is None


def marked(*households):
    """A sheet that marks heads' rows by a number and a stated size; a household whose head is None has lost that row."""
    rows, sizes, groups = [], [], []
    for no, (size, group, *members) in enumerate(households):
        for at, (relation, name) in enumerate(members):
            rows.append((relation, str(no) if at == 0 and relation == H else None, name))
            sizes.append(size if at == 0 and relation == H else None)
            groups.append(group if at == 0 or group is not None else None)
    return sheet(*rows, size=pa.array(sizes, pa.int64()), places=(pa.array(groups, pa.string()),))


ABOVE = (3, "一组", (H, "王一"), (S, "李二"), (B, "王三"))
NEXT = (1, "二组", (H, "孙八"))
OTHERS = [(2, "一组", (H, f"周{at}"), (S, f"吴{at}")) for at in "甲乙丙丁"]


@pytest.mark.parametrize(
    ("lost", "begins"),
    [
        ((None, None, (S, "赵五"), (G, "钱六")), 3),  # the size is full, and a second spouse stands there
        ((None, "二组", (S, "赵五"), (G, "钱六")), 3),
        ((None, "二组", (B, "王四"), (G, "王六")), 3),  # the size is full and the group changes, two rows long
        ((None, "二组", (S, "赵五")), 3),
    ],
)
def test_a_household_whose_head_row_was_left_out_is_nobodys(lost, begins):
    found = find_households(marked(*OTHERS, ABOVE, lost, NEXT))

    at = 8 + begins
    assert found.lost == (at,)
    assert found.run[8:at].tolist() == [4, 4, 4]
    members = len(lost) - 2
    assert found.run[at : at + members].tolist() == [-1] * members
    assert found.doubtful[at : at + members].all()
    assert found.run[-1] == 5
    assert found.why["lost_heads"] == 1


@pytest.mark.parametrize(
    "household",
    [
        (3, "一组", (H, "王一"), (S, "李二"), (B, "王三"), (G, "王四")),  # the size alone differs: HH-SIZE tells it
        (
            4,
            "一组",
            (H, "王一"),
            (S, "李二"),
            (B, "王三"),
            (S, "赵五"),
        ),  # a second spouse alone: HH-MULTI-SPOUSE tells it
        (4, "一组", (H, "王一"), (S, "李二"), (B, "王三"), (G, "王四")),  # all is well
    ],
)
def test_one_sign_alone_parts_no_household(household):
    found = find_households(marked(*OTHERS, household, NEXT))

    assert found.lost == ()
    assert found.run[8:12].tolist() == [4, 4, 4, 4]


def test_one_grown_child_who_lives_elsewhere_and_is_not_counted_stays():
    rows = [(H, "1", "王一"), (S, None, "李二"), (B, None, "王三"), (H, "2", "张四")]
    found = find_households(
        sheet(
            *rows,
            size=pa.array([2, None, None, 1], pa.int64()),
            places=(pa.array(["甲村一组", None, "西安", "甲村一组"]),),
        )
    )

    assert found.run.tolist() == [0, 0, 0, 1]


def test_a_place_that_comes_back_is_no_sign():
    rows = [(H, "1", "王一"), (S, None, "李二"), (B, None, "王三"), (G, None, "王四"), (H, "2", "张四")]
    places = pa.array(["一组", None, "二组", "一组", "三组"])
    found = find_households(sheet(*rows, size=pa.array([2, None, None, None, 1], pa.int64()), places=(places,)))

    assert found.lost == ()
