"""The languages of the office: catalogues that are whole, texts that follow the reader's language, a language that is kept."""

import ast
import io
import sys
from pathlib import Path

import allauth
import django.contrib.auth
import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from officepeople import person
from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import User
from taizhang.office.ledger.models import Entry

ROOT = Path(__file__).resolve().parents[2]
OFFICE = ROOT / "src" / "taizhang" / "office"
sys.path.insert(0, str(ROOT / "tools"))

import messages  # noqa: E402 - of tools/


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_text_is_translated_and_keeps_its_places(language):
    assert messages.lacking(language) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_no_translation_says_its_text_twice(language):
    said = [one.string for one in messages.catalogue(language) if one.id and isinstance(one.string, str)]

    assert [one for one in said if len(one) > 6 and one == one[: len(one) // 2] * 2] == []


def test_the_catalogues_are_in_step_with_the_sources_and_compiled():
    assert messages.stale() == [], "run make messages"


def test_a_text_without_a_translation_is_told(tmp_path, monkeypatch):
    (tmp_path / "views.py").write_text('from x import _\n_("未译%(n)s")\n', "utf-8")
    monkeypatch.setattr(messages, "OFFICE", tmp_path)
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")

    assert messages.lacking("en") == ["en: 未译%(n)s"]
    assert messages.lacking("zh_Hant") == []
    assert len(messages.stale()) == 4


def test_a_template_gives_its_texts_with_their_plurals(tmp_path, monkeypatch):
    source = (
        '{% trans "甲" %}\n  <p>{% blocktrans count n=n %}{{ n }} 人{% plural %}{{ n }} 人们{% endblocktrans %}</p>'
    )
    (tmp_path / "page.html").write_text(source, "utf-8")
    monkeypatch.setattr(messages, "OFFICE", tmp_path)
    monkeypatch.setattr(messages, "ROOT", tmp_path)

    assert [one.id for one in messages.collected() if one.id and not one.context] == ["甲", ("%(n)s 人", "%(n)s 人们")]


def eager_at_import(path):
    """Lines where a text is translated while the module is imported, in the language of nobody."""
    tree = ast.parse(path.read_text("utf-8"))
    imported = [
        one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom) and one.module == "django.utils.translation"
    ]
    eager = {
        name.asname or name.name
        for one in imported
        for name in one.names
        if name.name in ("gettext", "ngettext", "pgettext")
    }
    waiting = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in eager:
                yield f"{path.relative_to(ROOT)}:{node.lineno}"
            if not isinstance(node, ast.FunctionDef | ast.Lambda):
                waiting.append(node)


def test_no_text_is_translated_while_its_module_is_imported():
    assert [place for path in OFFICE.rglob("*.py") for place in eager_at_import(path)] == []


def logged_in(user, **headers):
    """A browser of its own."""
    client = Client(headers=headers)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.django_db
def test_a_chosen_language_stays_with_the_account_on_every_machine():
    user = person(Role.CENTRE_OPERATOR)
    logged_in(user).post(reverse("set_language"), {"language": "en", "next": "/"})
    elsewhere = logged_in(user, **{"Accept-Language": "zh-CN"})

    page = elsewhere.get(reverse("home")).content.decode()

    assert '<html lang="en">' in page
    assert "Log out" in page
    assert User.objects.get(pk=user.pk).language == "en"
    assert Entry.objects.filter(verb="user.language_chosen", subject_id=str(user.pk)).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "language"), [("xx", ""), ("", ""), ("zh-hant", "zh-hant")])
def test_only_a_language_the_office_speaks_is_kept(asked, language):
    user = person(Role.CENTRE_OPERATOR)

    logged_in(user).post(reverse("set_language"), {"language": asked, "next": "https://elsewhere.example/"})

    assert User.objects.get(pk=user.pk).language == language


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("shown", "page"),
    [
        ("/findings/?state=all", "/findings/?state=all"), ("/people/results", "/people/"), ("/rechecks/draw", "/rechecks/"),
        ("/nowhere/at/all", "/"), ("/folders/look", "/"),
    ],
)  # fmt: skip
def test_another_language_is_spoken_on_a_page_that_is_there(shown, page):
    client = logged_in(person(Role.CENTRE_OPERATOR))

    answer = client.post(reverse("set_language"), {"language": "en", "next": shown})

    assert (answer.status_code, answer["Location"]) == (302, page)
    assert client.get(page).status_code == 200


@pytest.mark.django_db
def test_a_refused_form_leads_another_language_to_the_page_it_stood_on():
    client = logged_in(person(Role.CENTRE_OPERATOR))

    answer = client.post(reverse("upload"), {}, headers={"referer": "http://testserver/sources/upload?source=city"})

    assert answer.status_code == 422
    assert 'name="next" value="/sources/upload?source=city"' in answer.content.decode()


@pytest.mark.django_db
def test_the_next_person_at_a_machine_has_their_own_language():
    first, second = person(Role.CENTRE_OPERATOR), person(Role.CENTRE_REVIEWER)
    User.objects.filter(pk=second.pk).update(language="zh-hans")
    client = logged_in(first)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    client.force_login(second, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert '<html lang="zh-hans">' in client.get(reverse("home")).content.decode()


@pytest.mark.django_db
def test_a_visitor_reads_the_login_in_the_language_chosen_there():
    client = Client()
    client.post(reverse("set_language"), {"language": "zh-hant", "next": "/"})

    page = client.get(reverse("account_login")).content.decode()

    assert '<html lang="zh-hant">' in page
    assert "登入" in page
    assert "登录" not in page


def test_what_is_said_anew_for_the_libraries_is_something_they_say():
    said = {one.id for one in messages.worded("zh_Hans") if one.id}
    theirs = set()
    for library in (allauth, django.contrib.auth):
        path = Path(library.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
        theirs |= {one.id for one in read_po(io.BytesIO(path.read_bytes()), locale="zh_Hans")}

    assert said - theirs == set()


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "两步验证与通行密钥"), ("zh-hant", "兩步驗證與通行密鑰")])
def test_the_login_library_speaks_the_words_of_the_office(language, title):
    with override(language):
        assert gettext("Two-Factor Authentication") == title
