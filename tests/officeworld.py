"""A small county in the middle of its work, with something of every kind in a home town and in a far one.

What belongs to the far town carries marks that stand nowhere else, so that a page which shows one of them leaks.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from officepeople import COUNTY, ELSEWHERE, OTHER_TOWN, SETUP, TOWN, actor
from officepeople import person as account
from officesweeps import FAR_VILLAGE, HOME_VILLAGE, Lake, finding, full_id, household, number_of, person
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.accounts.models import Assignment, RoleRequest, User
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.casework.models import HandBack
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.casework.services.evidence import add_evidence
from taizhang.office.casework.services.exempting import propose_exemption
from taizhang.office.casework.services.handing_back import request_handback
from taizhang.office.casework.services.reviewing import approve_verification
from taizhang.office.casework.services.verifying import Proposal, confirm_finding
from taizhang.office.duedates.services import save_term
from taizhang.office.findings.models import Finding, SavedView, SweepRun
from taizhang.office.frames.services import begin_frame
from taizhang.office.jobs.models import Job, Schedule
from taizhang.office.jobs.services.planning import save_schedule
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.places.models import Division
from taizhang.office.rechecks.models import Recheck, Round
from taizhang.office.sources.models import Arrival, Submission, Upload
from taizhang.sweep.findings.fingerprint import short_id

RELATIONS = {"own": TOWN, "sibling": OTHER_TOWN, "parent": COUNTY, "foreign": ELSEWHERE}
"""Where somebody's area lies, as seen from the home village."""
HOME_NAME, FAR_NAME, FAR_FAMILY = "王建军", "欧阳远山", "诸葛明月"
FAR_RULE = "XS-NAME-ORDER"
"""A rule that complains in the far town only: its name and counts must not be known at home."""
FAR_PHONE, FAR_HOUSEHOLD, FAR_NOTE = "13977712345", "61072310778899", "远山家的情况说明"
FAR_PERSON, HOME_PERSON = 202, 101
FAR_MARKS = (FAR_NAME, FAR_FAMILY, number_of(FAR_PERSON), FAR_PHONE, FAR_HOUSEHOLD, FAR_NOTE, "far-paper.png")
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
OPEN, DISPATCHED, PAPERS, BATCHED, SHARED, CLOSED = (1, 3, 5, 7, 9, 11)
"""Findings at home by what happened to them; those of the far town are one more. SHARED: of the far town about both."""


@dataclass(frozen=True)
class World:
    """Ids of what stands in the home village, and of the same in the far one."""

    finding: str
    evidence: int
    exemption: int
    far_evidence: int
    holder: int
    handback: int
    job: int
    schedule: int
    delivery_term: int
    submission: int
    upload: str
    arrival: int
    sweep: str
    view: int
    staff: int
    assignment: int
    request: int
    frame: int
    frame_cell: int
    round: int
    recheck: int


def build(lake: Lake) -> World:
    """Make it."""
    _divisions()
    findings = []
    for home in (OPEN, DISPATCHED, PAPERS, BATCHED, CLOSED):
        findings += [
            finding(home, HOME_NAME, subject=HOME_PERSON),
            finding(home + 1, FAR_NAME, FAR_VILLAGE, subject=FAR_PERSON, rule=FAR_RULE, household_no=FAR_HOUSEHOLD),
        ]
    findings.append(finding(SHARED, FAR_NAME, FAR_VILLAGE, subject=FAR_PERSON, involved=[HOME_PERSON]))
    rows = [
        {"name": HOME_NAME, "id_no": number_of(HOME_PERSON), "village_code": HOME_VILLAGE, "town_code": "610723103000"},
        {"name": FAR_NAME, "id_no": number_of(FAR_PERSON), "village_code": FAR_VILLAGE, "town_code": "610723108000"},
    ]
    records = lake.delivery("city", "2020-02-19-bbbbbbbbbbbb", rows)
    persons = [
        person(HOME_PERSON, HOME_NAME, household=HOME_PERSON, records=[records[0]]),
        person(
            FAR_PERSON,
            FAR_NAME,
            FAR_VILLAGE,
            household=FAR_PERSON,
            phone=FAR_PHONE,
            others=(FAR_FAMILY,),
            records=[records[1]],
        ),
    ]
    far_house = household(FAR_PERSON, FAR_FAMILY, FAR_VILLAGE) | {
        "household_no": FAR_HOUSEHOLD,
        "numbers": [FAR_HOUSEHOLD],
    }
    lake.imported(findings, persons, [household(HOME_PERSON, HOME_NAME), far_house])
    with scope((COUNTY,)):
        return _work(account(Role.CENTRE_OPERATOR))


def _divisions() -> None:
    for code, name, level in (
        ("610723000000", "洋县", 3), ("610723103000", "龙亭镇", 4), (HOME_VILLAGE, "柏树村", 5), ("610723108000", "磨子桥镇", 4),
        (FAR_VILLAGE, "竹花岭村", 5),
    ):  # fmt: skip
        Division.objects.create(code=code, name=name, level=level)


