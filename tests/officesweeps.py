"""Sweeps for the office's tests: a folder as the sweep writes it, from findings and persons spelled out in the test."""

import json
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from officepeople import SETUP
from taizhang.identity.numbers import check_digit, mask_number
from taizhang.office.findings.services.importing import import_sweep
from taizhang.sweep.findings.fingerprint import short_id
from taizhang.sweep.findings.schema import FINDINGS
from taizhang.sweep.record_rows import record_table

HOME_VILLAGE, NEXT_VILLAGE, FAR_VILLAGE = "610723103201", "610723103202", "610723108201"
NAMES = {HOME_VILLAGE: ("龙亭镇", "柏树村"), NEXT_VILLAGE: ("龙亭镇", "莲花村"), FAR_VILLAGE: ("磨子桥镇", "竹花岭村")}
_POINTER = pa.struct([
    ("source", pa.string()), ("delivery", pa.string()), ("record_no", pa.int64()), ("file_no", pa.int16()),
    ("sheet_no", pa.int16()), ("row_no", pa.int32()), ("village_code", pa.string()),
])  # fmt: skip
PERSONS = pa.schema([
    ("person_id", pa.int64()), ("household_id", pa.int64()), ("name", pa.string()), ("core18", pa.string()),
    ("birth", pa.date32()), ("sex", pa.string()), ("town_code", pa.string()), ("village_code", pa.string()),
    ("is_present", pa.bool_()), ("n_sources", pa.int64()), ("household_no", pa.string()), ("relation", pa.string()),
    ("phone", pa.string()), ("names", pa.list_(pa.string())), ("numbers", pa.list_(pa.string())),
    ("phones", pa.list_(pa.string())), ("records", pa.list_(_POINTER)),
])  # fmt: skip
HOUSEHOLDS = pa.schema([
    ("household_id", pa.int64()), ("household_no", pa.string()), ("head_name", pa.string()), ("town_code", pa.string()),
    ("village_code", pa.string()), ("town_name", pa.string()), ("village_name", pa.string()),
    ("member_count", pa.int64()), ("sources", pa.list_(pa.string())), ("numbers", pa.list_(pa.string())),
])  # fmt: skip
COUNTS = pa.schema([
    ("rule", pa.string()), ("source", pa.string()), ("town_code", pa.string()), ("applicable", pa.int64()),
    ("hits", pa.int64()), ("passes", pa.int64()), ("unknown", pa.int64()), ("not_applicable", pa.int64()),
    ("not_run", pa.string()),
])  # fmt: skip


def number_of(person):
    """A valid made-up number."""
    body = f"6123231951{1 + person % 12:02d}{1 + person % 28:02d}{person % 1000:03d}"
    return body + check_digit(body)


def town_of(village):
    """The code of a village's town."""
    return village[:9] + "000"


def person(
    identity, name, village=HOME_VILLAGE, *, household=1, phone="13800138000", others=(), records=(), number=None
):
    """One row of persons.parquet. others: further names that ledgers give."""
    number = number or number_of(identity)
    return {
        "person_id": identity, "household_id": household, "name": name, "core18": number, "birth": date(1951, 1, 1),
        "sex": "男", "town_code": town_of(village), "village_code": village, "is_present": True, "n_sources": 2,
        "household_no": f"61072310{household:04d}", "relation": "户主", "phone": phone, "names": sorted({name, *others}),
        "numbers": [number], "phones": [phone], "records": list(records),
    }  # fmt: skip


def household(identity, head, village=HOME_VILLAGE):
    """One row of households.parquet."""
    town, name = NAMES[village]
    return {
        "household_id": identity, "household_no": f"61072310{identity:04d}", "head_name": head, "town_code": town_of(village),
        "village_code": village, "town_name": town, "village_name": name, "member_count": 1, "sources": ["city", "national"],
        "numbers": [f"61072310{identity:04d}"],
    }  # fmt: skip


def full_id(identity):
    """A finding's identity by a small number; the short numbers of two differ."""
    return f"{identity:032x}"[::-1]


