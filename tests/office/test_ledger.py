"""The ledger: one entry a change, a chain that shows every tampering, and a database that refuses to change it."""

import ast
import os
import random
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

import taizhang.office
from countyruns import run
from officepeople import SETUP, person
from taizhang.languages import speak
from taizhang.office import ledger
from taizhang.office.access.roles import Role
from taizhang.office.access.table import routes
from taizhang.office.crypto.keyring import KeyRing
from taizhang.office.jobs.models import Job
from taizhang.office.jobs.running import work_once
from taizhang.office.ledger import guards
from taizhang.office.ledger.chain import GENESIS, Break, digest_of, first_break
from taizhang.office.ledger.heads import HeadsForged, note_head
from taizhang.office.ledger.jobs import last_check, request_check
from taizhang.office.ledger.models import Entry, Head
from taizhang.office.ledger.presenting import details, subject_number
from taizhang.office.ledger.recording import Unrecordable, facts_of, record
from taizhang.office.ledger.verifying import verify
from taizhang.office.ledger.words import FACTS, SUBJECTS
from taizhang.sweep.findings.fingerprint import short_id


@pytest.fixture(autouse=True)
def no_heads_noted():
    """Every test begins without noted heads: another test's chain is none of its own."""
    settings.INSTALLATION.heads.unlink(missing_ok=True)
    yield
    settings.INSTALLATION.heads.unlink(missing_ok=True)


@pytest.mark.django_db
def test_changes_are_chained_and_the_chain_holds():
    person(Role.LEADER)

    assert Entry.objects.count() == 2
    assert verify() is None


@pytest.mark.django_db
@pytest.mark.parametrize("attempt", ["update", "delete", "bulk", "raw"])
def test_the_database_refuses_to_change_an_entry(attempt):
    person(Role.LEADER)
    entry = Entry.objects.first()
    tries = {
        "update": lambda: Entry.objects.update(verb="login.ended"),
        "delete": lambda: Entry.objects.all().delete(),
        "bulk": lambda: Entry.objects.bulk_update([entry], ["reason"]),
        "raw": lambda: connection.cursor().execute("DELETE FROM ledger_entry"),
    }

    with pytest.raises(DatabaseError), transaction.atomic():
        tries[attempt]()
    assert verify() is None


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction():
    with pytest.raises(Unrecordable):
        ledger.record(SETUP, "user.created", "user", 1)


@pytest.mark.django_db
def test_an_unknown_verb_is_refused():
    with pytest.raises(Unrecordable):
        ledger.record(SETUP, "user.praised", "user", 1)


def chain(length):
    """A sound chain and its head."""
    entries, before = [], GENESIS
    for seq in range(1, length + 1):
        facts = {"seq": seq, "data": {"n": seq % 7}}
        digest = digest_of(before, facts)
        entries.append((seq, before, digest, facts))
        before = digest
    return entries, (length, before)


def test_a_thousand_tamperings_are_all_found():
    chance = random.Random(7)
    missed = []
    for number in range(1000):
        entries, head = chain(12)
        at = chance.randrange(12)
        seq, prev, digest, facts = entries[at]
        kind = chance.choice(["change", "delete", "swap", "truncate", "insert", "forge"])
        if kind == "change":
            entries[at] = (seq, prev, digest, {**facts, "data": {"n": 99}})
        elif kind == "delete":
            del entries[at]
        elif kind == "swap":
            other = (at + 1 + chance.randrange(11)) % 12
            entries[at], entries[other] = entries[other], entries[at]
        elif kind == "truncate":
            entries = entries[:at]
        elif kind == "insert":
            entries.insert(at, entries[at])
        else:
            forged = {**facts, "data": {"n": 99}}
            entries[at] = (seq, prev, digest_of(prev, forged), forged)
        if first_break(entries, head) is None:
            missed.append((number, kind, at))

    assert missed == []


def test_a_sound_chain_holds():
    assert first_break(*chain(12)) is None


