"""The office's side of the measurement, in a process of its own whose environment names county and database.

python -m office.installed import SWEEP    imports one sweep, prints what it took
python -m office.installed users N         makes N accounts with tasks, prints their sessions and what there is to look at
python -m office.installed alone ROUNDS    every page by nobody else's side: processor time, wall time, questions to the database
python -m office.installed peer ROUNDS     one list page at a time: ours beside Django admin's changelist
"""

# ruff: noqa: PLC0415 - Django is told its settings before anything of it is imported

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SETTINGS = "taizhang.office.settings"


def imported(folder: Path) -> dict[str, object]:
    """Import a sweep as the product does; seconds of the index of persons and of the findings apart."""
    from taizhang.office.access.actor import system_actor
    from taizhang.office.casework.observing import follow_moves
    from taizhang.office.findings.services.importing import import_sweep

    watch, began = Watch(), time.process_time()
    done = import_sweep(actor=system_actor("bench"), folder=folder, progress=watch, on_moves=follow_moves)
    return {
        "findings": done.touched, "persons": done.persons, "households": done.households,
        "index_seconds": watch.seconds["index"], "findings_seconds": watch.seconds["findings"],
        "processor_seconds": time.process_time() - began,
    }  # fmt: skip


class Watch:
    """A listener that keeps how long every stage took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began: dict[str, float] = {}

    def start(self, stage: str, total: int | None = None) -> None:  # noqa: ARG002 - the listener's signature
        """A stage begins."""
        self._began[stage] = time.perf_counter()

    def advance(self, stage: str, steps: int = 1) -> None:
        """Steps are not of interest."""

    def finish(self, stage: str) -> None:
        """The stage is over."""
        self.seconds[stage] = time.perf_counter() - self._began[stage]


def users(count: int) -> dict[str, object]:
    """Accounts, two in five for the whole county, two for a town, one for a village, each with a session and open tasks."""
    from taizhang.office.access.actor import system_actor
    from taizhang.office.access.areas import Area
    from taizhang.office.access.roles import Role
    from taizhang.office.access.scope import scope_off
    from taizhang.office.accounts.services import assign_role, create_user
    from taizhang.office.casework.services.dispatching import dispatch_findings
    from taizhang.office.findings.models import Finding
    from taizhang.office.findings.states import State
    from taizhang.office.people.models import Household, Person

    actor, today = system_actor("bench"), datetime.now(UTC).date()
    sessions = []
    with scope_off("the bench looks at the whole county"):
        busiest = Finding.objects.order_by("pk").values_list("division_code", flat=True)
        places = sorted(set(busiest[:2000]))
        posts = (
            (Role.CENTRE_OPERATOR, 6), (Role.TOWN_DATA_LEAD, 9), (Role.CENTRE_REVIEWER, 6), (Role.TOWN_DATA_LEAD, 9),
            (Role.VILLAGE_TEAM, 12),
        )  # fmt: skip
        for number in range(count):
            role, level = posts[number % len(posts)]
            user = create_user(
                actor=actor,
                username=f"bench{number}",
                display_name=f"测试{number}",
                password=f"Bench-{number}-horse-battery",
            )
            area = Area(places[number % len(places)][:level])
            assign_role(
                actor=actor,
                user_id=user.pk,
                role=role,
                area=area,
                valid_from=today,
                valid_to=today + timedelta(days=30),
            )
            sessions.append({"cookie": _session(user), "role": role.value, "area": area.prefix})
        waiting = Finding.objects.filter(state=State.OPEN).order_by("pk").values_list("pk", flat=True)
        dispatch_findings(actor=actor, finding_ids=list(waiting[:2000]))
        persons = Person.objects.order_by("number_index")[:400]
        findings = Finding.objects.order_by("pk").values_list("short_id", "division_code")[:4000]
        return {
            "sessions": sessions, "findings": list(findings),
            "names": [one.name for one in persons if one.name],
            "numbers": _numbers(persons), "phones": _phones(persons),
            "households": list(Household.objects.exclude(number="").order_by("pk").values_list("number", flat=True)[:400]),
        }  # fmt: skip


def _numbers(persons: Sequence[Any]) -> list[str]:
    from taizhang.office.crypto.sealing import unseal
    from taizhang.office.people.services.indexing import number_context

    return [unseal(one.sealed_core18, number_context(one.pk)) for one in persons if one.sealed_core18]


def _phones(persons: Sequence[Any]) -> list[str]:
    """Phones as the sweep has them: the office itself holds only their hashes."""
    import pyarrow.parquet as pq

    from taizhang.office.findings.lake import sweep_folder
    from taizhang.office.findings.models import SweepRun

    wanted = [one.pk for one in persons]
    newest = SweepRun.objects.latest("place")
    table = pq.read_table(
        sweep_folder(newest.name) / "persons.parquet", columns=["phone"], filters=[("person_id", "in", wanted)]
    )
    return [one for one in table["phone"].to_pylist() if one]


def _session(user: Any) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def peer(rounds: int) -> dict[str, object]:
    """Median seconds of one list page for an operator of the whole county, in turn: the office's, and admin's changelist."""
    from django.test import Client

    from measure import in_turn
    from office.admin import changelist
    from taizhang.office.access.scope import scope_off
    from taizhang.office.accounts.models import User
    from taizhang.office.findings.models import Finding
    from taizhang.office.findings.states import OPEN_STATES

    client = Client()
    client.force_login(
        User.objects.get(username="bench0"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    with scope_off("the bench looks at the whole county"):
        middle = str(max(1, Finding.objects.filter(state__in=OPEN_STATES).count() // 100))
    asked: dict[str, tuple[str, dict[str, str]]] = {
        "first page": ("", {}), "one town": ("610723103000", {"sort": "place"}), f"page {middle}": ("", {"page": middle}),
    }  # fmt: skip
    found: dict[str, object] = {}
    for name, (place, query) in asked.items():
        contestants: dict[str, Callable[[], object]] = {
            "ours": lambda place=place, query=query: client.get("/findings/", {"place": place} | query),  # type: ignore[misc]
            "admin": lambda place=place, query=query: changelist(place, query),  # type: ignore[misc]
        }
        found[name] = in_turn(contestants, rounds=rounds)
    return found


def alone(rounds: int) -> dict[str, dict[str, float]]:
    """Each page by nobody else's side, for the county's operator and a town's data lead: processor and wall s, questions."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found: dict[str, dict[str, float]] = {}
    for name, who in (("bench0", "county"), ("bench1", "town")):
        for page, ask in _pages_of(name, rounds + 2).items():
            taken = []
            ask(rounds)
            for number in range(rounds):
                wall, processor = time.perf_counter(), time.process_time()
                ask(number)
                taken.append((time.process_time() - processor, time.perf_counter() - wall))
            with CaptureQueriesContext(connection) as queries:
                ask(rounds + 1)
            processor, wall = (statistics.median(one) for one in zip(*taken, strict=True))
            found[f"{page}, {who}"] = {"processor": processor, "wall": wall, "questions": len(queries)}
    return found


