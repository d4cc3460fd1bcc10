"""What every comparison shares: timing in turn, peak memory of a process of its own, and tables of medians and ratios."""

import json
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def in_turn(contestants: Mapping[str, Callable[[], object]], *, rounds: int = 5) -> dict[str, float]:
    """Median seconds of each contestant, run A B C A B C … so that a slow phase of the machine hits all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def in_own_process(arguments: Sequence[str]) -> tuple[float, float, dict[str, object]]:
    """Run this script again with `arguments`: (wall seconds, peak MB, the last line of its output as JSON)."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, sys.argv[0], *arguments], check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    said = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    return seconds, float(said.get("peak_mb", 0.0)), said


def processor_seconds() -> float:
    """What this process and its finished children have used of the processor: unlike the clock, other work does not count."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def own_peak_mb() -> float:
    """The most memory this process held, in MB. Not getrusage: on Linux a child begins with its parent's peak there."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else 0.0


def peak_mb() -> float:
    """The most memory this process and its finished children held, in MB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, children) / 1024


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
