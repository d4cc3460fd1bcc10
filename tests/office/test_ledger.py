"""The ledger: one entry a change, a chain that shows every tampering, and a database that refuses to change it."""

import random

import pytest
from django.db import DatabaseError, connection, transaction

from officepeople import SETUP, person
from taizhang.office import ledger
from taizhang.office.access.roles import Role
from taizhang.office.ledger.chain import GENESIS, digest_of, first_break
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.recording import Unrecordable
from taizhang.office.ledger.verifying import verify


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
