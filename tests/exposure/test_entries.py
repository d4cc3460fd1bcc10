"""Every route that changes something leaves exactly one entry in the ledger; one that was refused leaves none.

Words are given for each route so that it goes through; a route without words here fails the test.
"""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from officepeople import COUNTY, SETUP
from officepeople import person as account
from officesweeps import HOME_VILLAGE, number_of
from officeworld import DISPATCHED, HOME_PERSON, PICTURE, build, full_id
from taizhang.office.access.roles import Role
from taizhang.office.access.table import PUBLIC, role_permissions, routes
from taizhang.office.accounts.models import User
from taizhang.office.casework.models import Verification
from taizhang.office.findings.models import Finding, SavedView
from taizhang.office.jobs.models import Job
from taizhang.office.ledger import record
from taizhang.office.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WHY = {"reason": "核对工作需要", "note": "核对工作需要"}
TODAY = timezone.localdate()
PLAN = {"name": "每周排查", "kind": "sweep.run", "every": "week", "weekday": "1", "at": "06:00"}
ROLE = {
    "role": "helper", "place": "610723103000", "valid_from": TODAY.isoformat(),
    "valid_to": (TODAY + timedelta(days=30)).isoformat(), "reason": "到岗",
}  # fmt: skip
NO_ENTRY = {
    "case_preview": "it says what filing would meet and files nothing",
    "notices": "marking one's own notices as read tells nobody anything",
    "ledger_check": "the check itself is the entry, written by its job",
    "bulk": "the first post is a preview; the second is tested with the loop",
}
ELSEWHERE = {
    "evidence": "tests/office/test_casework.py", "handback_file": "tests/office/test_loop.py",
    "handback_entered": "tests/office/test_loop.py", "case_close": "tests/office/test_casework.py",
    "review_village": "tests/office/test_casework.py", "case_answer": "tests/office/test_casework.py", "review_town": "tests/office/test_casework.py",
    "review_county": "tests/office/test_casework.py", "submission_accept": "tests/office/test_loop.py",
    "submission_reject": "tests/office/test_loop.py", "delivery_release": "tests/office/test_deliveries.py",
    "arrival_assign": "tests/office/test_watching.py", "kept_file": "tests/office/test_keeping.py", "delivery_file": "tests/office/test_keeping.py",
    "kept_remove": "tests/office/test_keeping.py", "delivery_again": "tests/office/test_keeping.py",
    "delivery_export": "tests/office/test_deliveries.py", "question": "tests/office/test_keeping.py",
    "upload_begin": "tests/office/test_uploads.py", "upload_finish": "tests/office/test_uploads.py",
    "case_settle": "tests/office/test_conflicts.py", "case_state": "tests/office/test_two_places.py", "case_transfer": "tests/office/test_two_places.py",
    "exemption_decide": "tests/office/test_casework.py", "handback_new": "tests/office/test_casework.py",
}  # fmt: skip
"""Steps that stand at the end of a long way; the tests of that way count their entries."""
CHANGES = sorted(
    {one.name: one for one in routes().values() if one.method == "POST" and one.permission != PUBLIC}.values(),
    key=lambda one: one.name,
)  # fmt: skip
OURS = [one for one in CHANGES if not one.name.startswith(("mfa_", "account_reauth", "account_change", "account_set"))]


