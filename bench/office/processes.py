"""The processor time of a process and all below it, from /proc: what the server took, apart from whoever asked it."""

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def processor_seconds(*roots: int) -> float:
    """Seconds of user and system time that these processes and all below them, ended ones too, have taken so far."""
    parents, ticks = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile; its parent has its time
        number = int(path.parent.name)
        parents[number], ticks[number] = int(told[1]), sum(map(int, told[11:15]))
    return sum(taken for number, taken in ticks.items() if _is_below(number, roots, parents)) / TICK


def _is_below(number: int, roots: tuple[int, ...], parents: dict[int, int]) -> bool:
    while number:
        if number in roots:
            return True
        number = parents.get(number, 0)
    return False
