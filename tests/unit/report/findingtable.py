"""A findings.parquet with exactly the findings a test names."""

import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.sweep.findings.schema import FINDINGS

NUMBER = "612323195001010018"
"""Made up; stands where only the lake may hold a full number."""


def finding(number, **facts):
    """One finding as a dictionary of every column; `facts` replace what the test is about."""
    record = {
        "source": "ledger", "delivery": "2020-01-01-0", "file_no": 0, "file": "一组.xlsx", "sheet": "表1", "row": 5,
        "cells": [{"field": "id_no", "cell": "G5"}],
    }  # fmt: skip
    standing = {
        "finding_id": f"{number:032x}", "short_id": f"F{number:09d}", "rule": "XS-ID-TRANSPOSE", "grp": "D",
        "severity": "warn", "subject_type": "person", "subject": str(number), "person_id": number, "household_id": number,
        "scope_key": "ledger", "source": "ledger", "culprit": "ledger", "p_culprit": 0.9, "town_code": "610723103000",
        "town_name": "龙亭镇", "village_code": "610723103201", "village_name": "石子坪村", "household_no": "6107100001",
        "head_name": "王大", "name": "王小", "id_masked": "6123**************", "records": [record],
        "observed": [{"source": "ledger", "field": "id_no", "value": NUMBER}],
        "candidates": [{"field": "id_no", "value": NUMBER, "probability": 0.9, "reason": "other_source", "sources": []}],
        "evidence": [], "message_zh": "号码不符。", "message_hant": "號碼不符。", "message_en": "The number differs.",
        "hint_zh": "核对。", "hint_hant": "核對。", "hint_en": "Check.", "delta": "new", "deadline_workdays": 5,
    }  # fmt: skip
    return {name: (standing | facts).get(name) for name in FINDINGS.names}


def write(folder, *rows):
    """Write the findings into a sweep's folder; gives the path."""
    path = folder / "findings.parquet"
    pq.write_table(pa.Table.from_pylist(list(rows), schema=FINDINGS), path)
    return path
