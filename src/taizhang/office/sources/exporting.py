"""What a delivery did not take as a workbook: masked, marked with who took it and why, written into the ledger."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from taizhang.intake.delivery.browsing import NotTaken
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.findings.errors import ListTooLong
from taizhang.office.parts.told import told
from taizhang.office.parts.workbook import mark_of, marked_workbook
from taizhang.office.reasons import stated

MOST = 20_000


def export_not_taken(*, actor: Actor, source_id: str, name: str, entries: Sequence[NotTaken], reason: str) -> bytes:
    """The workbook of what a delivery did not take. Raises ReasonMissing; ListTooLong for more than MOST lines."""
    words = stated(reason)
    if len(entries) > MOST:
        raise ListTooLong
    mark = mark_of(
        settings.INSTALLATION.county.name, actor.name, len(entries), _("证件号码已遮盖，仅供信息核查，不得外传")
    )
    head = [_("文件"), _("工作表"), _("行号"), _("行数"), _("代码"), _("原因"), _("位置"), _("说明"), _("办法"), _("原样（已遮盖）")]  # fmt: skip
    with transaction.atomic():
        ledger.record(actor, "quarantine.exported", "delivery", f"{source_id} {name}", reason=words, count=len(entries))
    return marked_workbook(_("未采用的内容"), head, (_values(one) for one in entries), mark)


def _values(one: NotTaken) -> list[object]:
    cells = " ".join(f"{letter} {text}" for letter, text in one.cells.items() if text)
    numbers = ("" if number is None else number for number in (one.row_no, one.rows))
    said = [told(text) for text in (one.what, one.where, one.why, one.hint)]
    return [one.file, one.sheet or "", *numbers, one.reason, *said, cells]
