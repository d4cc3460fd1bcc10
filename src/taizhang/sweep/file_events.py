"""What intake told about the files of a delivery, as rules about sources read it."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from taizhang.intake.delivery.holding import COLUMN_EMPTY, empty_columns, shares_of_columns
from taizhang.intake.delivery.releasing import is_held
from taizhang.intake.model import FIELDS
from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery, manifest_of

MOST_ROWS = 0.5  # of the delivery before: a column of one odd file is none that the source delivers
ONLY_IN_DOUBT = frozenset({"SR-ENCODING", "SR-FILE-KIND"})
"""Events that intake also writes down, as a note, when the file was read all the same: then nobody has to look."""
MOST_FILES = 3
"""Files that are named in a sentence; of more, intake tells each."""


def make_file_events(engine: Engine, deliveries: Sequence[SourceDelivery]) -> None:
    """Create `file_event`: what intake told about files, sheets and cells, one row an event, cell events counted by sheet and code.

    files: the names of the delivery's files with such an event, for the sentence of a finding.
    """
    names = ("source", "delivery", "as_of", "file", "sheet", "cell", "code", "n", "files")
    rows = [
        row
        for delivery in deliveries
        for row in _with_files(
            [*_told(delivery), *_empty(delivery), *_dropped(delivery), *_cell_events(engine, delivery)]
        )
    ]
    kinds = (*(pa.string(),) * 2, pa.date32(), *(pa.string(),) * 4, pa.int64(), pa.string())
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    engine.register(
        "file_event_raw", pa.table({n: pa.array(c, k) for n, c, k in zip(names, columns, kinds, strict=True)})
    )
    engine.execute("CREATE OR REPLACE TABLE file_event AS SELECT * FROM file_event_raw")


def _with_files(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The events of one delivery, each with the first files of its code, in the order they were sent."""
    files: dict[str, list[str]] = {}
    for _, _, _, file, _, _, code, _ in rows:
        if file is not None and file not in files.setdefault(code, []):
            files[code].append(file)
    for row in rows:
        named = files.get(row[6], [])
        yield (*row, "、".join(named[:MOST_FILES]) + ("…" if len(named) > MOST_FILES else "") or None)


def _told(delivery: SourceDelivery) -> Iterator[tuple[Any, ...]]:
    for file in delivery.manifest.get("files", ()):
        for event in file.get("events", ()):
            if event["code"] == COLUMN_EMPTY or (event["code"] in ONLY_IN_DOUBT and event.get("severity") == "info"):
                continue
            where = (file["name"], event.get("sheet") or None, event.get("cell") or None)
            yield (delivery.source, delivery.name, delivery.as_of, *where, event["code"], 1)


def _empty(delivery: SourceDelivery) -> Iterator[tuple[Any, ...]]:
    """The columns that the delivery has and no row of it fills, as one event."""
    yield from _of_columns(
        delivery, COLUMN_EMPTY, [name for name in empty_columns(delivery.manifest) if name in FIELDS]
    )


def _dropped(delivery: SourceDelivery) -> Iterator[tuple[Any, ...]]:
    """The columns no sheet has any more that most rows had in the last delivery with them, as one event.

    A delivery that is held proves no column: it may be another ledger's.
    """
    now = shares_of_columns(delivery.manifest)
    last: dict[str, float] = {}
    for folder in delivery.earlier:
        if not is_held(folder):
            last = shares_of_columns(manifest_of(folder)) | last
    gone = [name for name, share in last.items() if share >= MOST_ROWS and name not in now and name in FIELDS]
    if now:
        yield from _of_columns(delivery, "SR-COLUMN-DROPPED", sorted(gone))


def _of_columns(delivery: SourceDelivery, code: str, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """One event that names all the columns, where there are any."""
    if names:
        titles = "、".join(FIELDS[name].zh for name in names)
        yield (delivery.source, delivery.name, delivery.as_of, None, None, titles, code, len(names))


def _cell_events(engine: Engine, delivery: SourceDelivery) -> Iterator[tuple[Any, ...]]:
    path = delivery.table("events")
    if path is None:
        return
    engine.scan("cell_event", [path])
    table = engine.fetch("""
        SELECT file_no, sheet_no, codes, COUNT(*) AS n, MIN(cell) AS cell FROM cell_event
        WHERE codes IS NOT NULL GROUP BY file_no, sheet_no, codes ORDER BY file_no, sheet_no, codes
    """)
    names = {file["no"]: file for file in delivery.manifest.get("files", ())}
    counted: dict[tuple[int, int, str], tuple[int, str]] = {}
    for file_no, sheet_no, codes, n, cell in zip(
        *(table[name].to_pylist() for name in table.column_names), strict=True
    ):
        for code in codes.strip("|").split("|"):
            before = counted.get((file_no, sheet_no, code), (0, cell))
            counted[file_no, sheet_no, code] = (before[0] + n, min(before[1] or "", cell or ""))
    for (file_no, sheet_no, code), (n, cell) in counted.items():
        file = names.get(file_no, {"name": None, "sheets": []})
        sheet = next((one["name"] for one in file.get("sheets", ()) if one["no"] == sheet_no), None)
        yield (delivery.source, delivery.name, delivery.as_of, file["name"], sheet, cell or None, code, n)
