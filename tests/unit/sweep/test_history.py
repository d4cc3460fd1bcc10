"""Which sweep was the last one: what is written in the sweeps tells, neither the files' times nor the clock."""

import json
import os
import time

from ledgers import SOURCES, Ledgers, changed, family

from taizhang.sweep import sweep
from taizhang.sweep.history import finished_sweeps, latest_sweep

DAY_NS = 86_400 * 10**9


def swept(ledgers):
    return sweep(ledgers.county).folder


def test_after_a_copy_the_last_sweep_is_still_the_last(tmp_path):
    ledgers = Ledgers(tmp_path).deliver(dict.fromkeys(SOURCES, family(1)))
    folders = [swept(ledgers) for _ in range(10)]

    for folder in folders:
        os.utime(folder / "sweep.json", (1.7e9, 1.7e9))  # as one copy or restored backup leaves them all

    assert folders[-1].name.endswith("-10")
    assert latest_sweep(ledgers.county) == folders[-1]


def test_a_clock_that_was_set_back_takes_no_sweep_for_an_earlier_one(tmp_path):
    wrong = changed(family(1), 0, name="欧阳致远")
    ledgers = Ledgers(tmp_path).deliver(dict.fromkeys(SOURCES, family(1)) | {"app": wrong})
    first = swept(ledgers)
    about = json.loads((first / "sweep.json").read_text("utf-8"))
    about["order"] = time.time_ns() + DAY_NS  # swept while the clock was a day ahead
    (first / "sweep.json").write_text(json.dumps(about), "utf-8")

    second, third = swept(ledgers), swept(ledgers)

    assert [folder for folder, _ in finished_sweeps(ledgers.county.data / "sweeps")] == [first, second, third]
    assert latest_sweep(ledgers.county) == third
