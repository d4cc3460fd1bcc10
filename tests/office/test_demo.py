"""A demo's accounts never come to be in an office in earnest, and a demo is never served to others."""

import socket

import pytest

from taizhang.office.accounts.models import User
from taizhang.office.crypto.keyring import KeyRing, KeyRingUnusable
from taizhang.office.crypto.sealing import seal, unseal
from taizhang.office.demo.accounts import make_accounts
from taizhang.office.demo.beginnings import begin_casework
from taizhang.office.demo.errors import NotADemo
from taizhang.office.serving import PortTaken, Serving, free_port, serve


@pytest.mark.django_db
def test_an_office_in_earnest_gets_no_demo_accounts(tmp_path, client):
    with pytest.raises(NotADemo):
        make_accounts(tmp_path)
    with pytest.raises(NotADemo):
        begin_casework([])

    assert not User.objects.exists()
    assert list(tmp_path.iterdir()) == []
    assert "演示系统" not in client.get("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_every_page_of_a_demo_says_so(settings, client):
    settings.DEMO = True

    for address in ("/accounts/login/", "/accounts/password/reset/", "/nowhere"):
        assert "演示系统" in client.get(address).content.decode(), address


def test_a_ring_in_earnest_does_not_become_a_demo_by_renaming_its_keys():
    earnest, demo = KeyRing.generate(), KeyRing.generate(demo=True)
    assert (earnest.is_demo, demo.is_demo) == (False, True)
    assert (earnest.rotated().is_demo, demo.rotated().is_demo) == (False, True)
    sealed = seal("610723", "test", earnest)

    renamed = KeyRing({"demo1": earnest.data["k1"]}, "demo1", earnest.algorithm, earnest.purposes)

    assert renamed.is_demo
    with pytest.raises(KeyRingUnusable):
        unseal(sealed, "test", renamed)


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - asked about, not listened at
        ("192.168.1.5", False),
        ("desk", False),
    ],
)
def test_only_this_machine_reaches_a_loopback_address(host, is_local):
    assert Serving(host, 8000, 1).is_local is is_local


def test_an_address_is_one_that_a_browser_understands():
    assert Serving("::1", 8000, 1).address == "http://[::1]:8000/"


@pytest.mark.enable_socket
def test_a_port_in_use_is_refused_in_words_and_another_found_for_a_demo():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]

        with pytest.raises(PortTaken):
            serve(Serving("127.0.0.1", taken, 0), lambda: None)
        assert free_port(taken) != taken
    assert free_port(taken) == taken
