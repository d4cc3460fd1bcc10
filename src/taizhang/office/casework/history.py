"""What was corrected and handed back, as events of a file; values masked."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from taizhang.office.casework.models import Correction
from taizhang.office.findings.catalogue import field_title, source_title
from taizhang.office.parts.model import Event


def correction_events(finding_ids: Sequence[str]) -> list[Event]:
    """Proposed values of these findings in the open scope, and the batches that carried them back."""
    events = []
    rows = Correction.objects.filter(finding__in=finding_ids).select_related(
        "proposed_by", "handback", "handback__created_by"
    )
    for one in rows.order_by("pk"):
        what = (
            f"{source_title(one.source)} {field_title(one.field)} {one.before_mask or _('（空）')} → {one.after_mask}"
        )
        events.append(
            Event(one.proposed_at, _("提出补正"), str(one.proposed_by), f"{what} · {one.get_state_display()}")
        )
        batch = one.handback
        if batch is not None:
            title = _("回填批次 %(number)s") % {"number": batch.number}
            events.append(Event(batch.created_at, title, str(batch.created_by or ""), what))
            if batch.entered_on is not None:
                events.append(
                    Event(batch.entered_on.isoformat(), _("已录入来源系统"), text=f"{title} · {what}", tone="success")
                )
    return events
