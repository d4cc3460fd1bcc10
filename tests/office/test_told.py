"""What went wrong is kept once and told in the language of whoever reads, texts of before too."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from officepeople import person
from taizhang.errors import UserError
from taizhang.intake.delivery.facts import SheetFacts
from taizhang.intake.delivery.messages import HELD
from taizhang.intake.delivery.quarantine import explain_sheet
from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import User
from taizhang.office.errors import Stale
from taizhang.office.jobs.models import Job, JobState
from taizhang.office.jobs.presenting import STAGE_NAMES
from taizhang.office.parts.told import FAULT, kept, told
from taizhang.office.sources.models import Submission, SubmissionState

CHINESE = re.compile(r"[\u3400-\u9fff]")
SAME = UserError("这些文件已经接收过。", hint="无需再次报送；如内容应有不同，请核对是否选错了文件。", where="市级平台")
BEFORE = "数据目录不能写入。请检查权限与磁盘空间；已有数据未受影响。"
"""A text as versions before stored it: message and hint in one line."""


def english_of(sentence):
    """What a catalogue says of one sentence of ours."""
    with override("en"):
        said = told(sentence)
    assert not CHINESE.search(said)
    return said


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_a_text_is_kept_in_the_same_words_whoever_was_at_work(language):
    with override(language):
        assert kept(SAME) == f"{SAME.message}\n{SAME.hint}"
        assert kept(Stale()) == "这条内容在您打开之后已经被别人改动。\n请看最新的情况，再重新决定；您写的文字已保留。"


@pytest.mark.parametrize("text", [kept(SAME), kept(Stale()), BEFORE, *HELD.values()])
def test_it_is_told_in_english_whole_and_in_simplified_as_it_was_said(text):
    with override("en"):
        assert not CHINESE.search(told(text))
    with override("zh-hant"):
        assert told(text) != text.replace("\n", "")
    with override("zh-hans"):
        assert told(text) == text.replace("\n", "")


def test_a_sentence_that_nobody_knows_stays_and_the_others_are_told():
    with override("en"):
        assert told(f"{SAME.message}无人认识这句。") == f"{english_of(SAME.message)} 无人认识这句。"
        assert told("") == ""


def test_a_fault_is_told_with_its_name():
    with override("en"):
        assert "RuntimeError" in told("RuntimeError", FAULT)
        assert not CHINESE.search(told("RuntimeError", FAULT))


@pytest.fixture
def english(client, db):
    user = person(Role.CENTRE_OPERATOR)
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    return client


def main_of(client, name, *arguments):
    return client.get(reverse(name, args=arguments)).content.decode().split("<main")[1]


@pytest.mark.parametrize("text", [kept(SAME), SAME.message + SAME.hint])
def test_the_pages_of_jobs_speak_the_readers_language(english, text):
    job = Job.objects.create(
        key="j", kind="sweep.run", queue="sweep", run_at=timezone.now(), state=JobState.FAILED, error_code="E-DELIVERY-SAME",
        error_text=text,
    )  # fmt: skip

    for page in (main_of(english, "jobs"), main_of(english, "job_progress", job.pk)):
        assert f"{english_of(SAME.message)} " in page


def test_the_pages_of_submissions_speak_the_readers_language(english):
    sent = {"source": "city", "as_of": "2020-02-20", "files": 1, "size": 1, "sent_by": person(Role.CENTRE_OPERATOR)}
    refused = Submission.objects.create(
        folder="a",
        state=SubmissionState.REFUSED,
        error_code="E-DELIVERY-SAME",
        error_text=SAME.message + SAME.hint,
        **sent,
    )
    problem = {
        "code": "E-SHEET-WAITS",
        "message": "有12行等待确认列的含义，暂未采用。",
        "where": "市级平台 a.xlsx",
        "hint": "",
    }
    proposed = Submission.objects.create(
        folder="b", state=SubmissionState.PROPOSED, **sent,
        change={
            "previous": None, "added": 1, "removed": 0, "changed": 0, "unchanged": 0, "held": ["SR-ROWCOUNT"],
            "problems": [problem],
        },
    )  # fmt: skip

    assert english_of(SAME.message) in main_of(english, "sources")
    assert english_of(SAME.message) in main_of(english, "submission", refused.pk)
    page = main_of(english, "submission", proposed.pk)
    assert "12 rows" in page
    assert HELD["SR-ROWCOUNT"] not in page
    assert "SR-ROWCOUNT" not in page


def test_every_stage_of_the_intake_and_the_sweep_has_a_name():
    from taizhang.intake.pipeline import COMMITTING
    from taizhang.intake.proposing import COMPARING
    from taizhang.intake.run import STAGE
    from taizhang.sweep.run import STAGES

    assert {COMMITTING, COMPARING, STAGE, *STAGES} <= set(STAGE_NAMES)


def test_several_reasons_for_leaving_a_sheet_are_told_each_in_english():
    (line,) = explain_sheet(
        SheetFacts(0, "Sheet1", "visible", "data", "waiting"),
        (("SR-HEADER-AMBIGUOUS", "《Sheet1》C列“x”可能是：性别、出生日期。请确认。"), ("SR-HEADER-MISSING", "《Sheet1》没有找到这些列中的任何一列：姓名、证件号码。")),
    ).to_pylist()  # fmt: skip

    with override("en"):
        assert not CHINESE.search(told(line["why"]))
        assert not CHINESE.search(told(line["why"].replace("\n", " "))), "as versions before stored it"
