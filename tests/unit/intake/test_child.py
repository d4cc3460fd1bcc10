"""The child pool: whatever a task does, its file gets an event and the other files go on."""

import os
import socket
import time

import childtasks
import pytest

from taizhang.intake.child import ChildPool, Refused, run_in_child
from taizhang.intake.preflight import Limits

LIMITS = Limits(cpu_seconds=1, wall_seconds=3, output_bytes=4 << 20)


@pytest.fixture(scope="module")
def pool():
    with ChildPool(2, LIMITS, preload=("childtasks",)) as opened:
        yield opened


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "甲.txt"
    path.write_text("张三", "utf-8")
    return path


def test_a_result_crosses_the_border(pool, file):
    (answer,) = pool.map(childtasks.read_text, [(file, {"extra": "！"})])

    assert answer == childtasks.Answer("张三！", 2)


def test_results_come_in_the_order_of_the_files(pool, tmp_path):
    names = ["0.3", "0.01", "0.02", "0.2", "0.03"]

    answers = list(pool.map(childtasks.sleep_by_name, [(tmp_path / name, {}) for name in names]))

    assert answers == names


@pytest.mark.parametrize(
    ("task", "code", "limit"),
    [
        (childtasks.abort, "SR-FILE-LIMIT", "memory_bytes"),
        (childtasks.eat_memory, "SR-FILE-LIMIT", "memory_bytes"),
        (childtasks.spin, "SR-FILE-LIMIT", "cpu_seconds"),
        (childtasks.hang, "SR-FILE-LIMIT", "wall_seconds"),
        (childtasks.answer_much, "SR-FILE-LIMIT", "output_bytes"),
        (childtasks.recurse, "SR-FILE-LIMIT", "depth"),
        (childtasks.refuse, "SR-FILE-LIMIT", "cells"),
        (childtasks.segfault, "SR-FILE-CORRUPT", None),
        (childtasks.silent_exit, "SR-FILE-CORRUPT", None),
        (childtasks.fault, "SR-READER-FAULT", None),
        (childtasks.return_trap, "SR-READER-FAULT", None),
    ],
)
def test_a_bad_end_is_an_event_and_the_next_file_is_read(pool, file, task, code, limit):
    (refused,) = pool.map(task, [(file, {})])
    (after,) = pool.map(childtasks.read_text, [(file, {})])

    assert isinstance(refused, Refused)
    assert (refused.events[0].code, refused.events[0].facts.get("limit")) == (code, limit)
    assert after.text == "张三"


def test_a_file_written_beyond_the_cap_is_an_event(pool, file, tmp_path):
    (refused,) = pool.map(childtasks.write_much, [(file, {"target": str(tmp_path / "out")})])

    assert refused.events[0].facts["limit"] == "output_bytes"
    assert (tmp_path / "out").stat().st_size <= LIMITS.output_bytes


def test_a_fault_names_class_and_place_and_never_the_value(pool, file):
    (refused,) = pool.map(childtasks.fault, [(file, {})])

    assert refused.events[0].facts["fault"] == "ValueError"
    assert "430523" not in repr(refused)


def test_a_crash_between_two_files_leaves_both_results(pool, file):
    first, second = pool.map(childtasks.read_text, [(file, {"extra": "1"}), (file, {"extra": "2"})])

    assert (first.text, second.text) == ("张三1", "张三2")


@pytest.mark.enable_socket
def test_a_child_reaches_no_network_where_the_kernel_allows(pool, file):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        (error,) = pool.map(childtasks.connect, [(file, {"port": server.getsockname()[1]})])

    assert (error != 0) is (pool.isolation.network == "namespace")


def test_a_child_sees_no_environment_and_an_empty_folder(pool, file):
    (seen,) = pool.map(childtasks.surroundings, [(file, {})])

    assert seen == {"environment": ["LANG", "LC_ALL", "TMPDIR"], "files": [], "stdin": ""}


def test_leaving_a_run_early_kills_its_children(file):
    with ChildPool(2, Limits(), preload=("childtasks",)) as pool:
        results = pool.map(childtasks.sleep_by_name, [(file.parent / "0.01", {}), (file.parent / "50", {})])
        started = time.monotonic()
        next(results)
        results.close()
        (after,) = pool.map(childtasks.read_text, [(file, {})])

    assert after.text == "张三"
    assert time.monotonic() - started < 5


def test_closing_the_pool_leaves_no_process(file):
    with ChildPool(1, Limits(), preload=("childtasks",)) as pool:
        (zygote,) = pool.map(childtasks.parent_of, [(file, {})])

    with pytest.raises(ProcessLookupError):
        os.kill(zygote, 0)


def test_one_file_can_run_in_a_pool_of_its_own(file):
    answer = run_in_child(childtasks.read_text, file, extra="。")

    assert answer.text == "张三。"
