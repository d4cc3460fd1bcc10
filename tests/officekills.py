"""An office of its own whose real worker processes are killed (-9) at random moments, and what is left of its work.

python -m officekills drive FOLDER --kills N --seed S    plays the county's rounds, prints what came of them as JSON
python -m officekills work                               one worker, with shorter clocks than in earnest

A round: the city delivers (three wrong numbers, those of the round before mended), a sweep is asked for, people walk its
new findings to the county's approval, the corrections go back in a batch, the batch is entered. Both jobs of a round are
struck while they run. What came of it must be what comes of the same rounds without a stroke.
"""

# ruff: noqa: T201 - Django is told its settings before anything of it is imported; JSON goes to standard output

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlparse

import smallcounty

HERE = Path(__file__).parent
KINDS = ("intake.propose", "sweep.run", "handback.write")
WRONG_A_ROUND, STROKES_A_JOB, WORKERS = 3, 3, 2
SILENT, BEAT, IDLE = 4.0, 0.4, 0.1
"""Seconds; in earnest 30, 5 and 1."""
JOB_SECONDS = 1200
ROLES = (("village_team", "village"), ("town_data_lead", "town"), ("centre_reviewer", "county"))


@dataclass
class Outcome:
    """What came of all rounds. strokes: of workers that had a job, by the stage they were in; idle: of others.

    table: the findings, corrections and entries that have to be the same with and without strokes; faults: what was
    lost, done twice or left lying about, in words.
    """

    rounds: int = 0
    strokes: dict = field(default_factory=dict)
    attempts: int = 0
    seconds: float = 0.0
    table: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)


