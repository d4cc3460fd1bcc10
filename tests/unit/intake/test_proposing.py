"""Deliveries shown before they count: proposed, compared with the one before, accepted or rejected."""

from datetime import date
from pathlib import Path

import pytest

from taizhang.intake.county import load_county
from taizhang.intake.delivery import deliveries_of, open_delivery
from taizhang.intake.delivery.browsing import not_taken
from taizhang.intake.delivery.comparing import compare
from taizhang.intake.inbox import SourceFolderError
from taizhang.intake.pipeline import take_in
from taizhang.intake.proposing import (
    NoProposalError,
    NothingSentError,
    ProposalStaleError,
    SameDeliveryError,
    accept_delivery,
    proposal_of,
    proposals_of,
    propose_again,
    propose_delivery,
    reject_delivery,
)
from taizhang.intake.questions import answer_question, mapping_questions

COUNTY = """
[county]
code = "610723"
name = "洋县"
data = "data"

[[source]]
id = "app"
kind = "app"
title = "手机端"
folder = "inbox"
"""
HEADER = "乡镇,村,户编号,姓名,身份证号码,与户主关系,健康状况"
JUNE, JULY = date(2024, 6, 30), date(2024, 7, 31)
WANG = "龙亭镇,龙亭村,6107230001,王强,610723197503031236,户主,健康"
LI = "龙亭镇,龙亭村,6107230001,李芳,610723197603031243,配偶,健康"
ZHAO = "龙亭镇,镇江村,6107230002,赵敏,610723198201011249,户主,健康"


@pytest.fixture
def county(tmp_path):
    (tmp_path / "county.toml").write_text(COUNTY, "utf-8")
    return load_county(tmp_path / "county.toml")


def sent(folder, *lines, header=HEADER, name="台账.csv"):
    path = folder / f"{len(list(folder.iterdir()))}.csv"
    path.write_text("\n".join((header, *lines)) + "\n", "utf-8")
    return [(name, path)]


def propose(county, *lines, as_of=JUNE, **settings):
    return propose_delivery(county, "app", sent(county.file.parent, *lines, **settings), as_of=as_of, jobs=1)


def accepted(county, *lines, as_of=JUNE, **settings):
    return accept_delivery(county, "app", propose(county, *lines, as_of=as_of, **settings).name)


def counts(change):
    return {one.village: (one.added, one.removed, one.changed, one.unchanged) for one in change.villages}


def test_a_proposal_is_read_whole_and_counts_for_nothing_yet(county):
    proposal = propose(county, WANG, LI)

    assert proposal.delivery.read("record").column("name").to_pylist() == ["王强", "李芳"]
    assert (proposal.change.previous, proposal.change.added, proposal.holding.held) == (None, 2, False)
    assert deliveries_of(county.data, "app") == []
    assert [ref.folder.parent.name for ref in proposals_of(county, "app")] == [proposal.name]


def test_an_accepted_proposal_is_a_delivery_under_the_same_name(county):
    proposal = propose(county, WANG, LI)

    ref = accept_delivery(county, "app", proposal.name)

    assert ref.folder.name == proposal.name
    assert open_delivery(county.data, "app").read("record").num_rows == 2
    assert open_delivery(county.data, "app").original(0).is_file()
    assert proposals_of(county, "app") == []


def test_a_rejected_proposal_leaves_nothing(county):
    proposal = propose(county, WANG, LI)

    reject_delivery(county, "app", proposal.name)

    assert not list((county.data / "proposed").rglob("*.parquet"))
    with pytest.raises(NoProposalError):
        accept_delivery(county, "app", proposal.name)


def test_rows_are_told_apart_by_village(county):
    accepted(county, WANG, LI, ZHAO)
    grown = LI.replace("健康", "长期慢性病")
    newcomer = "龙亭镇,镇江村,6107230003,孙丽,610723199001011241,户主,健康"

    change = propose(county, WANG, grown, newcomer, as_of=JULY).change

    assert counts(change) == {"龙亭村": (0, 0, 1, 1), "镇江村": (1, 1, 0, 0)}
    assert change.fields == {"health": 1}
    lines = change.rows.to_pylist()
    assert [(one["verdict"], one["record_no"], one["previous_record_no"], one["fields"]) for one in lines] == [
        ("changed", 1, 1, "|health|"), ("added", 2, None, None), ("removed", None, 2, None),
    ]  # fmt: skip


