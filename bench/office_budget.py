"""What processor time a page may take so that the office's aims hold: 50 people at work, simulated before they come.

Run with: python bench/office_budget.py [--users 50] [--think 5] [--seconds 600]

Two web processes, each on a processor of its own that its threads share evenly (one interpreter runs one of them at a
time); a further request waits for a thread. Every user belongs to one process, as a browser keeps its connection. A page
takes between four and six fifths of the mean. Nothing else is at work, not even the users' own machines.
"""

import argparse
import heapq
import random

from measure import table
from office.drive import quantile
from taizhang.office.serving import THREADS

STEP = 0.001
PROCESSES = 2


def waited(mean: float, *, users: int, think: float, seconds: float, seed: int = 1) -> list[float]:
    """Seconds from asking to answer of every page, in order of their answers. mean: processor seconds a page."""
    chance = random.Random(seed)
    due = [(chance.uniform(0, 1.5 * think), user) for user in range(users)]
    heapq.heapify(due)
    at_work: list[list[tuple[float, float, int]]] = [[] for _ in range(PROCESSES)]  # left to do, asked at, user
    queues: list[list[tuple[float, float, int]]] = [[] for _ in range(PROCESSES)]
    found = []
    for step in range(int(seconds / STEP)):
        now = step * STEP
        while due and due[0][0] <= now:
            _, user = heapq.heappop(due)
            queues[user % PROCESSES].append((mean * chance.uniform(0.8, 1.2), now, user))
        for working, queue in zip(at_work, queues, strict=True):
            while queue and len(working) < THREADS:
                working.append(queue.pop(0))
            left = [(todo - STEP / len(working), asked, user) for todo, asked, user in working]
            working[:] = [one for one in left if one[0] > 0]
            for todo, asked, user in left:
                if todo <= 0:
                    found.append(now + STEP - asked)
                    heapq.heappush(due, (now + chance.uniform(0.5, 1.5) * think, user))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--users", type=int, default=50)
    arguments.add_argument("--think", type=float, default=5, help="mean seconds between two pages of one user")
    arguments.add_argument("--seconds", type=float, default=600)
    options = arguments.parse_args()
    rows = []
    for milliseconds in (30, 40, 50, 60, 70, 80, 100):
        took = waited(milliseconds / 1000, users=options.users, think=options.think, seconds=options.seconds)
        rows.append([milliseconds, *(f"{1000 * quantile(took, share):.0f}" for share in (0.5, 0.95, 0.99))])
    print("# What processor time a page may take\n")
    print(
        f"Simulated, the same on every machine: {options.users} people, a page about every {options.think:.0f} s each, two web processes of {THREADS} threads,"
        " each alone on its processor.\n"
    )
    print(table(["processor ms a page", "p50 ms", "p95 ms", "p99 ms"], rows))


if __name__ == "__main__":
    main()