def _work(operator: User) -> World:
    doer = actor_for(operator)
    home, far = _team(TOWN, HOME_VILLAGE), _team(OTHER_TOWN, FAR_VILLAGE)
    papers = []
    for team, offset, name in ((home, 0, "家庭"), (far, 1, FAR_NOTE)):
        dispatch_findings(
            actor=doer, finding_ids=[full_id(DISPATCHED + offset), full_id(PAPERS + offset), full_id(BATCHED + offset)],
            assignee_id=team["village"].user_id,
        )  # fmt: skip
        papers.append(add_evidence(
            actor=team["village"], finding_id=full_id(PAPERS + offset), kind="户口簿页",
            name="far-paper.png" if offset else "paper.png", content=PICTURE + bytes([offset]),
        ))  # fmt: skip
        papers.append(propose_exemption(actor=team["town"], finding_id=full_id(PAPERS + offset), reason=name))
        _approved(team, full_id(BATCHED + offset), name)
    batch: HandBack = request_handback(actor=doer, source="city", reason="月度回填")
    waiting: Job = enqueue("intake.watch", key="world", actor=doer)
    plan: Schedule = save_schedule(
        actor=SETUP, name="每日排查", kind="sweep.run", cron="0 6 * * *", workdays_only=False, enabled=False
    )
    sent = Submission.objects.create(
        source="city", as_of=date(2020, 2, 20), folder="world", files=1, size=10, sent_by=operator, state="proposed"
    )
    Upload.objects.create(token="world-upload", by=operator, name="在途.xlsx", size=10, modified=0)
    staff = User.objects.create(username="someone", display_name="某人")
    other = account(Role.VILLAGE_TEAM, TOWN)
    today = timezone.localdate()
    return World(
        finding=full_id(OPEN), evidence=papers[0].pk, exemption=papers[1].pk, far_evidence=papers[2].pk,
        holder=home["village"].user_id, handback=batch.pk, job=waiting.pk, schedule=plan.pk, delivery_term=_due_date(doer), submission=sent.pk, upload="world-upload",
        arrival=Arrival.objects.create(
            name="照片.jpg", size=2, modified_ns=0, still_since=timezone.now(), seen_at=timezone.now(), state="kept", reason="unknown"
        ).pk,
        sweep=SweepRun.objects.get().name,
        view=SavedView.objects.create(user_id=operator.pk, label="他人的", query="state=all").pk,
        staff=staff.pk, assignment=Assignment.objects.get(user=other).pk,
        request=RoleRequest.objects.create(
            user=staff, role=Role.VILLAGE_TEAM, area=TOWN.prefix, valid_from=today, valid_to=today + timedelta(days=9),
            reason="到岗", asked_by=operator,
        ).pk,
        **_frame(doer), **_round(operator),
    )  # fmt: skip


def _due_date(doer: object) -> int:
    return save_term(actor=doer, source="city", town="", every="month", day=25).pk


def _frame(doer: object) -> dict[str, int]:
    frame = begin_frame(actor=doer, title="本县一项", year=2020, columns=["入户核对"])
    cell = frame.cells.get()
    cell.rules, cell.checks = ["C"], ["开会"]
    cell.save()
    return {"frame": frame.pk, "frame_cell": cell.pk}


def _round(operator: User) -> dict[str, int]:
    """A drawn round with a finding at home and one far away."""
    day = timezone.localdate() - timedelta(days=40)
    drawn = Round.objects.create(first=day, last=day, share=100, seed="0" * 64, population=2, drawn_by=operator)
    rows = [
        Recheck.objects.create(
            division_code=place, round=drawn, finding_id=full_id(one), town=place[:9] + "000", group="C", stratum_size=1,
            stratum_drawn=1, due_on=day,
        )
        for one, place in ((CLOSED, HOME_VILLAGE), (CLOSED + 1, FAR_VILLAGE))
    ]  # fmt: skip
    Finding.objects.filter(pk__in=[row.finding_id for row in rows]).update(state="closed_out")
    return {"round": drawn.pk, "recheck": rows[0].pk}


def _team(town: Area, village: str) -> dict[str, object]:
    return {
        "village": actor(Role.VILLAGE_TEAM, Area(village)),
        "second": actor(Role.VILLAGE_TEAM, Area(village)),
        "town": actor(Role.TOWN_DATA_LEAD, town),
    }


def _approved(team: dict[str, object], finding_id: str, note: str) -> None:
    confirm_finding(
        actor=team["village"], finding_id=finding_id, proposals=[Proposal("city", "name", f"{HOME_NAME}一")], note=note
    )
    approve_verification(actor=team["second"], finding_id=finding_id, level="village")
    approve_verification(actor=team["town"], finding_id=finding_id, level="town")
    approve_verification(actor=actor(Role.CENTRE_REVIEWER), finding_id=finding_id, level="county")


__all__ = ["FAR_MARKS", "RELATIONS", "World", "build", "full_id", "short_id"]
