"""Keys are changed while the office works: nothing is lost, everybody is found all the time, and a kill only pauses it."""

import base64
import shutil

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from officepeople import COUNTY, SETUP, actor
from officepeople import person as account
from officesweeps import finding, full_id, household, number_of, person
from officeworld import FAR_NAME, FAR_PERSON, FAR_PHONE, HOME_NAME, HOME_PERSON, PICTURE, build
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope, scope_off
from taizhang.office.accounts.models import User
from taizhang.office.casework.models import Correction
from taizhang.office.casework.services.evidence import read_evidence
from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.holdings import left_under_other_keys
from taizhang.office.crypto.keyring import KeyRing
from taizhang.office.crypto.rotating import KeysInUse, holdings, retire, rotate, rotate_index
from taizhang.office.crypto.sealing import key_id_of, seal, unseal
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.reading import detail_of
from taizhang.office.jobs.models import Job
from taizhang.office.jobs.running import work_once
from taizhang.office.ledger.models import Entry
from taizhang.office.people.models import Person
from taizhang.office.people.sealed import RegisterGone
from taizhang.office.people.selectors.searching import found_persons

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def no_sealed_files():
    """No files that other rings have sealed, neither before nor after."""
    sealed = [settings.INSTALLATION.home / name for name in ("evidence", "handbacks")]
    for folder in sealed:
        shutil.rmtree(folder, ignore_errors=True)
    yield
    for folder in sealed:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def world(lake):
    """The small county at work, with a second factor."""
    world = build(lake)
    TOTP.activate(account(Role.CENTRE_REVIEWER, username="with-factor"), SECRET)
    return world


def everything_opens(world):
    """Read one thing of every kind."""
    cache.clear()
    with scope((COUNTY,)):
        assert detail_of(Finding.objects.get(pk=world.finding))["observed"]
        assert unseal(Person.objects.get(pk=HOME_PERSON).sealed_core18, f"person:{HOME_PERSON}:core18") == number_of(
            HOME_PERSON
        )
        for one in Correction.objects.all():
            assert unseal(one.after, one.context("after")) == f"{HOME_NAME}一"
        _, content = read_evidence(actor=actor(Role.CENTRE_REVIEWER), evidence_id=world.evidence)
        assert content.startswith(PICTURE)
    code = format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))
    assert TOTP(Authenticator.objects.get(user=User.objects.get(username="with-factor"))).validate_code(code)


def left():
    """How much lies under older keys."""
    with scope_off("the whole office"):
        return left_under_other_keys(holdings())


def test_everything_is_sealed_under_the_new_key_and_opens(world):
    first = key_ring().current

    done = rotate(actor=SETUP)

    assert key_ring().current != first
    assert done.changed >= 9 + 2 + 2 + 1  # findings, persons, corrections, the factor; and files
    assert left() == 0
    everything_opens(world)
    verbs = list(Entry.objects.filter(subject_type="keys").values_list("verb", flat=True))
    assert verbs == ["keys.rotated", "keys.resealed"]


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4])
def test_a_kill_in_between_only_pauses_it(world, after):
    seen = []

    def killed(name, count):
        seen.append(name)
        if len(seen) > after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(actor=SETUP, told=killed)
    everything_opens(world)
    key = key_ring().current

    rotate(actor=SETUP, resume=True)

    assert key_ring().current == key
    assert left() == 0
    everything_opens(world)


def test_what_does_not_open_is_named_and_hinders_nothing_else(world):
    first = key_ring().current
    elsewhere = Person.objects.model._base_manager.get(pk=FAR_PERSON).sealed_core18
    with scope_off("damage"):
        Person.objects.filter(pk=HOME_PERSON).update(sealed_core18=elsewhere)
    picture = next((settings.INSTALLATION.home / "evidence").rglob("*.sealed"))
    picture.write_bytes(picture.read_bytes()[:-1])

    done = rotate(actor=SETUP)

    assert done.broken == (f"people.Person {HOME_PERSON}", picture.name)
    assert left() == 2
    with scope_off("looking"):
        assert Person.objects.get(pk=HOME_PERSON).sealed_core18 == elsewhere
    with pytest.raises(KeysInUse):
        retire(actor=SETUP)
    assert first in key_ring().data