def test_moved_rows_and_another_file_name_change_nothing(county):
    accepted(county, WANG, LI, ZHAO)

    change = propose(county, ZHAO, LI, WANG, as_of=JULY, name="七月.csv").change

    assert (change.added, change.removed, change.changed, change.unchanged) == (0, 0, 0, 3)
    assert (change.columns, change.layouts, change.fields) == ((), (), {})


def test_a_corrected_number_is_a_changed_row_and_not_a_new_person(county):
    accepted(county, WANG, LI)

    change = propose(county, WANG.replace("197503031236", "197503041231"), LI, as_of=JULY).change

    assert (change.added, change.removed, change.fields["id_no"]) == (0, 0, 1)


def test_a_row_twice_is_one_row_more(county):
    accepted(county, WANG, LI)

    change = propose(county, WANG, LI, LI, as_of=JULY).change

    assert (change.added, change.removed, change.changed, change.unchanged) == (1, 0, 0, 2)


def test_provisional_household_numbers_are_no_change(county):
    without = [line.replace("6107230001", "") for line in (WANG, LI)]
    accepted(county, *without)

    change = propose(county, *without, ZHAO.replace("6107230002", ""), as_of=JULY).change

    assert (change.added, change.changed, change.unchanged) == (1, 0, 2)


def test_columns_and_layouts_that_came_and_went_are_told_with_their_rows(county):
    accepted(county, WANG, LI)

    change = propose(
        county, f"{WANG[:-3]},汉族", f"{LI[:-3]},汉族", as_of=JULY, header=HEADER.replace("健康状况", "民族")
    ).change

    assert {(one.field, one.rows, one.rows_previous) for one in change.columns} == {
        ("health", 0, 2), ("ethnic_group", 2, 0),
    }  # fmt: skip
    assert [(one.is_new, one.rows) for one in change.layouts] == [(True, 2), (False, 2)]


def test_a_filtered_export_says_why_it_would_be_held_before_it_is_accepted(county):
    accepted(county, WANG, LI, ZHAO)

    proposal = propose(county, WANG, as_of=JULY)

    assert proposal.holding.reasons == ("SR-ROWCOUNT",)
    assert [problem.code for problem in proposal.problems] == ["E-DELIVERY-HELD"]
    assert accept_delivery(county, "app", proposal.name).held


def test_what_was_shown_before_another_delivery_came_cannot_be_accepted_until_seen_anew(county):
    accepted(county, WANG, LI)
    first, second = propose(county, WANG, LI, ZHAO, as_of=JULY), propose(county, LI, ZHAO, as_of=date(2024, 7, 1))
    accept_delivery(county, "app", second.name)

    with pytest.raises(ProposalStaleError):
        accept_delivery(county, "app", first.name)
    anew = propose_again(county, "app", first.name, jobs=1)

    assert (anew.name, anew.change.previous, anew.change.added) == (first.name, second.name, 1)
    assert accept_delivery(county, "app", anew.name).rows == 3


def test_the_same_files_of_the_same_day_are_not_proposed_twice(county):
    accepted(county, WANG, LI)

    with pytest.raises(SameDeliveryError):
        propose(county, WANG, LI)

    assert propose(county, WANG, LI, as_of=JULY).change.unchanged == 2


def test_proposing_the_same_again_before_it_is_accepted_is_one_proposal(county):
    names = {propose(county, WANG, LI).name for _ in range(2)}

    assert [ref.folder.parent.name for ref in proposals_of(county, "app")] == list(names)


def test_a_whole_folder_may_be_proposed(county, tmp_path):
    folder = tmp_path / "upload"
    (folder / "龙亭镇").mkdir(parents=True)
    sent(folder / "龙亭镇", WANG)
    (folder / "~$lock.xlsx").write_bytes(b"x")

    proposal = propose_delivery(county, "app", folder, as_of=JUNE, jobs=1)

    assert [file["name"] for file in proposal.delivery.manifest["files"]] == ["龙亭镇/0.csv"]


