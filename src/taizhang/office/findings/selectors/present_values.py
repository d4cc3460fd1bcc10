"""What the ledgers of the newest sweep say of persons now, record by record; for the engine's own questions, unmasked."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from taizhang.office.findings.lookup import persons_at
from taizhang.office.findings.selectors.sides import values_of


def present_values(
    folder: Path, persons: Collection[int], fields: Sequence[str]
) -> dict[tuple[int, str], list[Mapping[str, str]]]:
    """(person, source) → the values of each of its records; nothing for persons the sweep does not know.

    folder: of the sweep.
    """
    rows = persons_at(folder, persons, ("records",))
    records = [(row["person_id"], one) for row in rows for one in row["records"] or ()]
    values = values_of([one for _person, one in records], tuple(fields))
    found: dict[tuple[int, str], list[Mapping[str, str]]] = {}
    for person, one in records:
        said = values.get((one["source"], one["delivery"], one["record_no"]), {})
        found.setdefault((person, one["source"]), []).append(said)
    return found
