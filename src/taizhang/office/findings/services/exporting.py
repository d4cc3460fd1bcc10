"""A list of findings as a workbook: masked, marked with who took it and why, written into the ledger."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.workbook import Workbook

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.findings.catalogue import rule_title, source_title
from taizhang.office.findings.presenting import is_here, shown_message, shown_name
from taizhang.office.people.errors import ReasonMissing
from taizhang.report.safe_text import safe_text

MOST = 20_000
LEAST_WORDS = 4


def export_findings(*, actor: Actor, found: QuerySet[Any], reason: str, county: str) -> bytes:
    """The workbook of a list the actor may see, at most MOST rows. Raises ReasonMissing."""
    if len(reason.strip()) < LEAST_WORDS:
        raise ReasonMissing("reason")
    rows = list(found[:MOST])
    now = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    mark = f"{county} · {actor.name} · {now} · {len(rows)} · {_('证件号码已遮盖，仅供信息核查，不得外传')}"
    with transaction.atomic():
        ledger.record(actor, "findings.exported", "findings", "list", reason=reason.strip()[:500], count=len(rows))
    return _workbook(rows, mark)


def _workbook(rows: Iterable[Any], mark: str) -> bytes:
    stream = BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("问题清单"))
    bold, soft = book.add_format({"bold": True, "bg_color": "#E8EDF3"}), book.add_format({"font_color": "#66727F"})
    head = [_("编号"), _("等级"), _("状态"), _("镇"), _("村"), _("户编号"), _("户主"), _("姓名"), _("证件号码"), _("问题"), _("怎么办"),
            _("规则"), _("来源"), _("可能出错的来源"), _("期限（工作日）")]  # fmt: skip
    sheet.write_string(0, 0, mark, soft)
    sheet.set_footer(f"&L{mark}&R&P/&N")
    sheet.freeze_panes(2, 1)
    for column, text in enumerate(head):
        sheet.write_string(1, column, text, bold)
    for number, one in enumerate(rows, 2):
        here = is_here(one)
        values = (
            one.short_id, one.get_severity_display(), one.get_state_display(), one.town_name, one.village_name,
            one.household_no if here else "", one.head_name if here else "", shown_name(one), one.masked_number if here else "",
            shown_message(one), one.hint, rule_title(one.rule), source_title(one.source), source_title(one.culprit),
            str(one.deadline_workdays or ""),
        )  # fmt: skip
        for column, value in enumerate(values):
            sheet.write_string(number, column, safe_text(str(value)))
    book.close()
    return stream.getvalue()
