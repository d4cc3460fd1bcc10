"""The columns of findings.parquet (docs/formats/findings.md)."""

import pyarrow as pa

from taizhang.languages import Language

_CELL = pa.struct([("field", pa.string()), ("cell", pa.string())])
_RECORD = pa.struct([
    ("source", pa.string()), ("delivery", pa.string()), ("file_no", pa.int16()), ("file", pa.string()),
    ("sheet", pa.string()), ("row", pa.int32()), ("cells", pa.list_(_CELL)),
])  # fmt: skip
_OBSERVED = pa.struct([("source", pa.string()), ("field", pa.string()), ("value", pa.string())])
_CANDIDATE = pa.struct([
    ("field", pa.string()), ("value", pa.string()), ("probability", pa.float64()), ("reason", pa.string()),
    ("sources", pa.list_(pa.string())),
])  # fmt: skip

FINDINGS = pa.schema([
    ("finding_id", pa.string()), ("short_id", pa.string()), ("rule", pa.string()), ("rule_version", pa.string()),
    ("rule_digest", pa.string()), ("grp", pa.string()), ("severity", pa.string()), ("weight", pa.int32()),
    ("subject_type", pa.string()), ("subject", pa.string()), ("person_id", pa.int64()), ("household_id", pa.int64()),
    ("involved", pa.list_(pa.int64())), ("scope_key", pa.string()), ("source", pa.string()), ("culprit", pa.string()),
    ("p_culprit", pa.float64()), ("fields", pa.list_(pa.string())), ("kinds", pa.list_(pa.string())),
    ("town_code", pa.string()), ("village_code", pa.string()), ("town_name", pa.string()),
    ("village_name", pa.string()), ("household_no", pa.string()), ("head_name", pa.string()), ("name", pa.string()),
    ("id_masked", pa.string()), ("records", pa.list_(_RECORD)), ("observed", pa.list_(_OBSERVED)),
    ("candidates", pa.list_(_CANDIDATE)), ("confidence_class", pa.string()), ("evidence", pa.list_(pa.string())),
    ("message_zh", pa.string()), ("message_hant", pa.string()), ("message_en", pa.string()),
    ("hint_zh", pa.string()), ("hint_hant", pa.string()), ("hint_en", pa.string()), ("owner", pa.string()),
    ("deadline_workdays", pa.int32()), ("params", pa.string()), ("value_digest", pa.string()), ("delta", pa.string()),
    ("observation", pa.string()), ("first_seen", pa.string()), ("reopened_count", pa.int32()), ("cause", pa.string()),
    ("superseded_by", pa.string()),
])  # fmt: skip

MESSAGE_COLUMNS = {Language.ZH: "zh", Language.HANT: "hant", Language.EN: "en"}
"""What the columns that hold a message or a hint end in, by language."""

GONE, OUT_OF_RULE, SUPERSEDED, SOURCE_LEFT = "gone", "out_of_rule", "superseded", "source_left"
DELTAS = ("new", "persisting", "reopened", GONE, OUT_OF_RULE, SUPERSEDED, SOURCE_LEFT)
ENDED = frozenset({GONE, OUT_OF_RULE, SUPERSEDED, SOURCE_LEFT})
"""Deltas of findings that are open no more: proven gone; and, proving nothing, those that no rule asks for any more, those
whose fields another finding tells of now (`superseded_by`), and those whose ledger the county file names no more."""
OPEN_SQL = "delta NOT IN ('gone', 'out_of_rule', 'superseded', 'source_left')"
"""The same as a condition over findings.parquet."""

SENSITIVE = frozenset({"observed", "candidates"})
"""Columns with full values; they stay in the lake and are masked or left out everywhere else."""
