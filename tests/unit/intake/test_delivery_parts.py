"""The parts a delivery is made by: hashes of rows, places by name, the judgement to hold, the lake's folder."""

import json
import os
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pytest

from taizhang.intake.delivery.hashing import json_objects, row_hashes
from taizhang.intake.delivery.holding import judge
from taizhang.intake.delivery.lake import Lake, LakeBusyError, LakeWriteError, commit, keep_copy
from taizhang.intake.delivery.places import Places
from taizhang.intake.delivery.reading import deliveries_of
from taizhang.intake.delivery.schemas import PROVENANCE, table_schema
from taizhang.intake.model import TABLES

LONGTING = "610723103000"


def hashes(**columns):
    arrays = [(name, pa.array(values)) for name, values in columns.items()]
    return row_hashes(arrays, len(arrays[0][1])).to_pylist()


def test_equal_rows_have_equal_hashes_and_others_have_not():
    first, second, third = hashes(name=["王一", "王一", "王二"], size=[3, 3, 3])

    assert first == second != third


def test_a_column_without_a_value_does_not_change_a_hash():
    assert hashes(name=["王一"]) == hashes(name=["王一"], size=pa.nulls(1, pa.int32()))
    assert hashes(name=["王一"], sex=["男"]) != hashes(name=["王一"], note=["男"])


def test_a_row_without_any_value_keeps_its_place():
    assert len(hashes(name=["王一", None], sex=[None, None])) == 2


def test_leftover_cells_become_json_and_rows_without_any_stay_null():
    columns = {"备注": pa.array(['说"好"', None, None]), "网格员": pa.array([None, None, "甲"])}

    objects = json_objects(columns, 3).to_pylist()

    assert [json.loads(text) if text else None for text in objects] == [{"备注": '说"好"'}, None, {"网格员": "甲"}]
    assert json_objects({}, 2).to_pylist() == [None, None]


def places(tmp_path, text="code,name,aliases,placeholder\n"):
    file = tmp_path / "divisions.csv"
    rows = (
        f"{LONGTING},龙亭镇,,\n610723103201,龙亭村,,\n610723103202,高庄村,,\n"
        "610723110000,黄安镇,,\n610723111000,黄金峡镇,,\n610723111201,高庄村,,\n"
    )
    file.write_text(text + rows, "utf-8")
    return Places(file, "610723")


def test_places_are_found_by_name_with_or_without_their_suffix(tmp_path):
    towns, villages = places(tmp_path).codes(pa.array(["龙亭镇", "龙亭", None]), pa.array(["龙亭村", "高庄", "高庄村"]))

    assert towns.to_pylist() == [LONGTING, LONGTING, None]
    assert villages.to_pylist() == ["610723103201", "610723103202", None]


def test_a_village_without_a_town_is_found_where_it_is_the_only_one_of_its_name(tmp_path):
    found = places(tmp_path, "code,name,aliases,placeholder\n610723110201,黄安村,,\n")

    names, towns, villages = found.homes(pa.array(["龙亭村", "黄安", "高庄村", "无此村", None, "龙亭镇龙亭村"]))

    assert names.to_pylist() == ["龙亭镇", "黄安镇", None, None, None, "龙亭镇"]
    assert towns.to_pylist() == [LONGTING, "610723110000", None, None, None, LONGTING]
    assert villages.to_pylist() == ["610723103201", "610723110201", None, None, None, "610723103201"]
    assert found.unknown == {"/高庄村", "/无此村"}


def test_a_list_without_the_villages_of_a_town_cannot_say_that_a_village_is_the_only_one(tmp_path):
    found = places(tmp_path)  # 黄安镇 has none

    names, towns, villages = found.homes(pa.array(["龙亭村"]))

    assert (names.to_pylist(), towns.to_pylist(), villages.to_pylist()) == ([None], [None], [None])
    assert found.unknown == {"/龙亭村"}


def test_a_village_is_looked_for_in_its_own_town_only(tmp_path):
    found = places(tmp_path)

    towns, villages = found.codes(pa.array(["黄金峡镇", "黄安镇", "龙亭镇"]), pa.array(["高庄村", "高庄村", "无此村"]))

    assert villages.to_pylist() == ["610723111201", None, None]
    assert towns.to_pylist()[1] == "610723110000"
    assert found.unknown == {"龙亭镇/无此村"}


def test_an_unknown_town_is_told(tmp_path):
    found = places(tmp_path)
    found.codes(pa.array(["外县镇"]), None)

    assert found.unknown == {"外县镇"}


def manifest(rows, fingerprint="a", as_of="2024-06-30", columns=("id_no", "name")):
    sheet = {"fingerprint": fingerprint, "columns": dict.fromkeys(columns, "A"), "counts": {"kept": rows}}
    return {"as_of": as_of, "counts": {"kept": rows}, "files": [{"sheets": [sheet]}]}