def test_nothing_sent_is_said(county):
    with pytest.raises(NothingSentError):
        propose_delivery(county, "app", [], as_of=JUNE)


def test_a_file_that_is_gone_is_said_and_leaves_no_proposal(county):
    with pytest.raises(SourceFolderError):
        propose_delivery(county, "app", [("a.csv", Path("gone.csv"))], as_of=JUNE)

    assert proposals_of(county, "app") == []


@pytest.mark.parametrize("name", ["../../deliveries/app", "", "2024-06-30", "/etc"])
def test_a_name_that_is_no_deliverys_leads_nowhere(county, name):
    propose(county, WANG)

    for act in (accept_delivery, reject_delivery, proposal_of):
        with pytest.raises(NoProposalError):
            act(county, "app", name)


def test_what_was_not_taken_can_be_looked_through(county):
    broken = county.file.parent / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing more")
    files = [*sent(county.file.parent, WANG), ("坏.xlsx", broken)]

    proposal = propose_delivery(county, "app", files, as_of=JUNE, jobs=1)
    page = not_taken(proposal.delivery)

    assert page.reasons == {"SR-FILE-CORRUPT": 1}
    assert [(one.file, one.sheet, one.rows) for one in page.entries] == [("坏.xlsx", None, None)]
    assert all((page.entries[0].what, page.entries[0].why, page.entries[0].hint))
    assert not_taken(proposal.delivery, reason="SR-HOUSEHOLD-RUNS").total == 0
    assert not_taken(proposal.delivery, file="台账.csv").entries == ()
    assert not_taken(proposal.delivery, offset=1).entries == ()


def test_an_answered_question_makes_another_proposal_of_the_same_files(county):
    shifted = [f"王{'一二三四五六'[at]},1389123456{at},61072319800101123{at}" for at in range(6)]
    proposal = propose(county, *shifted, header="姓名,身份证号,联系电话")
    (question,), _ = mapping_questions(county.data)
    assert [one.layout for one in not_taken(proposal.delivery).entries] == [question.fingerprint]

    answer_question(
        county.data,
        question.fingerprint,
        confirmed_by="李主任",
        fields={"身份证号": "member_phone", "联系电话": "id_no"},
    )
    anew = propose_again(county, "app", proposal.name, jobs=1)

    assert (proposal.reference.rows, anew.reference.rows, anew.problems) == (0, 6, ())
    assert [ref.folder.parent.name for ref in proposals_of(county, "app")] == [anew.name]


def test_a_deliverys_files_can_be_proposed_again_and_it_stays_what_it_is(county):
    shifted = [f"王{'一二三四五六'[at]},1389123456{at},61072319800101123{at}" for at in range(6)]
    first = accepted(county, *shifted, header="姓名,身份证号,联系电话")
    (question,), _ = mapping_questions(county.data)
    fields = {"身份证号": "member_phone", "联系电话": "id_no"}
    answer_question(county.data, question.fingerprint, confirmed_by="李主任", fields=fields)

    anew = propose_again(county, "app", first.folder.name, jobs=1)
    accept_delivery(county, "app", anew.name)

    assert [ref.rows for ref in deliveries_of(county.data, "app")] == [0, 6]


def test_any_two_deliveries_can_be_compared(county):
    accepted(county, WANG, LI)
    accepted(county, WANG, LI, ZHAO, as_of=JULY)
    older, newer = (open_delivery(county.data, "app", ref.folder.name) for ref in deliveries_of(county.data, "app"))

    change = compare(older, newer)

    assert (change.added, change.unchanged) == (1, 2)


def test_the_folder_intake_and_proposals_live_side_by_side(county):
    proposal = propose(county, WANG, LI)
    inbox = county.file.parent / "inbox" / "2024-07-31"
    inbox.mkdir(parents=True)
    sent(inbox, WANG)

    take_in(county, jobs=1)

    assert [ref.as_of for ref in deliveries_of(county.data, "app")] == [JULY]
    assert proposal_of(county, "app", proposal.name).delivery.read("record").num_rows == 2
