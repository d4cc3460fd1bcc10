"""The whole loop on real files: sent, compared, accepted, swept, verified, reviewed, handed back, proven or contradicted."""

import csv
import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.utils import timezone

import smallcounty
from officepeople import COUNTY, actor
from taizhang.identity.numbers import check_digit
from taizhang.intake.delivery import Lake
from taizhang.intake.pipeline import take_in
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.casework.models import Correction, CorrectionState, HandBack
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.casework.services.handing_back import confirm_entered, fetch_batch, request_handback, write_batch
from taizhang.office.casework.services.reviewing import approve_verification, close_finding
from taizhang.office.casework.services.verifying import Proposal, confirm_finding
from taizhang.office.errors import ReasonMissing, Stale
from taizhang.office.findings.models import Delta, Finding, SweepRun
from taizhang.office.findings.states import State
from taizhang.office.jobs.models import PLANNED, Job, JobState
from taizhang.office.jobs.presenting import job_line
from taizhang.office.jobs.running import JobContext, work_once
from taizhang.office.jobs.services.queue import claim, enqueue, restart_job, retry_later
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.verifying import verify
from taizhang.office.sources.errors import NothingSent, UnknownSource
from taizhang.office.sources.jobs import adopt_sweeps, run_sweep
from taizhang.office.sources.models import Submission, SubmissionState
from taizhang.office.sources.presenting import submission_facts
from taizhang.office.sources.services.receiving import inbox, receive_files
from taizhang.office.sources.services.submissions import accept_submission, reject_submission, request_sweep
from taizhang.sweep import sweep

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PERSON = 14
WRONG = {"证件号码": smallcounty.digits_swapped(PERSON)}
RIGHT = smallcounty.number(PERSON)
_ORDER = f"{RIGHT[:14]}{int(RIGHT[14:17]) + 2}"
OTHER = {"证件号码": _ORDER + check_digit(_ORDER)}
"""A number that is no less valid than the right one."""


@pytest.fixture(autouse=True)
def empty_lake():
    """No deliveries, no sweeps, no inbox."""
    county = settings.INSTALLATION.county
    places = [county.data / name for name in ("deliveries", "sweeps", "register", "parsed", "proposed")]
    places += [source.folder for source in county.sources]
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
    for source in county.sources:
        source.folder.mkdir(parents=True)
    yield
    for place in places:
        shutil.rmtree(place, ignore_errors=True)


