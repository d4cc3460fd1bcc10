"""Every route × every role × own, sibling, parent and foreign area: the status that the permission table says, no other.

The oracle is written here a second time, on purpose: it knows the table, the areas, and a short list of exceptions with
their reasons.
"""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from officepeople import person as account
from officesweeps import HOME_VILLAGE
from officeworld import HOME_PERSON, RELATIONS, build, short_id
from taizhang.office.access.roles import Role
from taizhang.office.access.table import PUBLIC, SELF, role_permissions, routes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ANSWERED = {200, 302, 400, 409, 422}
"""The table let the request through: shown, done, or refused for what was sent or for the state of the thing."""
COUNTY_CODE = "610723000000"
WORDS = {"reason": "核对工作需要", "note": "核对工作需要", "words": "核对工作需要", "verdict": "accept", "q": "王建军"}
ALSO = {
    "view_drop": {404},  # a kept filter of somebody else is nobody else's
    "job_restart": {404},  # the job has not ended
    "account_enable": {404},  # the account is enabled
    "submission_accept": {404},  # its delivery lies in no lake
    "delivery": {404},  # there is no such delivery
    "delivery_release": {404},
    "delivery_export": {404},
    "delivery_again": {404},
    "delivery_file": {404},
    "kept_file": {404},  # the files of the submission lie nowhere
    "question": {404},  # no sheet waits
    "handback_file": {404},  # the file is not written yet
    "handback_entered": {404},
    "upload_part": {404, 460},  # an upload belongs to one person; an unsaid piece is refused unseen
    "upload_finish": {404, 460},
    "bulk": {404},  # no step was named
    "case_confirm": {404},
    "case_settle": {404},  # no contradiction was named
    "frame_tick": {404},  # no point was named
}
LIBRARY = (
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
)


def scoped(route):
    """Whether what a route's path names lies in a division."""
    return (
        route.subject in {"finding", "evidence", "exemption", "person", "household", "recheck", "place"}
        or route.name == "reassign"
    )


def arguments(world, route):
    """The words of a route's address that name something of the home village, or something of the office."""
    named = {
        "finding": [world.finding], "evidence": [world.evidence], "exemption": [world.exemption], "person": [HOME_PERSON],
        "household": [HOME_PERSON], "handback": [world.handback], "job": [world.job], "schedule": [world.schedule], "delivery_term": [world.delivery_term],
        "submission": [world.submission], "sweep": [world.sweep], "saved_view": [world.view], "user": [world.staff],
        "assignment": [world.assignment], "role_request": [world.request], "layout": ["0" * 16], "clock": ["verify"],
        "policy": ["town"], "search": [], "": [], "frame": [world.frame], "frame_cell": [world.frame, world.frame_cell],
        "arrival": [world.arrival], "kept_file": [world.submission, 0], "delivery_file": ["city", "2020-02-19-000000000000", 0],
        "upload": [world.upload], "source": ["city"], "delivery": ["city", "2020-02-19-000000000000"],
        "place": [HOME_VILLAGE], "recheck_round": [world.round], "recheck": [world.recheck],
    }  # fmt: skip
    if route.name == "finding":
        return [short_id(world.finding)]
    return [world.holder] if route.name == "reassign" else named[route.subject]


def ours(route):
    """Routes of the office itself; the login library's pages are about whoever is logged in, and public ones are for all."""
    return route.permission != PUBLIC and not route.name.startswith(("mfa_", *LIBRARY))


ROUTES = sorted((one for one in routes().values() if ours(one)), key=lambda one: one.key)


def expected(route, role, area):
    """The statuses the table allows."""
    if route.permission == SELF:
        return ANSWERED
    if route.permission not in role_permissions()[role]:
        return {403}
    if route.whole and not area.covers(COUNTY_CODE):
        return {403}
    if scoped(route) and not area.covers(HOME_VILLAGE):
        return {404} if route.method == "GET" else {404, 400, 422}  # what was sent may be refused unseen, see below
    # a helper sees findings of their own tasks only, a liaison only while one asks their department something
    if role in {Role.HELPER, Role.DEPARTMENT_LIAISON} and route.subject in {"finding", "evidence", "exemption"}:
        return {404, 400, 422} - (
            {400, 422} if route.method == "GET" else set()
        )  # a helper sees findings of their own tasks only
    return ANSWERED | ALSO.get(route.name, set())


def ask(client, route, url):
    """Send a request and take back whatever it did."""
    with transaction.atomic():
        response = client.generic(route.method, url, *form(route), HTTP_HOST="testserver")
        status, body = response.status_code, b"".join(response)
        transaction.set_rollback(True)
    return status, body


def form(route):
    """Body and type of a request."""
    if route.method != "POST":
        return ()
    return ("&".join(f"{name}={value}" for name, value in WORDS.items()), "application/x-www-form-urlencoded")


def client_of(role, area):
    """A browser of a new account."""
    client = Client(raise_request_exception=True)
    client.force_login(account(role, area), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_every_route_of_ours_can_be_addressed(lake):
    world = build(lake)

    missing = []
    for route in ROUTES:
        try:
            reverse(route.name, args=arguments(world, route))
        except (NoReverseMatch, KeyError):
            missing.append(route.name)

    assert missing == []


@pytest.mark.parametrize("role", sorted(Role))
def test_every_route_answers_a_role_as_the_table_says(lake, role):
    world = build(lake)
    wrong = []
    for relation, area in RELATIONS.items():
        client = client_of(role, area)
        for route in ROUTES:
            status, _ = ask(client, route, reverse(route.name, args=arguments(world, route)))
            if status not in expected(route, role, area):
                wrong.append(f"{route.method} {route.name} {relation}: {status}")

    assert "\n".join(wrong) == ""


NOWHERE = {
    "finding": "0" * 32, "evidence": 987654, "exemption": 987654, "person": 987654, "household": 987654, "recheck": 987654,
    "place": "999999999999",
}  # fmt: skip
CHANGING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|content="[A-Za-z0-9]{64}"')


def answer_without_address(client, route, url):
    """Status and body, without tokens and without the address that was asked for."""
    status, body = ask(client, route, url)
    return status, CHANGING.sub(b"", body).replace(url.encode(), b"")


def test_what_lies_outside_answers_exactly_like_what_never_was(lake):
    world = build(lake)
    apart = []
    for role in (Role.TOWN_DATA_LEAD, Role.VILLAGE_TEAM, Role.CENTRE_OPERATOR, Role.CENTRE_REVIEWER):
        client = client_of(role, RELATIONS["sibling"])
        for route in ROUTES:
            held = route.permission in role_permissions()[role] and not route.whole
            if not held or not scoped(route) or route.name == "reassign":
                continue
            never = ["00000000000"] if route.name == "finding" else [NOWHERE[route.subject]]
            here, there = (
                answer_without_address(client, route, reverse(route.name, args=one))
                for one in (arguments(world, route), never)
            )
            if here != there:
                apart.append(f"{role} {route.name} {here[0]} {there[0]}")

    assert "\n".join(apart) == ""