def test_a_running_process_sees_a_ring_that_was_replaced():
    before = seal("张三", "p")
    KeyRing.load(settings.INSTALLATION.keys).rotated().write(settings.INSTALLATION.keys)

    assert key_id_of(seal("张三", "p")) != key_id_of(before)
    assert unseal(before, "p") == "张三"


def test_an_old_key_is_removed_only_when_nothing_needs_it(world):
    first = key_ring().current
    KeyRing.load(settings.INSTALLATION.keys).rotated().write(settings.INSTALLATION.keys)
    with pytest.raises(KeysInUse):
        retire(actor=SETUP)
    assert first in key_ring().data

    rotate(actor=SETUP, resume=True)

    assert retire(actor=SETUP) == [first]
    assert list(key_ring().data) == [key_ring().current]
    everything_opens(world)


def found(typed):
    """Ids of whom a search finds."""
    with scope((COUNTY,)):
        return [one.pk for one in found_persons(typed)]


def test_everybody_is_found_before_while_and_after_the_index_key_changes(world):
    before = set(Person.objects.model._base_manager.values_list("number_index", flat=True))

    def all_found():
        assert found(number_of(FAR_PERSON)) == [FAR_PERSON]
        assert found(FAR_PHONE) == [FAR_PERSON]
        assert found(FAR_NAME) == [FAR_PERSON]

    all_found()
    key_ring().with_new_index().write(settings.INSTALLATION.keys)
    all_found()

    rotate_index(actor=SETUP, resume=True)

    all_found()
    assert not key_ring().is_index_rotating
    assert not before & set(Person.objects.model._base_manager.values_list("number_index", flat=True))


def test_a_person_whom_the_sweeps_no_longer_have_is_still_found_by_number(lake):
    lake.imported([finding(1)], [person(1, "王建军"), person(2, "李秀英", household=2)], [household(1, "王建军")])
    lake.imported([finding(1)], [person(1, "王建军")], [household(1, "王建军")])

    rotate_index(actor=SETUP)

    assert found(number_of(2)) == [2]
    assert found(number_of(1)) == [1]


def test_without_the_newest_sweep_the_index_key_stays_as_it_is(lake):
    lake.imported([finding(1)], [person(1, "王建军")], [household(1, "王建军")])
    lake.clear()

    with pytest.raises(RegisterGone):
        rotate_index(actor=SETUP)

    assert found(number_of(1)) == [1], "the key of before is still asked"


def test_the_command_changes_keys_and_says_how_much(world, typed, monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "officesettings")
    monkeypatch.setenv("TAIZHANG_COUNTY", str(settings.INSTALLATION.county_file))
    county = settings.INSTALLATION.county_file

    rotated = typed("office", "rotate-keys", county)
    indexed = typed("office", "rotate-keys", county, "--index")
    retired = typed("office", "rotate-keys", county, "--retire")

    assert [ran.status for ran in (rotated, indexed, retired)] == [0, 0, 0]
    assert "重新加密" in rotated.out and "重建索引：2 人" in indexed.out and "已移除旧密钥 1 个" in retired.out
    with scope((COUNTY,)):
        assert detail_of(Finding.objects.get(pk=full_id(1)))["observed"]


def test_the_security_administrator_changes_the_key_on_a_page(world):
    client = Client()
    client.force_login(account(Role.SECURITY_ADMIN), backend="allauth.account.auth_backends.AuthenticationBackend")
    first = key_ring().current

    client.post(reverse("keys_rotate"))
    client.post(reverse("keys_rotate"))

    second = key_ring().current
    assert len(key_ring().data) == 2, "asked for twice while the first is under way, the key changes once"
    everything_opens(world)
    while work_once("tests"):
        pass
    assert left() == 0
    everything_opens(world)
    page = client.get(reverse("keys")).content.decode()
    assert first in page and second in page
    assert base64.b64encode(key_ring().data[second]).decode() not in page
    assert Job.objects.get(kind="keys.reseal").state == "done"