def finding(identity, name="王建军", village=HOME_VILLAGE, *, subject=1, rule="XS-NAME-SOUND", **changes):
    """One row of findings.parquet. identity: any number."""
    full = full_id(identity)
    town, village_name = NAMES[village]
    number = number_of(subject)
    row = dict.fromkeys(FINDINGS.names) | {
        "finding_id": full, "short_id": short_id(full), "rule": rule, "rule_version": "1.0", "rule_digest": "d", "grp": "C",
        "severity": "error", "weight": 4, "subject_type": "person", "subject": str(subject), "person_id": subject,
        "household_id": subject, "involved": [], "scope_key": "city", "source": "city", "culprit": "city", "p_culprit": 0.9,
        "fields": ["name"], "kinds": [rule], "town_code": town_of(village), "village_code": village, "town_name": town,
        "village_name": village_name, "household_no": f"61072310{subject:04d}", "head_name": name, "name": name,
        "id_masked": mask_number(number),
        "records": [{"source": "city", "delivery": "2020-02-19-aaaaaaaaaaaa", "file_no": 0, "file": "人员信息.xlsx",
                     "sheet": "人员信息", "row": 3, "cells": [{"field": "name", "cell": "B3"}]}],
        "observed": [{"source": "city", "field": "id_no", "value": number}, {"source": "city", "field": "name", "value": name}],
        "candidates": [{"field": "id_no", "value": number, "probability": 0.9, "reason": "other_source", "sources": ["national"]}],
        "confidence_class": "B", "evidence": ["国标号码一致"], "message_zh": f"{village_name}{name}：姓名读音相同而用字不同。",
        "message_hant": "姓名", "message_en": "name", "hint_zh": "核对户口簿。", "hint_hant": "核對", "hint_en": "check",
        "owner": "helper", "deadline_workdays": 3, "params": "{}", "value_digest": "v1", "delta": "new", "observation": "hit",
        "first_seen": "2020-02-19-1", "reopened_count": 0, "cause": "source",
    }  # fmt: skip
    return row | changes


@dataclass
class Lake:
    """The lake of the county the tests' settings name; every sweep is one more folder."""

    made: list = field(default_factory=list)

    def clear(self):
        """Take everything away again."""
        for name in ("sweeps", "deliveries"):
            shutil.rmtree(Path(settings.INSTALLATION.county.data) / name, ignore_errors=True)

    def sweep(self, findings, persons=(), households=(), deliveries=None, counts=()):
        """Write a finished sweep; gives its folder."""
        order = len(self.made) + 1
        name = f"2020-02-{order:02d}-{id(self) % 99991}"
        folder = Path(settings.INSTALLATION.county.data) / "sweeps" / name
        folder.mkdir(parents=True)
        self.made.append(folder)
        pq.write_table(pa.Table.from_pylist(list(findings), schema=FINDINGS), folder / "findings.parquet")
        pq.write_table(pa.Table.from_pylist(list(persons), schema=PERSONS), folder / "persons.parquet")
        pq.write_table(pa.Table.from_pylist(list(households), schema=HOUSEHOLDS), folder / "households.parquet")
        pq.write_table(pa.Table.from_pylist(list(counts), schema=COUNTS), folder / "counts.parquet")
        deltas = [one["delta"] for one in findings]
        about = {
            "schema_version": 1, "sweep_id": name, "as_of": f"2020-02-{order:02d}", "order": order,
            "finished_at": f"2020-02-{order:02d}T08:00:00+00:00", "seconds": {"rules": 0.5}, "rule_faults": {},
            "deliveries": deliveries or [
                {"source": one, "title": one, "delivery": f"d{order}", "as_of": "2020-02-19", "held": False}
                for one in ("national", "city", "ledger")
            ],
            "counts": {"records": 10, "persons": len(persons), "households": len(households), "open": len(deltas)}
            | {one: deltas.count(one) for one in ("new", "persisting", "reopened", "gone")},
        }  # fmt: skip
        (folder / "sweep.json").write_text(json.dumps(about), "utf-8")
        return folder

    def imported(self, *arguments, **named):
        """Write a sweep and import it; gives what the import says."""
        return import_sweep(actor=SETUP, folder=self.sweep(*arguments, **named))

    def delivery(self, source, name, rows, day=date(2020, 2, 19)):
        """Write the records of one delivery; gives pointers for persons, in row order."""
        folder = Path(settings.INSTALLATION.county.data) / "deliveries" / source / name
        if not folder.is_dir():
            folder.mkdir(parents=True)
            columns = {one: [row.get(one) for row in rows] for one in sorted({key for row in rows for key in row})}
            pq.write_table(record_table(columns, as_of=day), folder / "record.parquet")
        return [
            {"source": source, "delivery": name, "record_no": number, "file_no": 0, "sheet_no": 0, "row_no": number,
             "village_code": row["village_code"]}
            for number, row in enumerate(rows)
        ]  # fmt: skip