@pytest.mark.parametrize(
    ("now", "reasons", "notes"),
    [
        (manifest(1000), (), ()),
        (manifest(950), (), ()),
        (manifest(880), (), ("SR-ROWCOUNT",)),
        (manifest(800), (), ("SR-ROWCOUNT",)),
        (manifest(799), ("SR-ROWCOUNT",), ()),
        (manifest(1500), (), ("SR-ROWCOUNT",)),
        (manifest(1000, fingerprint="b"), ("SR-LAYOUT-CHANGED",), ()),
        (manifest(1000, columns=("id_no",)), ("SR-HEADER-MISSING",), ()),
        (manifest(1000, as_of="2024-01-31"), ("SR-OLDER",), ()),
    ],
)
def test_a_delivery_is_held_when_it_may_not_say_that_something_is_gone(now, reasons, notes):
    holding = judge(now, manifest(1000), newest_as_of="2024-06-30")

    assert (holding.reasons, holding.notes, holding.held) == (reasons, notes, bool(reasons))


def test_the_first_delivery_of_a_source_is_never_held():
    assert not judge(manifest(1), None, newest_as_of=None).held


def test_one_new_form_among_many_is_told_and_does_not_hold():
    now = manifest(950)
    now["files"].append(manifest(50, fingerprint="new")["files"][0])

    holding = judge(now, manifest(1000), newest_as_of=None)

    assert (holding.held, holding.notes) == (False, ("SR-LAYOUT-CHANGED",))


@pytest.mark.parametrize("table", TABLES)
def test_every_field_of_every_table_has_its_column(table):
    names = table_schema(table).names

    assert set(TABLES[table].fields) <= set(names)
    assert names[: len(PROVENANCE)] == [name for name, _ in PROVENANCE]
    assert len(names) == len(set(names))


def test_a_copy_is_read_only_and_named_by_its_hash(tmp_path):
    source = tmp_path / "甲.csv"
    source.write_text("姓名", "utf-8")
    target = tmp_path / "files"
    target.mkdir()

    sha256, size = keep_copy(source, target)

    assert (target / sha256).read_text("utf-8") == "姓名"
    assert size == 6
    assert not (target / sha256).stat().st_mode & 0o222


def test_a_folder_is_committed_whole_and_a_taken_place_stays_as_it_is(tmp_path):
    first, second, target = tmp_path / "1", tmp_path / "2", tmp_path / "lake" / "d"
    first.mkdir()
    second.mkdir()
    (first / "manifest.json").write_text("1")
    (second / "manifest.json").write_text("2")

    commit(first, target)
    commit(second, target)

    assert (target / "manifest.json").read_text() == "1"
    assert not first.exists()
    assert not second.exists()


def test_two_runs_do_not_write_at_once(tmp_path):
    lake = Lake(tmp_path / "data")

    with lake.locked(), pytest.raises(LakeBusyError) as caught, lake.locked():
        pass

    assert str(os.getpid()) in caught.value.why
    with lake.locked() as workspace:
        assert workspace.is_dir()


def test_what_a_killed_run_left_is_gone_at_the_next_start(tmp_path):
    lake = Lake(tmp_path / "data")
    code = (
        "import sys, time; from pathlib import Path; from taizhang.intake.delivery.lake import Lake\n"
        "with Lake(Path(sys.argv[1])).locked() as w: (w / 'half').write_text('x'); print('ready', flush=True); time.sleep(60)"
    )
    killed = subprocess.Popen([sys.executable, "-c", code, str(lake.root)], stdout=subprocess.PIPE)
    killed.stdout.readline()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    left = list(lake.temporary.rglob("half"))

    with lake.locked() as workspace:
        remaining = list(lake.temporary.rglob("half"))
        mine = workspace.is_dir()

    assert len(left) == 1
    assert remaining == []
    assert mine
    assert not lake.temporary.exists()


def test_an_unwritable_lake_is_said_so(tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")

    with pytest.raises(LakeWriteError), Lake(tmp_path / "data").locked():
        pass


def test_the_lock_is_free_again_after_an_error(tmp_path):
    lake = Lake(tmp_path)
    started = time.monotonic()

    with pytest.raises(RuntimeError), lake.locked():
        raise RuntimeError
    with lake.locked():
        waited = time.monotonic() - started

    assert waited < 5


def manifest_in(data, day, rows, digest="0123456789ab"):
    """A delivery's manifest alone, which is all that a list of deliveries reads."""
    path = data / "deliveries" / "app" / f"{day}-{digest}" / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    counts = {"read": rows, "skipped": {}, "quarantined": 0, "waiting_sheets": 0, "refused_files": 0}
    told = {
        "source": "app", "as_of": day, "taken_at": f"{day}T08:00:00+08:00", "digest": digest, "files": [], "counts": counts,
        "rows": {"record": rows}, "held": {"held": False, "reasons": []},
    }  # fmt: skip
    path.write_text(json.dumps(told), "utf-8")
    return path


def test_a_manifest_is_read_once_however_often_deliveries_are_listed(tmp_path):
    path = manifest_in(tmp_path, "2024-06-30", 5)
    assert [ref.rows for ref in deliveries_of(tmp_path, "app")] == [5]
    stamp = path.stat()
    path.write_text("x" * stamp.st_size, "utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

    assert [ref.rows for ref in deliveries_of(tmp_path, "app")] == [5]


def test_a_manifest_that_was_written_anew_and_a_new_delivery_are_seen(tmp_path):
    manifest_in(tmp_path, "2024-06-30", 5)
    assert len(deliveries_of(tmp_path, "app")) == 1
    manifest_in(tmp_path, "2024-06-30", 123456)
    manifest_in(tmp_path, "2024-05-31", 7)

    assert [ref.rows for ref in deliveries_of(tmp_path, "app")] == [7, 123456]