def play(folder, *, kills, rounds=0, seed=1, database=""):
    """Play rounds in a process of its own until so many workers were killed at work, or so many rounds; gives the outcome."""
    done = subprocess.run(
        [sys.executable, "-m", "officekills", "drive", str(folder), "--kills", str(kills), "--seed", str(seed),
         "--rounds", str(rounds)],
        env=_environment(folder, database), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{done.stdout[-500:]}\n{done.stderr[-6000:]}")
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def _environment(folder, database):
    return {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
        "DJANGO_SETTINGS_MODULE": "taizhang.office.settings", "TAIZHANG_COUNTY": str(Path(folder) / "county.toml"),
        "TAIZHANG_KEYS": str(Path(folder) / "keys" / "office.json"), "TAIZHANG_DATABASE": database,
        "TAIZHANG_LEDGER_HEADS": str(Path(folder) / "heads.jsonl"),
    }  # fmt: skip


@contextmanager
def database_beside(server, name):
    """The address of a fresh database on the server of another address, dropped afterwards; empty for an empty address."""
    if not server:
        yield ""
        return
    import psycopg

    old = urlparse(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield old._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class Crew:
    """The worker processes; whoever was killed is replaced."""

    def __init__(self):
        self._running = {}

    def fill(self):
        """See that as many run as there shall be."""
        self._running = {pid: one for pid, one in self._running.items() if one.poll() is None}
        while len(self._running) < WORKERS:
            one = subprocess.Popen([sys.executable, "-m", "officekills", "work"])
            self._running[one.pid] = one

    def kill(self, pid):
        """Kill one (-9); whether it was still there."""
        one = self._running.pop(pid, None)
        if one is None or one.poll() is not None:
            return False
        one.kill()
        return one.wait() == -signal.SIGKILL

    def stop(self):
        """Let all finish what they have."""
        for one in self._running.values():
            one.terminate()
        for one in self._running.values():
            one.wait(timeout=60)


class Drive:
    """The county's people and the hand that kills; runs inside the office's settings."""

    def __init__(self, folder, *, kills, seed):
        self.folder, self.wanted, self.random = Path(folder), kills, random.Random(seed)
        self.outcome, self.crew = Outcome(), Crew()
        self.lasts, self.strokes, self.asked = {}, Counter(), 0

    def play(self, rounds):
        """All rounds; at least as many as asked for, and until enough workers were killed."""
        began = time.perf_counter()
        self._open()
        self.crew.fill()
        number = 0
        try:
            while number < rounds or sum(self.strokes.values()) < self.wanted:
                self._round(number)
                number += 1
            self._last_delivery(number)
        finally:
            self.crew.stop()
        self._look_at_what_is_left(number)
        self.outcome.rounds, self.outcome.strokes = number, dict(self.strokes)
        self.outcome.seconds = round(time.perf_counter() - began, 1)
        return self.outcome

    def _open(self):
        from taizhang.office.access.actor import system_actor
        from taizhang.office.access.areas import Area
        from taizhang.office.access.roles import Role
        from taizhang.office.accounts.selectors import actor_for
        from taizhang.office.accounts.services import assign_role, create_user

        today, setup, self.staff = date.today(), system_actor("kills"), {}
        for role in (Role.CENTRE_OPERATOR, Role.HELPER, Role.VILLAGE_TEAM, Role.TOWN_DATA_LEAD, Role.CENTRE_REVIEWER):
            user = create_user(
                actor=setup, username=role.value, display_name=role.value, password="Kill-horse-battery-9"
            )
            assign_role(
                actor=setup, user_id=user.pk, role=role, area=Area("610723"), valid_from=today,
                valid_to=today + timedelta(days=30),
            )  # fmt: skip
            self.staff[role.value] = actor_for(user)

    def _wrong(self, number):
        """Persons whose number the city has wrong in a round."""
        return [(number * WRONG_A_ROUND + one) % smallcounty.PERSONS for one in range(WRONG_A_ROUND)]

    def _deliver(self, number, wrong):
        day = (date(2020, 1, 1) + timedelta(days=number)).isoformat()
        changes = {f"p{one}": {"证件号码": smallcounty.digits_swapped(one)} for one in wrong}
        if number == 0:
            smallcounty.deliver(self.folder, "national", day, smallcounty.rows())
        smallcounty.deliver(self.folder, "city", day, smallcounty.rows(**changes))
        self._accept(day)

    def _accept(self, day):
        """What lies in the folders for a day is read by the workers, as a look proposes it, accepted, and swept."""
        from django.conf import settings

        from taizhang.intake.watching import Dated, look
        from taizhang.office.access.actor import system_actor
        from taizhang.office.sources.services.receiving import receive_lying
        from taizhang.office.sources.services.submissions import accept_submission

        for file in [one for one in look(settings.INSTALLATION.county).files if one.day == date.fromisoformat(day)]:
            sent = receive_lying(
                actor=system_actor("folders"), source_id=file.place, as_of=file.day, files=[file], dated=Dated.FOLDER
            )
            self._do("intake.propose", f"propose:{sent.pk}")
            accept_submission(actor=self.staff["centre_operator"], submission_id=sent.pk)
            self._do("sweep.run", f"sweep:submission:{sent.pk}")
            self.asked += 1

    def _round(self, number):
        from taizhang.office.access.areas import Area
        from taizhang.office.access.scope import scope
        from taizhang.office.casework.services.handing_back import confirm_entered, request_handback
        from taizhang.office.findings.models import Finding
        from taizhang.office.findings.states import State

        self._deliver(number, self._wrong(number))
        operator = self.staff["centre_operator"]
        with scope((Area("610723"),)):
            open_now = Finding.objects.filter(source="city", state__in=[State.OPEN, State.REOPENED]).order_by("pk")
            for finding in [one for one in open_now if "id_no" in one.fields]:
                self._walk(finding)
            batch = request_handback(actor=operator, source="city", reason="按月回填")
            self._do("handback.write", f"handback:{batch.pk}")
            confirm_entered(actor=operator, handback_id=batch.pk)

    def _walk(self, finding):
        from taizhang.office.casework.services.dispatching import dispatch_findings
        from taizhang.office.casework.services.reviewing import approve_verification
        from taizhang.office.casework.services.verifying import Proposal, confirm_finding

        right = next(
            smallcounty.number(one) for one in range(smallcounty.PERSONS) if smallcounty.name(one) == finding.name
        )
        helper = self.staff["helper"]
        dispatch_findings(actor=self.staff["centre_operator"], finding_ids=[finding.pk], assignee_id=helper.user_id)
        confirm_finding(
            actor=helper, finding_id=finding.pk, proposals=[Proposal("city", "id_no", right)], note="户口簿"
        )
        for role, level in ROLES:
            approve_verification(actor=self.staff[role], finding_id=finding.pk, level=level)

    def _last_delivery(self, number):
        self._deliver(number, [])

    def _do(self, kind, key):
        """Have a job done, its workers killed meanwhile."""
        from taizhang.office.jobs.models import Job, JobState
        from taizhang.office.jobs.services.queue import enqueue

        job = enqueue(kind, key=key)
        began, struck, until = time.monotonic(), 0, time.monotonic() + JOB_SECONDS
        while (now := Job.objects.get(pk=job.pk)).is_open:
            if time.monotonic() > until:
                raise TimeoutError(f"{key}: {now.state} {now.stage} {now.error_code} {now.error_text}")
            wants_more = kind in self.lasts and self._struck(kind) < self.wanted / len(KINDS) and struck < STROKES_A_JOB
            if now.state == JobState.RUNNING and wants_more:
                struck += self._strike(now)
            self.crew.fill()
            time.sleep(0.05)
        if now.state != JobState.DONE:
            self.outcome.faults.append(f"{key} ended as {now.state} {now.error_code} {now.error_text}")
        if not struck:
            self.lasts[kind] = time.monotonic() - began
        self.outcome.attempts += now.attempt

    def _struck(self, kind):
        """How often a worker was killed at a kind of work; every kind gets its share."""
        return sum(count for stage, count in self.strokes.items() if stage.split()[0] == kind)

    def _strike(self, job):
        from taizhang.office.jobs.models import Job, JobState

        time.sleep(self.random.uniform(0, self.lasts[job.kind]))
        now = Job.objects.get(pk=job.pk)
        if now.state != JobState.RUNNING or not self.crew.kill(int(now.worker.rpartition(":")[2])):
            return 0
        self.strokes[f"{now.kind} {now.stage}".strip()] += 1
        return 1

    def _look_at_what_is_left(self, rounds):
        """Compare what the office says with what the lake holds, and note what must be alike in every run."""
        from django.conf import settings

        from taizhang.office.access.scope import scope_off
        from taizhang.office.casework.models import Correction, HandBack, Task
        from taizhang.office.casework.services.handing_back import fetch_batch
        from taizhang.office.findings.models import Finding, SweepRun
        from taizhang.office.jobs.models import Job, JobState
        from taizhang.office.ledger.models import Entry
        from taizhang.office.ledger.verifying import verify

        faults, data = self.outcome.faults, settings.INSTALLATION.county.data
        swept = sorted(path.name for path in (data / "sweeps").iterdir())
        if swept != sorted(SweepRun.objects.values_list("name", flat=True)) or len(swept) != self.asked:
            faults.append(
                f"{self.asked} sweeps asked for, {len(swept)} in the lake, {SweepRun.objects.count()} imported"
            )
        left = [*data.glob("sweeps/.*"), *data.glob("sweeps/*/register"), *data.glob("tmp/*"), *data.rglob("*.new")]
        faults += [f"left behind: {path.relative_to(data)}" for path in left if path.parent.name != "handbacks"]
        faults += [f"unsealed: {path.name}" for path in (data / "office" / "handbacks").glob("*.xlsx*")]
        if broken := verify():
            faults.append(f"the ledger is broken at {broken.seq}")
        with scope_off("the whole county is looked at"):
            for batch in HandBack.objects.all():
                self._look_at(batch, fetch_batch(actor=self.staff["centre_operator"], handback_id=batch.pk)[1])
            undone = Job.objects.exclude(state=JobState.DONE)
            faults += [f"not done: {one.key} {one.state}" for one in undone]
            verbs = Counter(Entry.objects.values_list("verb", flat=True))
            self.outcome.table = {
                "findings": [
                    [*map(str, one)] for one in Finding.objects.order_by("pk").values_list(
                        "pk", "state", "delta", "observation", "first_seen", "reopened_count", "remark", "changed_in__name"
                    )
                ],
                "corrections": [
                    [*map(str, one)] for one in Correction.objects.order_by("finding_id", "field", "pk").values_list("finding_id", "field", "state", "handback_id")
                ],
                "open tasks": Task.objects.filter(ended_at=None).count(),
                "entries": dict(sorted(verbs.items())),
            }  # fmt: skip

    def _look_at(self, batch, content):
        import hashlib

        if hashlib.sha256(content).hexdigest() != batch.sha256:
            self.outcome.faults.append(f"{batch.number}: the file is not the one that was noted")
        if batch.corrections.count() != batch.lines:
            self.outcome.faults.append(f"{batch.number}: {batch.lines} lines, {batch.corrections.count()} corrections")


def _drive(options):
    from taizhang.office.crypto.keyring import KeyRing

    folder = Path(options.folder)
    smallcounty.county_file(folder, ("national", "city"))
    (folder / "data" / "office").mkdir(parents=True)
    KeyRing.generate().write(folder / "keys" / "office.json")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    outcome = Drive(folder, kills=options.kills, seed=options.seed).play(options.rounds)
    print(json.dumps(asdict(outcome)))


def _work():
    import django

    django.setup()
    from taizhang.office.jobs import running, worker
    from taizhang.office.jobs.services import queue

    queue.SILENT, queue.BACK_OFF = timedelta(seconds=SILENT), timedelta(0)
    queue.BUSY_AGAIN = timedelta(seconds=0.3)
    running.BEAT_SECONDS, worker.IDLE_SECONDS = BEAT, IDLE
    worker.Worker().run()


def _main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("what", choices=["drive", "work"])
    arguments.add_argument("folder", nargs="?", default="")
    arguments.add_argument("--kills", type=int, default=0)
    arguments.add_argument("--rounds", type=int, default=0)
    arguments.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    options = arguments.parse_args()
    _drive(options) if options.what == "drive" else _work()


if __name__ == "__main__":
    _main()