def way(world, name):
    """Arguments of the address and words of the form, so that the route goes through."""
    open_one, in_hand = full_id(1), full_id(DISPATCHED)
    ways = {
        "account_logout": ([], {}), "account_new": ([], {"username": "wang.jj", "display_name": "王"}),
        "account_save": ([world.staff], {"display_name": "另名", "unit": "镇", "phone": ""}),
        "account_disable": ([world.staff], WHY), "account_enable": ([world.staff], WHY),
        "account_password": ([world.staff], WHY), "account_unlock": ([world.staff], WHY), "account_factor": ([world.staff], WHY),
        "role_request": ([world.staff], ROLE), "role_end": ([world.assignment], WHY),
        "role_decide": ([world.request], {"verdict": "accept"}), "access_review_export": ([], WHY), "ledger_export": ([], WHY),
        "ledger_check": ([], {}), "keys_rotate": ([], {}), "notices": ([], {}), "bulk": ([], {"step": "dispatch", "chosen": [open_one]}),
        "job_cancel": ([world.job], {}), "job_restart": ([world.job], {}), "schedule_new": ([], PLAN),
        "schedule_save": ([world.schedule], PLAN), "delivery_term_save": ([], {"source": "city", "every": "week", "day": "1"}),
        "delivery_term_end": ([world.delivery_term], {}),
        "calendar_save": ([], {"day": "2026-10-10", "is_workday": "on", "note": "补班"}), "sweep_now": ([], {}), "folders_look": ([], {}),
        "arrival_aside": ([world.arrival], WHY), "submission_again": ([world.submission], {}),
        "findings_export": ([], WHY), "view_save": ([], {"label": "我的", "query": "state=all"}), "view_drop": ([world.view], {}),
        "search_results": ([], {"q": "王建军"}),
        "person_reveal": ([HOME_PERSON], {"reason": "verify", "words": "入户核对证件"}),
        "case_dispatch": ([open_one], {}), "case_reject": ([open_one], WHY), "case_start": ([in_hand], {}),
        "case_confirm": ([in_hand], {"value:city:id_no": number_of(303), "note": "户口簿"}), "case_deny": ([in_hand], WHY),
        "case_preview": ([in_hand], {"value:city:id_no": number_of(303)}), "case_ask": ([in_hand], WHY), "case_withdraw": ([in_hand], WHY),
        "evidence_add": ([in_hand], {"kind": "户口簿页", "file": SimpleUploadedFile("a.png", PICTURE)}),
        "exemption_propose": ([open_one], WHY), "reassign": ([world.holder], WHY),
        "term_save": (["verify"], {"workdays": "4"} | WHY), "policy_save": (["town"], {"mode": "any", "count": "1"} | WHY),
        "upload": ([], {"source": "city", "as_of": "2020-02-20", "files": SimpleUploadedFile("人员.csv", "姓名\n王\n".encode())}),
    }  # fmt: skip
    frame_ways = {
        "frame_new": ([], {"title": "本县两项", "year": "2020", "columns": "查、改"}),
        "frame_save": ([world.frame], {"revision": "1", "label:入户核对/1": "核实"}),
        "frame_import": ([world.frame], {"file": SimpleUploadedFile("表.csv", "标签,内容,开始,结束,规则\n入户核对/1,核实,,,C\n".encode())}),
        **{f"{name}_export": ([], WHY) for name in ("scores", "tasks", "exemptions", "rechecks", "recheck_rows", "sweeps", "finding_rows")},
        **{f"{name}_export": ([], WHY) for name in ("handbacks", "sources", "accounts", "roles", "logins", "delivery_calendar")},
        "search_results_export": ([], {"q": "王建军"} | WHY), "persons_export": ([HOME_VILLAGE], WHY), "source_export": (["city"], WHY),
        "recheck_round_export": ([world.round], WHY), "handback_export": ([world.handback], WHY),
        "submission_export": ([world.submission], WHY), "person_reads_export": ([HOME_PERSON], WHY), "limit_save": ([], {"measure": "right", "year": "2020", "percent": "97"} | WHY),
        "recheck_draw": ([], {"first": "2020-01-01", "last": "2020-01-31", "share": "10"}),
        "recheck_decide": ([world.recheck], {"verdict": "fails", "note": "核对户口簿"}),
        "frame_tick": ([world.frame, world.frame_cell], {"check": "开会", "town": "610723103000", "done": "1"}),
    }  # fmt: skip
    return (ways | frame_ways)[name]


def _closed_in_january():
    """A finding was closed in a month of which no round was drawn."""
    Finding.objects.model._base_manager.filter(pk=full_id(1)).update(state="closed_out")
    with time_machine.travel("2020-01-15T09:00:00+08:00"):
        record(SETUP, "finding.closed", "finding", full_id(1))


def ready(world, name, user):
    """What has to be so before the route can go through."""
    if name == "account_enable":
        User.objects.filter(pk=world.staff).update(is_active=False)
    if name == "job_restart":
        Job.objects.filter(pk=world.job).update(state="failed")
    if name == "view_drop":
        SavedView.objects.filter(pk=world.view).update(user_id=user.pk)
    if name == "recheck_draw":
        _closed_in_january()
    if name == "case_withdraw":
        Finding.objects.model._base_manager.filter(pk=full_id(DISPATCHED)).update(state="confirmed")
        Verification._base_manager.create(
            division_code=HOME_VILLAGE, finding_id=full_id(DISPATCHED), is_true=True, note="", by=user
        )


def test_every_change_leaves_exactly_one_entry(lake):
    world = build(lake)
    wrong = []
    for route in OURS:
        if route.name in ELSEWHERE:
            continue
        role = next((one for one in Role if route.permission in role_permissions()[one]), Role.CENTRE_OPERATOR)
        user = account(role, COUNTY)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        arguments, words = way(world, route.name)
        with transaction.atomic():
            ready(world, route.name, user)
            before = Entry.objects.count()
            answer = client.post(reverse(route.name, args=arguments), words)
            answer.getvalue()  # read to its end: closed by hand it would close the connection of the test on PostgreSQL
            status = answer.status_code
            added = list(Entry.objects.order_by("seq").values_list("verb", flat=True)[before:])
            transaction.set_rollback(True)
        wanted = 0 if route.name in NO_ENTRY else 1
        if status not in (200, 302) or len(added) != wanted:
            wrong.append(f"{route.name} as {role}: {status} {added}")

    assert "\n".join(wrong) == ""


def test_what_was_refused_leaves_no_entry(lake):
    world = build(lake)
    client = Client()
    client.force_login(account(Role.LEADER), backend="allauth.account.auth_backends.AuthenticationBackend")
    before = Entry.objects.count()

    for route in OURS:
        if route.permission in role_permissions()[Role.LEADER] or route.permission == "self" or route.name in ELSEWHERE:
            continue
        arguments, words = way(world, route.name)
        assert client.post(reverse(route.name, args=arguments), words).status_code == 403

    assert Entry.objects.count() == before