def written(lines):
    """Rows as the bytes of a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, smallcounty.HEADER)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def send(operator, source, day, lines):
    """Send one file and read it; gives the submission."""
    file = SimpleUploadedFile("人员信息.csv", written(lines))
    sent = receive_files(actor=operator, source_id=source, as_of=day, files=[file])
    work()
    return Submission.objects.get(pk=sent.pk)


def work():
    """Do all jobs that wait."""
    while work_once("tests"):
        pass
    assert set(Job.objects.values_list("state", flat=True)) <= {JobState.DONE}, list(
        Job.objects.values_list("kind", "state", "error_text")
    )


def work_apart():
    """Do one job on a connection of its own, as a worker does."""
    try:
        return work_once("apart")
    finally:
        connections.close_all()


def deliver(operator, source, day, lines):
    """Send one file, accept it, and sweep."""
    sent = send(operator, source, day, lines)
    assert sent.state == SubmissionState.PROPOSED, sent.error_text
    accept_submission(actor=operator, submission_id=sent.pk)
    work()


@pytest.fixture
def staff():
    """One person of every role the loop needs."""
    return {
        role: actor(role, COUNTY)
        for role in (Role.CENTRE_OPERATOR, Role.HELPER, Role.VILLAGE_TEAM, Role.TOWN_DATA_LEAD, Role.CENTRE_REVIEWER)
    }


def handed_back(staff, wrong=WRONG, source="city", value=RIGHT):
    """The one finding about the wrong number, walked until its correction is entered; gives it with its batch.

    wrong: what the city's row says; source, value: what is corrected where.
    """
    operator = staff[Role.CENTRE_OPERATOR]
    deliver(operator, "national", date(2020, 1, 10), smallcounty.rows())
    deliver(operator, "city", date(2020, 1, 10), smallcounty.rows(**{f"p{PERSON}": wrong}))
    with scope((COUNTY,)):
        finding = _about_number()
        dispatch_findings(actor=operator, finding_ids=[finding.pk], assignee_id=staff[Role.HELPER].user_id)
        confirm_finding(
            actor=staff[Role.HELPER], finding_id=finding.pk, note="户口簿为准",
            proposals=[Proposal(source, "id_no", value)],
        )  # fmt: skip
        for role, level in (
            (Role.VILLAGE_TEAM, "village"),
            (Role.TOWN_DATA_LEAD, "town"),
            (Role.CENTRE_REVIEWER, "county"),
        ):
            approve_verification(actor=staff[role], finding_id=finding.pk, level=level)
        batch = request_handback(actor=operator, source=source, reason="月度回填")
    work()
    with scope((COUNTY,)):
        confirm_entered(actor=operator, handback_id=batch.pk)
    return finding.pk, HandBack.objects.get(pk=batch.pk)


def _about_number():
    found = [one for one in Finding.objects.filter(source="city") if "id_no" in one.fields]
    assert len(found) == 1
    return found[0]


def state_of(finding_id):
    with scope((COUNTY,)):
        return State(Finding.objects.get(pk=finding_id).state)


def test_a_corrected_delivery_proves_a_finding_and_only_then_it_can_be_closed(staff):
    finding_id, _ = handed_back(staff)
    assert state_of(finding_id) is State.WRITTEN_BACK

    deliver(staff[Role.CENTRE_OPERATOR], "city", date(2020, 2, 10), smallcounty.rows())

    assert state_of(finding_id) is State.PROVEN
    with scope((COUNTY,)):
        assert Correction.objects.get().state == CorrectionState.CONFIRMED
        close_finding(actor=staff[Role.CENTRE_REVIEWER], finding_id=finding_id)
    assert state_of(finding_id) is State.CLOSED_OUT
    assert verify() is None


def test_a_delivery_that_still_says_the_same_contradicts_the_correction(staff):
    finding_id, _ = handed_back(staff)

    lines = smallcounty.rows(p3={"健康状况": "长期慢性病"}, **{f"p{PERSON}": WRONG})
    deliver(staff[Role.CENTRE_OPERATOR], "city", date(2020, 2, 10), lines)

    assert state_of(finding_id) is State.NOT_FIXED
    with scope((COUNTY,)):
        assert Correction.objects.get().state == CorrectionState.CONTRADICTED


def test_another_ledger_delivering_proves_nothing(staff):
    finding_id, _ = handed_back(staff)

    deliver(staff[Role.CENTRE_OPERATOR], "ledger", date(2020, 2, 10), smallcounty.rows())

    assert state_of(finding_id) is State.WRITTEN_BACK


def test_ledgers_that_agree_on_another_number_than_was_approved_prove_nothing(staff):
    finding_id, _ = handed_back(staff, OTHER)
    operator, still = staff[Role.CENTRE_OPERATOR], {f"p{PERSON}": OTHER}
    deliver(operator, "national", date(2020, 2, 9), smallcounty.rows(**still))

    deliver(operator, "city", date(2020, 2, 10), smallcounty.rows(p3={"健康状况": "长期慢性病"}, **still))

    assert state_of(finding_id) is State.NOT_FIXED
    with scope((COUNTY,)):
        assert Finding.objects.get(pk=finding_id).delta == Delta.GONE
        assert Correction.objects.get().state == CorrectionState.CONTRADICTED


def test_a_delivery_of_a_ledger_that_was_not_to_be_corrected_shows_nothing(staff):
    finding_id, _ = handed_back(staff, OTHER, "national", OTHER["证件号码"])
    operator, right = staff[Role.CENTRE_OPERATOR], {f"p{PERSON}": OTHER}
    deliver(operator, "city", date(2020, 2, 10), smallcounty.rows(p3={"健康状况": "长期慢性病"}, **right))

    assert state_of(finding_id) is State.WRITTEN_BACK
    with scope((COUNTY,)):
        assert Correction.objects.get().state == CorrectionState.HANDED_BACK

    deliver(operator, "national", date(2020, 2, 11), smallcounty.rows(**right))
    deliver(operator, "city", date(2020, 2, 12), smallcounty.rows(**right))

    assert state_of(finding_id) is State.PROVEN
    with scope((COUNTY,)):
        assert Correction.objects.get().state == CorrectionState.CONFIRMED


def test_a_ledger_that_was_to_be_corrected_and_was_not_is_told(staff):
    finding_id, _ = handed_back(staff, OTHER, "national", OTHER["证件号码"])
    operator = staff[Role.CENTRE_OPERATOR]
    deliver(operator, "national", date(2020, 2, 9), smallcounty.rows(p3={"健康状况": "长期慢性病"}))

    deliver(operator, "city", date(2020, 2, 10), smallcounty.rows(p4={"健康状况": "残疾"}, **{f"p{PERSON}": OTHER}))

    assert state_of(finding_id) is State.NOT_FIXED


def test_a_closed_finding_that_comes_again_is_reopened(staff):
    finding_id, _ = handed_back(staff)
    operator = staff[Role.CENTRE_OPERATOR]
    deliver(operator, "city", date(2020, 2, 10), smallcounty.rows())
    with scope((COUNTY,)):
        close_finding(actor=staff[Role.CENTRE_REVIEWER], finding_id=finding_id)

    deliver(operator, "city", date(2020, 3, 10), smallcounty.rows(**{f"p{PERSON}": WRONG}))

    assert state_of(finding_id) is State.REOPENED


def test_a_correction_that_is_undone_on_the_same_day_reopens_what_it_proved(staff):
    operator, day = staff[Role.CENTRE_OPERATOR], date(2020, 2, 10)
    wrong = smallcounty.rows(p3={"健康状况": "长期慢性病"}, **{f"p{PERSON}": WRONG})
    finding_id, _ = handed_back(staff)
    deliver(operator, "city", day, wrong)
    assert state_of(finding_id) is State.NOT_FIXED
    deliver(operator, "city", day, smallcounty.rows())
    assert state_of(finding_id) is State.PROVEN
    with scope((COUNTY,)):
        close_finding(actor=staff[Role.CENTRE_REVIEWER], finding_id=finding_id)

    deliver(operator, "city", day, wrong)

    assert state_of(finding_id) is State.REOPENED
    with scope((COUNTY,)):
        assert Finding.objects.get(pk=finding_id).delta == Delta.REOPENED


def test_the_file_handed_back_has_the_sources_own_columns_and_the_right_value_in_its_cell(staff, tmp_path):
    _, batch = handed_back(staff)
    before = Entry.objects.count()
    name, content = fetch_batch(actor=staff[Role.CENTRE_OPERATOR], handback_id=batch.pk)
    path = tmp_path / name
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)

    listed, own = book.worksheets
    assert [cell.value for cell in own[1]] == list(smallcounty.HEADER)
    assert own.max_row == 2
    column = smallcounty.HEADER.index("证件号码") + 1
    assert own.cell(2, column).value == smallcounty.number(PERSON)
    assert WRONG["证件号码"] in own.cell(2, column).comment.text
    assert batch.number in listed.cell(1, 1).value
    assert Entry.objects.count() == before + 1
    sealed = Path(settings.INSTALLATION.home) / "handbacks" / f"{batch.number}.sealed"
    assert smallcounty.number(PERSON).encode() not in sealed.read_bytes()


def test_a_batch_written_twice_is_the_same_file_and_leaves_no_other(staff):
    _, batch = handed_back(staff)
    operator = staff[Role.CENTRE_OPERATOR]
    _, first = fetch_batch(actor=operator, handback_id=batch.pk)

    with scope((COUNTY,)):
        write_batch(actor=operator, batch=HandBack.objects.get(pk=batch.pk))

    assert fetch_batch(actor=operator, handback_id=batch.pk)[1] == first
    assert HandBack.objects.get(pk=batch.pk).sha256 == batch.sha256
    left = [path.name for path in (Path(settings.INSTALLATION.home) / "handbacks").glob(f"*{batch.number}*")]
    assert left == [f"{batch.number}.sealed"]


def test_a_sweep_whose_worker_died_before_it_could_say_so_is_not_run_again(staff):
    operator = staff[Role.CENTRE_OPERATOR]
    sent = send(operator, "national", date(2020, 1, 10), smallcounty.rows())
    accept_submission(actor=operator, submission_id=sent.pk)
    job = claim("dead")
    run_sweep(JobContext(job))
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now() - timedelta(minutes=5))

    work()

    assert Job.objects.get(pk=job.pk).attempt == 2
    assert len(list((settings.INSTALLATION.county.data / "sweeps").iterdir())) == SweepRun.objects.count() == 1


def test_what_was_swept_before_there_was_an_office_comes_into_it_and_is_not_swept_again():
    county = settings.INSTALLATION.county
    take_from_folder("city", "2020-01-10", smallcounty.rows())
    done = sweep(county)

    for _ in range(2):  # every start of the office asks
        adopt_sweeps()
        work()

    assert [run.name for run in SweepRun.objects.all()] == [done.sweep_id]
    assert [path.name for path in (county.data / "sweeps").iterdir()] == [done.sweep_id]
    assert Job.objects.filter(kind="sweep.run").count() == 1


def test_a_sweep_that_cannot_be_read_stops_no_office_from_starting():
    broken = settings.INSTALLATION.county.data / "sweeps" / "2020-01-10-1"
    broken.mkdir(parents=True)
    (broken / "sweep.json").write_text("{", "utf-8")

    adopt_sweeps()

    assert Job.objects.get().key == "plan:adopt:2020-01-10-1"


def take_from_folder(source, day, lines):
    """Put a file where a source delivers by itself and take it in, as the command line does."""
    folder = settings.INSTALLATION.county.source(source).folder / day
    folder.mkdir()
    (folder / "人员信息.csv").write_bytes(written(lines))
    take_in(settings.INSTALLATION.county)


def sent_by(source, day):
    """How many deliveries of a source count, and of which day the last sweep saw one."""
    there = list((settings.INSTALLATION.county.data / "deliveries" / source).iterdir())
    newest = SweepRun.objects.order_by("-place").first()
    return len(there), day in [one["as_of"] for one in newest.deliveries if one["source"] == source]


def test_a_sweep_asked_for_while_another_holds_the_lake_is_run_though_that_one_finished():
    county = settings.INSTALLATION.county
    take_from_folder("city", "2020-01-10", smallcounty.rows())
    job = enqueue("sweep.run", key="sweep:asked:1")
    with Lake(county.data).held():
        with ThreadPoolExecutor(1) as worker:
            assert worker.submit(work_apart).result()
        assert Job.objects.get(pk=job.pk).error_code == "E-LAKE-BUSY"
        sweep(county)

    take_from_folder("city", "2020-02-10", smallcounty.rows(range(39)))
    Job.objects.update(run_at=timezone.now())
    work()

    assert sent_by("city", "2020-02-10") == (2, True)
    assert SweepRun.objects.count() == 2


@pytest.mark.parametrize("ended", [JobState.FAILED, JobState.CANCELLED])
def test_a_sweep_asked_for_anew_is_run_though_its_own_and_another_were_finished_before(ended):
    county = settings.INSTALLATION.county
    take_from_folder("city", "2020-01-10", smallcounty.rows())
    job = enqueue("sweep.run", key="sweep:asked:1")
    run_sweep(JobContext(claim("worker")))
    Job.objects.update(state=ended)
    sweep(county)
    take_from_folder("city", "2020-02-10", smallcounty.rows(range(39)))

    restart_job(actor=actor(Role.SYSTEM_ADMIN), job_id=job.pk)
    work()

    assert sent_by("city", "2020-02-10") == (2, True)
    assert SweepRun.objects.count() == 3


def test_a_sweep_of_the_plan_is_not_run_while_nothing_has_changed():
    """It says so, for people, and runs again with the next delivery; one that somebody asks for is always run."""
    county = settings.INSTALLATION.county
    take_from_folder("city", "2020-01-10", smallcounty.rows())
    for number in range(3):
        enqueue("sweep.run", key=f"{PLANNED}1:{number}")
        work()
    idle = Job.objects.latest("pk")
    assert SweepRun.objects.count() == 1
    assert SweepRun.objects.get().name in job_line(idle).note

    enqueue("sweep.run", key="sweep:asked:1")
    work()
    assert SweepRun.objects.count() == 2

    take_from_folder("city", "2020-02-10", smallcounty.rows(range(39)))
    enqueue("sweep.run", key=f"{PLANNED}1:later")
    work()
    assert sent_by("city", "2020-02-10") == (2, True)
    assert len(list((county.data / "sweeps").iterdir())) == SweepRun.objects.count() == 3


def test_a_sweep_that_is_asked_for_while_one_is_at_work_is_run_after_it(staff):
    operator = staff[Role.CENTRE_OPERATOR]
    request_sweep(actor=operator)
    request_sweep(actor=operator)
    assert Job.objects.count() == 1
    claim("worker")

    request_sweep(actor=operator)
    request_sweep(actor=operator)

    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == [JobState.RUNNING, JobState.READY]


def test_a_sweep_that_is_asked_for_while_a_broken_one_waits_to_go_on_is_run_after_it(staff):
    request_sweep(actor=staff[Role.CENTRE_OPERATOR])
    broken = claim("worker")
    retry_later(broken, code="E-FAULT", text="")

    request_sweep(actor=staff[Role.CENTRE_OPERATOR])

    assert Job.objects.filter(state=JobState.READY).count() == 2


def test_what_would_change_is_shown_before_it_counts(staff):
    operator = staff[Role.CENTRE_OPERATOR]
    deliver(operator, "city", date(2020, 1, 10), smallcounty.rows())

    sent = send(
        operator, "city", date(2020, 2, 10), smallcounty.rows(range(1, 40), p5={"性别": "女" if 5 % 2 == 0 else "男"})
    )

    assert {name: sent.change[name] for name in ("added", "removed", "changed")} == {
        "added": 0,
        "removed": 1,
        "changed": 1,
    }
    assert len(list((settings.INSTALLATION.county.data / "deliveries" / "city").iterdir())) == 1
    with pytest.raises(ReasonMissing):
        reject_submission(actor=operator, submission_id=sent.pk, reason=" ")
    reject_submission(actor=operator, submission_id=sent.pk, reason="选错文件")
    told = {one.label: one.value for one in submission_facts(Submission.objects.get(pk=sent.pk))}
    assert told["退回原因"] == "选错文件"
    assert not inbox(sent).exists()
    with pytest.raises(Stale):
        accept_submission(actor=operator, submission_id=sent.pk)


def test_the_same_files_again_are_refused_in_words_and_kept_for_inspection(staff):
    operator = staff[Role.CENTRE_OPERATOR]
    deliver(operator, "city", date(2020, 1, 10), smallcounty.rows())

    again = send(operator, "city", date(2020, 1, 10), smallcounty.rows())

    assert (again.state, again.error_code) == (SubmissionState.REFUSED, "E-DELIVERY-SAME")
    assert inbox(again).exists()


def test_nothing_and_an_unknown_source_are_refused(staff):
    operator = staff[Role.CENTRE_OPERATOR]
    with pytest.raises(NothingSent):
        receive_files(actor=operator, source_id="city", as_of=date(2020, 1, 1), files=[])
    with pytest.raises(UnknownSource):
        receive_files(
            actor=operator, source_id="other", as_of=date(2020, 1, 1), files=[SimpleUploadedFile("a.csv", b"x")]
        )
    assert not Submission.objects.exists()