def _pages_of(username: str, number: int) -> dict[str, Callable[[int], object]]:
    """How a user opens each page for the first, second … time, `number` times at most."""
    from django.test import Client

    from taizhang.office.access.areas import Area
    from taizhang.office.access.scope import scope
    from taizhang.office.accounts.models import Assignment, User
    from taizhang.office.findings.models import Finding
    from taizhang.office.people.models import Person

    user, client = User.objects.get(username=username), Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    with scope((Area(Assignment.objects.get(user=user).area),)):
        short_ids = list(Finding.objects.order_by("pk").values_list("short_id", flat=True)[:number])
        person = Person.objects.order_by("pk").exclude(name="").first()
    return {
        "list of findings": lambda n: client.get("/findings/", {"page": str(n + 1)}),
        "finding": lambda n: client.get(f"/findings/{short_ids[n]}/"),
        "search by name": lambda _n: client.post("/people/results", {"q": person.name}),
        "home": lambda _n: client.get("/"),
        "scoreboard": lambda _n: client.get("/scores/"),
    }


def main(arguments: list[str]) -> None:
    """Do what is asked and print it as one line of JSON."""
    what, value = arguments
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS if what in ("import", "users") else "office.peer_settings"
    import django

    django.setup()
    does: dict[str, Callable[[], object]] = {
        "import": lambda: imported(Path(value)), "users": lambda: users(int(value)), "peer": lambda: peer(int(value)),
        "alone": lambda: alone(int(value)),
    }  # fmt: skip
    print(json.dumps(does[what](), ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
