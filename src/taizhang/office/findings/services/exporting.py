"""A list of findings as a workbook: masked, marked with who took it and why, written into the ledger."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.findings.catalogue import rule_title, source_title
from taizhang.office.findings.errors import ListTooLong
from taizhang.office.findings.presenting import Labels, is_here, shown_message, shown_name
from taizhang.office.parts.workbook import mark_of, marked_workbook
from taizhang.office.reasons import stated

MOST = 20_000


def export_findings(*, actor: Actor, found: QuerySet[Any], reason: str, county: str) -> bytes:
    """The workbook of a list the actor may see. Raises ReasonMissing, ListTooLong for more than MOST rows."""
    words = stated(reason)
    rows = list(found[: MOST + 1])
    if len(rows) > MOST:
        raise ListTooLong
    mark = mark_of(county, actor.name, len(rows), _("证件号码已遮盖，仅供信息核查，不得外传"))
    with transaction.atomic():
        ledger.record(actor, "findings.exported", "findings", "list", reason=words, count=len(rows))
    return _workbook(rows, mark)


def _workbook(rows: Iterable[Any], mark: str) -> bytes:
    head = [_("编号"), _("等级"), _("状态"), _("镇"), _("村"), _("户编号"), _("户主"), _("姓名"), _("证件号码"), _("问题"), _("怎么办"),
            _("规则"), _("来源"), _("可能出错的来源"), _("期限（工作日）")]  # fmt: skip
    labels = Labels()
    return marked_workbook(_("问题清单"), head, (_values(one, labels) for one in rows), mark)


def _values(one: Any, labels: Labels) -> tuple[object, ...]:
    here = is_here(one)
    return (
        one.short_id, labels.severity[one.severity], labels.state[one.state], one.town_name, one.village_name,
        one.household_no if here else "", one.head_name if here else "", shown_name(one), one.masked_number if here else "",
        shown_message(one), one.hint, rule_title(one.rule), source_title(one.source), source_title(one.culprit),
        one.deadline_workdays or "",
    )  # fmt: skip
