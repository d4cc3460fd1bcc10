"""What a sweep stands on, as one digest: while it stays the same, another sweep would find the same."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import taizhang
from taizhang.intake.county import County
from taizhang.sweep.authority.answers import answers_file
from taizhang.sweep.history import NoSweep, latest_sweep
from taizhang.sweep.lake import SourceDelivery, current_deliveries, facts_of

PROGRAM = [Path(taizhang.__file__).parent / part for part in ("identity", "intake/model", "sweep")]
"""The code, packs and tables that findings come from: a version is not raised with every change."""


def grounds_of(county: County, deliveries: Sequence[SourceDelivery], as_of: date) -> str:
    """SHA-256, in hexadecimal, of all that findings depend on besides the sweeps before.

    That is the program, the county file, the contents of packs, frames and divisions that it names, the day, all
    deliveries up to it and whether they are held, and the answers of the authority.
    """
    digest = hashlib.sha256()
    told = [
        (one.source, one.name, one.held, one.is_whole, [folder.name for folder in one.earlier]) for one in deliveries
    ]
    for part in (repr(county), as_of.isoformat(), json.dumps(told)):
        digest.update(part.encode() + b"\n")
    divisions = () if county.divisions is None else (county.divisions,)
    for path in _files([*PROGRAM, *county.packs, *county.frames, *divisions, answers_file(county.data)]):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def unchanged_since(county: County) -> str | None:
    """The name of the last sweep where one today would stand on the same grounds, or None."""
    try:
        last = latest_sweep(county)
    except NoSweep:
        return None
    deliveries = current_deliveries(county.data, facts_of(county), None)
    about = json.loads((last / "sweep.json").read_text("utf-8"))
    if not deliveries or "grounds" not in about:
        return None
    newest = max(delivery.as_of for delivery in deliveries)
    return last.name if about["grounds"] == grounds_of(county, deliveries, newest) else None


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file() and one.suffix != ".pyc")
        elif path.is_file():
            yield path