class AsAdministrator:
    """Runs statements inside the test's own transaction, so that the guards are back after it."""

    connection = connection

    @staticmethod
    def execute(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture
def verified(typed, monkeypatch):
    """What `taizhang ledger verify` says, in a language."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "officesettings")
    monkeypatch.setenv("TAIZHANG_COUNTY", str(settings.INSTALLATION.county_file))

    def verified(language):
        try:
            return typed("--lang", language, "ledger", "verify", settings.INSTALLATION.county_file)
        finally:
            speak(None)

    return verified


@pytest.fixture
def unguarded(db):
    """The power of a database administrator: the triggers are gone. Four entries are written before."""
    person(Role.LEADER)
    person(Role.LEADER)
    guards.remove(None, AsAdministrator)


def _change():
    Entry.objects.filter(seq=2).update(actor_name="someone else")
    return Break(2, "changed")


def _change_data():
    Entry.objects.filter(seq=3).update(data={"unit": "elsewhere"})
    return Break(3, "changed")


def _delete():
    Entry.objects.filter(seq=2).delete()
    return Break(2, "missing")


def _truncate():
    Entry.objects.filter(seq=4).delete()
    return Break(4, "head")


def _exchange():
    Entry.objects.filter(seq=2).update(seq=99)
    Entry.objects.filter(seq=3).update(seq=2)
    Entry.objects.filter(seq=99).update(seq=3)
    return Break(2, "order")


def _forge():
    entry = Entry.objects.get(seq=2)
    entry.reason = "never happened"
    Entry.objects.filter(seq=2).update(reason=entry.reason, digest=digest_of(entry.prev, facts_of(entry)))
    return Break(3, "order")


TAMPERINGS = [_change, _change_data, _delete, _truncate, _exchange, _forge]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda one: one.__name__.strip("_"))
def test_a_database_administrator_cannot_change_the_past_unseen(unguarded, tamper):
    assert verify() is None

    expected = tamper()

    assert verify() == expected


def rewrite_all():
    """Forge an entry and make the rest of the chain, and its head, fit."""
    Entry.objects.filter(seq=2).update(reason="never happened")
    before = Entry.objects.get(seq=1).digest
    for entry in Entry.objects.filter(seq__gt=1).order_by("seq"):
        digest = digest_of(before, facts_of(entry))
        Entry.objects.filter(seq=entry.seq).update(prev=before, digest=digest)
        before = digest
    Head.objects.update(digest=before)


def test_a_chain_rewritten_as_a_whole_differs_from_the_head_noted_outside(unguarded):
    note_head()

    rewrite_all()

    assert verify() == Break(4, "noted")


def test_a_chain_cut_off_with_its_head_differs_from_the_head_noted_outside(unguarded):
    note_head()

    Entry.objects.filter(seq=4).delete()
    Head.objects.update(seq=3, digest=Entry.objects.get(seq=3).digest)

    assert verify() == Break(4, "noted")


def test_a_noted_head_that_was_edited_is_refused(unguarded):
    note_head()
    noted = settings.INSTALLATION.heads
    noted.write_text(noted.read_text().replace('"seq": 4', '"seq": 3'))

    with pytest.raises(HeadsForged):
        verify()


@pytest.mark.django_db(transaction=True)
def test_the_check_notes_the_head_and_leaves_an_entry():
    person(Role.LEADER)
    request_check(actor=SETUP)
    request_check(actor=SETUP)

    assert Job.objects.count() == 1
    assert work_once("w")
    assert last_check().result == {"entries": 2, "broken_at": 0, "what": ""}
    assert Entry.objects.get(seq=3).verb == "ledger.checked"
    assert settings.INSTALLATION.heads.is_file()
    assert verify() is None


def test_the_check_tells_where_the_chain_is_broken(unguarded):
    note_head()
    before = settings.INSTALLATION.heads.read_text()
    _delete()
    request_check(actor=SETUP)

    assert work_once("w")

    assert last_check().result == {"entries": 4, "broken_at": 2, "what": "missing"}
    assert settings.INSTALLATION.heads.read_text() == before


@pytest.mark.parametrize(("language", "words"), [("zh-Hans", "流水完整"), ("zh-Hant", "條"), ("en", "is intact: 4")])
def test_the_command_says_that_the_ledger_is_intact(unguarded, verified, language, words):
    ran = verified(language)

    assert (ran.status, ran.err) == (0, "")
    assert words in ran.out


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda one: one.__name__.strip("_"))
@pytest.mark.parametrize(("language", "words"), [("zh-Hans", "流水从第 {} 条起不可信"), ("en", "from entry {} on")])
def test_the_command_names_the_first_broken_entry(unguarded, verified, tamper, language, words):
    broken = tamper()

    ran = verified(language)

    assert ran.status == 1
    assert words.format(broken.seq) in ran.err
    assert ran.out == ""


def test_every_subject_and_fact_of_an_entry_has_a_word():
    office = Path(taizhang.office.__file__).parent
    calls = [
        node
        for path in sorted(office.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ledger.record"
    ]
    subjects = {one.args[2].value for one in calls if isinstance(one.args[2], ast.Constant)}
    facts = {word.arg for one in calls for word in one.keywords if word.arg} - {"reason", "division_code", "request_id"}

    assert len(calls) > 30
    assert (subjects - SUBJECTS.keys(), facts - FACTS.keys()) == (set(), set())
    assert {route.subject for route in routes().values() if route.audited} <= SUBJECTS.keys()


@pytest.mark.django_db
def test_an_entry_reads_as_words():
    finding = "c58df86cc658ff9c2cd2ef46dbdb7560"
    with transaction.atomic():
        record(SETUP, "finding.dispatched", "finding", finding, state=["found", "dispatched"])
        record(SETUP, "login.succeeded", "user", 7, address="127.0.0.1", methods=["password", "totp"])
    first, second = Entry.objects.order_by("seq").filter(verb__in=("finding.dispatched", "login.succeeded"))

    assert subject_number(first) == short_id(finding)
    assert details(first.data) == "状态：found → dispatched"
    assert (subject_number(second), details(second.data)) == ("7", "地址：127.0.0.1；验证方式：password、totp")


def test_a_county_without_an_office_is_told_so(tmp_path):
    (tmp_path / "county.toml").write_text(settings.INSTALLATION.county_file.read_text("utf-8"), "utf-8")
    KeyRing.generate().write(tmp_path / "keys" / "office.json")
    ran = run(
        "ledger", "verify", tmp_path / "county.toml", env={**os.environ, "TAIZHANG_KEYS": "", "TAIZHANG_DATABASE": ""}
    )

    assert (ran.status, ran.out) == (2, "")
    assert "E-LEDGER-NONE" in ran.err
    assert not (tmp_path / "data").exists()
