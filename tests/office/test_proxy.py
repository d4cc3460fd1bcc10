"""Behind a proxy with TLS: its word is taken for who asked and that it was over HTTPS; a stranger's is not."""

import io
from http.cookies import SimpleCookie

import pytest
from django.conf import settings

from taizhang.office.ledger.models import Entry
from taizhang.office.wsgi import application

pytestmark = pytest.mark.django_db(transaction=True)
PROXY, STRANGER, OFFICER = "127.0.0.1", "198.51.100.7", "203.0.113.5"
LOGIN = "/accounts/login/"


def ask(method, *, peer, form=b"", **headers):
    """One request as the server hands it to the application; gives status and headers."""
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": LOGIN, "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "REMOTE_ADDR": peer, "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(form), "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0), "wsgi.multithread": True,
        "wsgi.multiprocess": False, "wsgi.run_once": False, "CONTENT_LENGTH": str(len(form)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "HTTP_X_FORWARDED_FOR": f"6.6.6.6, {OFFICER}",
        "HTTP_X_FORWARDED_PROTO": "https", **headers,
    }  # fmt: skip
    answered = {}
    body = application(environ, lambda status, sent: answered.update(status=int(status[:3]), headers=sent))
    body.close()
    return answered["status"], answered["headers"]


def token():
    """The token that a page's form carries."""
    _, headers = ask("GET", peer=PROXY)
    cookies = SimpleCookie("; ".join(value.split(";")[0] for name, value in headers if name == "Set-Cookie"))
    return cookies["csrftoken"].value


def log_in_wrongly(peer):
    """A login with a wrong password, sent by a browser that speaks HTTPS to whoever is in front; gives the status."""
    carried = token()
    form = f"login=nobody&password=wrong&csrfmiddlewaretoken={carried}".encode()
    status, _ = ask("POST", peer=peer, form=form, HTTP_ORIGIN="https://localhost", HTTP_COOKIE=f"csrftoken={carried}")
    return status


def test_a_form_sent_over_https_to_the_proxy_is_taken_and_recorded_with_the_officers_address():
    assert PROXY in settings.INSTALLATION.proxies

    assert log_in_wrongly(PROXY) == 200

    assert Entry.objects.filter(verb="login.failed").last().data["address"] == OFFICER


def test_a_stranger_who_claims_to_be_a_proxy_is_not_believed():
    assert log_in_wrongly(STRANGER) == 403

    assert not Entry.objects.filter(verb="login.failed").exists()
