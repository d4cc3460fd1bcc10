"""Every page that shows a list is exported or says here why not; whoever may export a list may see it, in the same places."""

import pytest

from taizhang.office.access.table import PUBLIC, role_permissions, routes, second_factor_roles
from taizhang.office.exporting import ENDING

ONE_THING = "shows one thing: its page is read or printed, the list it stands in is exported"
FORM = "asks for something; no list of records"
SETTINGS = "settings of the office, changed here and written into the ledger"
WITHOUT = {
    "home": "counts, each of which opens its list",
    "search": FORM,
    "upload": FORM,
    "account_new": FORM,
    "notices": "tells one person how much waits for them until when; the tasks are exported",
    "reassign": "what is about to change hands; the same tasks and rechecks are exported from their own lists",
    "jobs": "the office's own work, removed after a time; what it did stands in its results and in the ledger",
    "job_progress": "a part of the page of jobs",
    "role_requests": "decisions that wait, a form each; afterwards they are entries of the ledger and roles",
    "frames": "a few titles; every frame is exported itself",
    "frame": "exported as the table that is filled in and imported again (frame_export)",
    "sweep": "figures of one sweep; the findings behind each are exported",
    "terms": SETTINGS, "schedules": SETTINGS, "schedule_edit": SETTINGS, "calendar": SETTINGS, "keys": SETTINGS,
    "finding": ONE_THING, "person": ONE_THING, "household": ONE_THING, "recheck": ONE_THING, "account": ONE_THING,
    "arrival": ONE_THING, "question": ONE_THING, "frame_cell": ONE_THING, "frame_edit": ONE_THING,
    "kept_file": "the page of one file, which is fetched itself", "delivery_file": "the page of one file, which is fetched itself",
    "frame_export": "is an export", "upload_part": "answers a script",
}  # fmt: skip
EXPORTS = sorted(
    (one for one in routes().values() if one.name.endswith(ENDING) and one.method == "POST"), key=lambda one: one.name
)


def page_of(route):
    """The page whose lists an export takes out; what a search found is answered to a POST."""
    name = route.name.removesuffix(ENDING)
    return routes().get(("GET", name)) or routes()["POST", name]


def test_every_page_exports_its_lists_or_says_why_not():
    pages = {
        one.name for one in routes().values()
        if one.method == "GET" and one.permission != PUBLIC and not one.name.startswith(("mfa_", "account_"))
    } | {"account_new"}  # fmt: skip
    exported = {page_of(one).name for one in EXPORTS}

    assert pages - exported == set(WITHOUT)


@pytest.mark.parametrize("route", EXPORTS, ids=lambda one: one.name)
def test_whoever_may_export_a_list_may_see_its_page(route):
    page = page_of(route)

    may_export, may_see = (
        {role for role, held in role_permissions().items() if one.permission in held} for one in (route, page)
    )

    assert may_export
    assert may_export <= may_see
    assert (route.subject, route.whole) == (page.subject, page.whole)


def test_nobody_takes_persons_out_without_a_second_factor():
    naming = {"task.export", "recheck.export", "person.export", "handback.export", "finding.export", "delivery.export"}

    assert {role for role, held in role_permissions().items() if held & naming} <= second_factor_roles()
