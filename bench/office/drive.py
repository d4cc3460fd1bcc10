"""Many users at one office: threads that each look, think and look again, and a stream of writes at a fixed rate.

Bounded in every direction: a number of users, of seconds, one address on this machine.
"""

import http.client
import json
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

HOST = "127.0.0.1"
TIMEOUT = 60


@dataclass
class Taken:
    """Seconds by kind of page, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


class Browser:
    """One user's browser: keeps the connection, the session and the token of forms."""

    def __init__(self, port: int, cookie: str, taken: Taken) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT)
        self._cookies, self._taken = {"sessionid": cookie}, taken

    def get(self, kind: str, path: str) -> str:
        """Open a page."""
        return self._ask(kind, "GET", path, "")

    def post(self, kind: str, path: str, **form: str) -> str:
        """Send a form; its token comes from the cookie."""
        token = self._cookies.get("csrftoken", "")
        return self._ask(kind, "POST", path, urlencode(form | {"csrfmiddlewaretoken": token}))

    def _ask(self, kind: str, method: str, path: str, body: str) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        try:
            self._connection.request(method, path, body.encode() or None, headers)
            response = self._connection.getresponse()
            content = response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            self._taken.errors.append(f"{kind}: {type(error).__name__}")
            return ""
        self._taken.seconds[kind].append(time.perf_counter() - began)
        if response.status not in (200, 302):
            self._taken.errors.append(f"{kind}: {response.status}")
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.split(";")[0]
        return content


def look(port: int, world: dict[str, Any], *, seconds: float, think: tuple[float, float], seed: int) -> Taken:
    """Every user of `world` for so long, thinking between two pages; gives what the pages took."""
    taken, end = Taken(), time.monotonic() + seconds
    threads = [
        threading.Thread(
            target=_visit, args=(Browser(port, one["cookie"], taken), one, world, end, think, seed + number)
        )
        for number, one in enumerate(world["sessions"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def _visit(
    browser: Browser, who: dict[str, str], world: dict[str, Any], end: float, think: tuple[float, float], seed: int
) -> None:
    chance = random.Random(seed)
    mine = [short for short, place in world["findings"] if place.startswith(who["area"])] or [world["findings"][0][0]]
    time.sleep(chance.uniform(0, think[1]))
    browser.get("home", "/")
    browser.get("search form", "/people/")
    while time.monotonic() < end:
        draw = chance.random()
        if draw < 0.40:
            browser.get("list of findings", f"/findings/?{urlencode(_filter(chance))}")
        elif draw < 0.70:
            browser.get("finding", f"/findings/{chance.choice(mine)}/")
        elif draw < 0.90:
            kind = chance.choice(("names", "numbers", "phones", "households"))
            browser.post(f"search by {kind[:-1]}", "/people/results", q=chance.choice(world[kind]))
        elif draw < 0.95:
            browser.get("tasks", "/tasks/")
        else:
            browser.get("home", "/")
        time.sleep(chance.uniform(*think))


def _filter(chance: random.Random) -> dict[str, str]:
    asked = {"page": str(chance.choice((1, 1, 1, 2, 3, 10)))}
    if chance.random() < 0.4:
        asked |= {"severity": chance.choice(("error", "warn"))}
    if chance.random() < 0.3:
        asked |= {"sort": chance.choice(("place", "rule", "name", "-severity"))}
    return asked


def write(port: int, world: dict[str, Any], *, rate: int, seconds: float, hands: int = 16) -> tuple[Taken, float]:
    """So many changes a second for so long, each a row and its ledger entry; gives what they took and the rate reached."""
    taken, began = Taken(), time.monotonic()
    due = iter(range(int(rate * seconds)))
    lock = threading.Lock()

    def work(cookie: str, name: int) -> None:
        browser = Browser(port, cookie, taken)
        browser.get("search form", "/people/")
        while True:
            with lock:
                number = next(due, None)
            if number is None:
                return
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            browser.post("write", "/findings/views", label=f"{name}-{number}", query="severity=error")

    threads = [
        threading.Thread(target=work, args=(one["cookie"], number))
        for number, one in enumerate(world["sessions"][:hands])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.seconds.pop("search form", None)
    return taken, len(taken.seconds["write"]) / (time.monotonic() - began)


def quantile(seconds: list[float], share: float) -> float:
    """The value below which that share of the measurements lies."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def loads(text: str) -> Any:
    """The JSON of a process's last line."""
    return json.loads(text.splitlines()[-1])
