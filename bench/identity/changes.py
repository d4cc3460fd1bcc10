"""A next delivery of one ledger that differs from the last one in a few rows of one town."""

import json
import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from identity.lake import GROUP_ROWS, make_manifest
from identity.name_damage import damage_name
from taizhang.identity.names import parse_names
from taizhang.intake.delivery.fact_files import make_facts


def change_town(lake: Path, source: str, *, rows: int, seed: int) -> Path:
    """Write a new delivery of `source`, a day later, in which about `rows` rows of one town differ; gives its folder.

    Half of the changed rows get another name, half another telephone. Everything else is copied group by group.
    """
    before = max((lake / f"data/deliveries/{source}").iterdir())
    day = date.fromisoformat(before.name[:10]) + timedelta(days=1)
    folder = before.parent / f"{day.isoformat()}-{seed % 16**12:012x}"
    folder.mkdir()
    manifest = json.loads((before / "manifest.json").read_text("utf-8"))
    dice = random.Random(seed)
    town = dice.randrange(len(manifest["files"]))
    with pq.ParquetFile(before / "record.parquet") as old:
        writer = pq.ParquetWriter(folder / "record.parquet", old.schema_arrow, compression="zstd")
        left = rows
        for number in range(old.num_row_groups):
            table = old.read_row_group(number)
            here = np.flatnonzero(table["file_no"].to_numpy() == town)
            if len(here) and left > 0:
                chosen = np.sort(np.array(dice.sample(here.tolist(), min(left, len(here)))))
                table = _changed(table, chosen, dice)
                left -= len(chosen)
            writer.write_table(table, row_group_size=GROUP_ROWS)
        writer.close()
    make_facts(folder)
    for name in ("events", "quarantine", "names"):
        if (before / f"{name}.parquet").is_file():
            shutil.copy(before / f"{name}.parquet", folder / f"{name}.parquet")
    made = make_manifest(source, folder, manifest["files"], manifest["rows"]["record"], day) | {"previous": before.name}
    (folder / "manifest.json").write_text(json.dumps(made, ensure_ascii=False, sort_keys=True), "utf-8")
    return folder


def _changed(table: pa.Table, chosen: np.ndarray, dice: random.Random) -> pa.Table:
    renamed, rung = chosen[::2], chosen[1::2]
    texts = table["name"].to_pylist()
    for at in renamed.tolist():
        damaged = damage_name(texts[at], dice) if texts[at] else None
        texts[at] = damaged[0] if damaged else texts[at]
    parsed = parse_names(pa.array(texts, pa.string()))
    columns = {
        "name": parsed.text, "name_id": pa.array(parsed.name_id), "name_defects": parsed.defects,
        "name_note": parsed.note, "name_alias": parsed.alias,
    }  # fmt: skip
    mask = np.zeros(table.num_rows, bool)
    mask[rung] = True
    phones = pa.array([f"1{dice.randrange(3 * 10**9, 10**10):010d}" for _ in rung])
    columns["member_phone"] = pc.replace_with_mask(table["member_phone"].combine_chunks(), pa.array(mask), phones)
    hashes = table["row_hash"].to_numpy().copy()
    hashes[chosen] ^= np.int64(0x5DEECE66D)
    columns["row_hash"] = pa.array(hashes)
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), values.cast(table.schema.field(place).type))
    return table
