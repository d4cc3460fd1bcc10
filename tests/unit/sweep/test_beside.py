"""Work beside a sweep: in turn, on the same tables, and never outliving the block that started it."""

import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError

import pytest

from taizhang.sweep.beside import beside
from taizhang.sweep.engines import DuckDbEngine

ENDLESS = "SELECT COUNT(*) AS n FROM range(1000000) AS a, range(1000000) AS b WHERE a.range + b.range = -1"
TWO_THREADS = pytest.mark.parametrize("is_threaded", [True, False])


@pytest.fixture(params=[False, True], ids=["in memory", "in a file"])
def engine(request):
    """An engine with a table of one row."""
    with DuckDbEngine(stored=request.param) as opened:
        opened.execute("CREATE TABLE ledger AS SELECT 1 AS n")
        yield opened


def count(engine, table):
    return engine.fetch(f"SELECT COUNT(*) AS n FROM {table}").to_pylist()[0]["n"]


@TWO_THREADS
def test_both_hands_see_the_tables_of_either(engine, is_threaded):
    with beside(engine, is_threaded=is_threaded) as other:
        seen = other.start(count, other.engine, "ledger")
        other.start(other.engine.execute, "CREATE TABLE made AS SELECT n FROM ledger")()

        assert (seen(), count(engine, "made")) == (1, 1)


@TWO_THREADS
def test_works_are_done_in_the_order_they_were_started(engine, is_threaded):
    with beside(engine, is_threaded=is_threaded) as other:
        other.start(other.engine.execute, "CREATE TABLE made AS SELECT n FROM ledger")
        seen = other.start(count, other.engine, "made")

        assert seen() == 1


def test_the_other_hand_is_shut_in_as_the_first_is(engine):
    asked = "SELECT current_setting('TimeZone') AS zone, current_setting('preserve_insertion_order') AS ordered"

    assert engine.beside().fetch(asked) == engine.fetch(asked)


def test_what_fails_beside_is_raised_where_its_outcome_is_asked_for(engine):
    with pytest.raises(ZeroDivisionError), beside(engine, is_threaded=True) as other:
        failed = other.start(divmod, 1, 0)
        assert count(engine, "ledger") == 1
        failed()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_goes_on_once_the_block_fails(engine, error):
    begun = threading.Event()

    def endless():
        begun.set()
        other.engine.fetch(ENDLESS)

    with pytest.raises(error), beside(engine, is_threaded=True) as other:
        other.start(endless)
        never = other.start(other.engine.execute, "CREATE TABLE never AS SELECT 1 AS n")
        begun.wait()
        raise error

    assert engine.columns("never") == ()
    assert [one.name for one in threading.enumerate() if one.name.startswith("beside")] == []
    with pytest.raises(CancelledError):
        never()


def test_an_interrupt_between_two_statements_is_not_lost(engine):
    begun = threading.Event()

    def endless():
        begun.set()
        time.sleep(0.2)  # the first interrupt finds nothing to stop
        other.engine.fetch(ENDLESS)

    with pytest.raises(KeyboardInterrupt), beside(engine, is_threaded=True) as other:
        other.start(endless)
        begun.wait()
        raise KeyboardInterrupt

    assert count(engine, "ledger") == 1


PRESSED = """
import os, signal, sys, threading
from taizhang.sweep.engines import DuckDbEngine
signal.signal(signal.SIGINT, signal.default_int_handler)
with DuckDbEngine(threads=int(sys.argv[2])) as engine:
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        engine.execute(sys.argv[1])
    except Exception as error:
        print("taken for a fault:", type(error).__name__)
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_stops_a_statement_and_is_no_fault_of_it(threads):
    """With one thread the statement is the work of whoever asks, and looks up only between tasks without an end."""
    words = [sys.executable, "-c", PRESSED, f"CREATE TABLE never AS {ENDLESS}", str(threads)]

    ran = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)

    assert ran.stdout == "interrupted\n"


def test_an_interrupt_of_what_is_closed_meanwhile_hides_no_error(engine):
    with pytest.raises(ValueError, match="meanwhile"), beside(engine, is_threaded=True) as other:
        other.start(engine.close)()
        other.engine.interrupt()
        raise ValueError("meanwhile")
