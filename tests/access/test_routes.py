"""Every address has its row, every row its address, and a visitor sees nothing that is not public."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from officepeople import person
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.table import PUBLIC, role_permissions, routes
from taizhang.office.accounts.models import Assignment
from taizhang.office.accounts.selectors import actor_for

pytestmark = pytest.mark.django_db


def names_of(patterns):
    """The names of all addresses, with those of included files."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names_of(pattern.url_patterns)
        else:
            yield pattern.name


def takes_no_arguments(name):
    """Whether an address can be written without arguments."""
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


PROTECTED = [one for one in routes().values() if one.permission != PUBLIC and takes_no_arguments(one.name)]


def test_every_address_has_a_row_and_every_row_an_address():
    assert {route.name for route in routes().values()} == set(names_of(get_resolver().url_patterns))


def test_no_role_holds_a_permission_that_no_route_or_service_asks_for():
    asked = {route.permission for route in routes().values()}
    service_only = {"office.enter"}

    assert set().union(*role_permissions().values()) <= asked | service_only


@pytest.mark.parametrize("route", PROTECTED, ids=lambda one: f"{one.method}-{one.name}")
def test_a_visitor_is_sent_to_the_login(route):
    response = Client().generic(route.method, reverse(route.name))

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_a_person_whose_assignment_ended_may_nothing():
    user = person(Role.CENTRE_OPERATOR, until=date.today())
    Assignment.objects.filter(user=user).update(valid_to=date.today() - timedelta(days=1))

    assert actor_for(user).areas_for("office.enter") == ()


def test_a_permission_is_held_only_where_its_role_is_held():
    actor = actor_for(person(Role.TOWN_DATA_LEAD, Area("610723103")))

    assert actor.may("office.enter", "610723103001")
    assert not actor.may("office.enter", "610723108001")
