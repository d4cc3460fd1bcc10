"""Pages and steps of the loop; each view parses, calls one service or selector, and shows."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.casework import presenting, selectors
from taizhang.office.casework.conflict_lines import conflict_lines
from taizhang.office.casework.errors import NothingToCorrect
from taizhang.office.casework.models import HandBack, ReturnReason, Task
from taizhang.office.casework.services import (
    clocks,
    dispatching,
    exempting,
    handing_back,
    reviewing,
    settling,
    stating,
    verifying,
)
from taizhang.office.casework.services.bulk import apply_bulk, preview_bulk
from taizhang.office.casework.services.conflicts import digest_of
from taizhang.office.casework.services.evidence import ENDINGS, LARGEST, add_evidence, read_evidence
from taizhang.office.casework.services.reminding import read_notices
from taizhang.office.errors import Stale
from taizhang.office.exporting import export_offered, exported
from taizhang.office.findings.catalogue import rule_title
from taizhang.office.jobs.presenting import job_line
from taizhang.office.ledger.selectors import newest_about
from taizhang.office.parts.listing import INTERNAL, Listing
from taizhang.office.parts.model import Table
from taizhang.office.parts.punctuation import listed
from taizhang.office.parts.typed import whole_number


def _back(finding_id: str) -> HttpResponse:
    return redirect("finding", selectors.short_id_of(finding_id))


def _stood(request: OfficeRequest) -> int | None:
    """Number of the last change that the page told of on which a form stood."""
    return whole_number(request.POST.get("stood", ""))


def dispatch(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """Dispatch one finding, by routing or to a chosen person."""
    chosen = request.POST.get("assignee", "")
    dispatching.dispatch_findings(actor=request.actor, finding_ids=[finding_id], assignee_id=whole_number(chosen))
    return _back(finding_id)


def reject(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """Say that the rule is wrong."""
    dispatching.reject_hit(
        actor=request.actor, finding_id=finding_id, reason=request.POST.get("note", ""), stood=_stood(request)
    )
    return _back(finding_id)


def start(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """The visit is under way."""
    verifying.start_verifying(actor=request.actor, finding_id=finding_id)
    return _back(finding_id)


def confirm(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """True: with the values that ought to stand there."""
    verifying.confirm_finding(
        actor=request.actor, finding_id=finding_id, proposals=_proposals(request, finding_id),
        note=request.POST.get("note", ""), seen=request.POST.get("seen", ""), stood=_stood(request),
    )  # fmt: skip
    return _back(finding_id)


def preview(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """What the typed values would meet among the pending corrections; a part of the finding's page."""
    met = verifying.preview_conflicts(
        actor=request.actor, finding_id=finding_id, proposals=_proposals(request, finding_id)
    )
    return render(request, "casework/parts/conflicts.html", {"conflicts": conflict_lines(met), "seen": digest_of(met)})


def settle(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """Which of two contradicting corrections holds."""
    chosen = request.POST.get("correction", "")
    settling.settle_dispute(
        actor=request.actor, finding_id=finding_id, correction_id=whole_number(chosen) or 0,
        holds=request.POST.get("holds") == "later", reason=request.POST.get("note", ""),
    )  # fmt: skip
    return _back(finding_id)


def _proposals(request: OfficeRequest, finding_id: str) -> list[verifying.Proposal]:
    """Fields of the form: `value:<source>:<field>`, and `take:<source>:<field>` for the suggestion, whose value is never sent."""
    found = []
    for name, text in request.POST.items():
        kind, _sep, place = name.partition(":")
        source, _sep, field = place.partition(":")
        if kind == "take" and field:
            found.append(
                verifying.Proposal(source, field, selectors.suggestion(request.actor, finding_id, field, str(text)))
            )
        elif kind == "value" and field and str(text).strip() and f"take:{place}" not in request.POST:
            found.append(verifying.Proposal(source, field, str(text)))
    return found


def deny(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """Not true: with the reason."""
    verifying.deny_finding(
        actor=request.actor, finding_id=finding_id, note=request.POST.get("note", ""), stood=_stood(request)
    )
    return _back(finding_id)


def ask(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """A question to a department or another town."""
    verifying.ask_about(
        actor=request.actor, finding_id=finding_id, question=request.POST.get("note", ""), stood=_stood(request)
    )
    return _back(finding_id)


def answer(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """The answer."""
    verifying.answer_question(
        actor=request.actor, finding_id=finding_id, answer=request.POST.get("note", ""), stood=_stood(request)
    )
    messages.success(request, _("已答复，核实的人会看到。"))
    return redirect("findings")  # to a liaison the finding is closed from now on


def withdraw(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """Take a verification back."""
    verifying.withdraw_verification(
        actor=request.actor, finding_id=finding_id, reason=request.POST.get("note", ""), stood=_stood(request)
    )
    return _back(finding_id)


def review(request: OfficeRequest, finding_id: str, level: str) -> HttpResponse:
    """Approve, or return with a reason."""
    note, why = request.POST.get("note", ""), request.POST.get("reason", "")
    seen = whole_number(request.POST.get("verification", ""))
    if request.POST.get("verdict") == "approve":
        through = reviewing.approve_verification(
            actor=request.actor, finding_id=finding_id, level=level, note=note, seen=seen
        )
        messages.success(request, _("审核通过。") if through else _("已记下您的同意，还需其他人同意。"))
    elif why in ReturnReason.values:
        reviewing.return_verification(
            actor=request.actor,
            finding_id=finding_id,
            level=level,
            reason=ReturnReason(why),
            note=note,
            seen=seen,
        )
    else:
        raise NothingToCorrect("reason")
    return _back(finding_id)


def close(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """Close what a delivery has proven."""
    reviewing.close_finding(actor=request.actor, finding_id=finding_id)
    return _back(finding_id)


def state(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """What the other side says of its own rows."""
    stating.state_side(
        actor=request.actor, finding_id=finding_id, division_code=request.POST.get("side", ""),
        text=request.POST.get("note", ""), seen=whole_number(request.POST.get(f"seen:{request.POST.get('side', '')}", "")),
    )  # fmt: skip
    messages.success(request, _("已记下本方的说明。"))
    return _back(finding_id)


def transfer(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """Give a finding of two places to another of its sides."""
    stating.transfer_finding(
        actor=request.actor, finding_id=finding_id, division_code=request.POST.get("side", ""),
        reason=request.POST.get("note", ""), seen=whole_number(request.POST.get("owner", "")),
    )  # fmt: skip
    return _back(finding_id)


def bulk(request: OfficeRequest) -> HttpResponse:
    """Preview a step for many findings; with a digest, do it."""
    step, ids = request.POST.get("step", ""), request.POST.getlist("chosen")
    if request.POST.get("digest"):
        count = apply_bulk(actor=request.actor, step=step, finding_ids=ids, digest=request.POST["digest"])
        messages.success(request, _("已处理 %(count)d 条。") % {"count": count})
        return redirect("findings")
    preview = preview_bulk(actor=request.actor, step=step, finding_ids=ids)
    by_rule = [(rule_title(rule), count) for rule, count in preview.by_rule]
    context = {"preview": preview, "label": presenting.label_of(step), "by_rule": by_rule}
    return render(request, "casework/bulk.html", context)


def evidence_add(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """Keep a paper or photo."""
    file = request.FILES.get("file")
    add_evidence(
        actor=request.actor, finding_id=finding_id, kind=request.POST.get("kind", ""),
        name=file.name or "" if file else "", content=file.read(LARGEST + 1) if file else b"",
    )  # fmt: skip
    return _back(finding_id)


def evidence(request: OfficeRequest, evidence_id: int) -> HttpResponse:
    """A paper or photo, as an attachment."""
    row, content = read_evidence(actor=request.actor, evidence_id=evidence_id)
    response = HttpResponse(content, content_type=row.content_type)
    response["Content-Disposition"] = f'attachment; filename="evidence-{row.pk}{ENDINGS[row.content_type]}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def tasks(request: OfficeRequest) -> HttpResponse:
    """Open tasks: one's own, or those of the scope with who has how many."""
    lists = _task_lists(request)
    page = lists[0].page(request.GET.get("page"))
    workload = lists[1:]
    return render(request, "casework/tasks.html", {
        "page": page, "own": not workload, "table": lists[0].table(page), "workload": [one.table(one.rows) for one in workload],
        "narrowed": "".join(presenting.asked_for(_asked(request), one.rows) for one in workload),
        "may_see_all": request.actor.may("task.read"), "export": export_offered(request, lists),
    })  # fmt: skip


def _task_lists(request: OfficeRequest) -> list[Listing]:
    """One's own open tasks; or those of the scope that the address asks for, and who has how many."""
    today = timezone.localdate()

    def table(rows: Iterable[Task]) -> Table:
        return presenting.tasks_table(rows, today)

    if "all" not in request.GET or not request.actor.may("task.read"):
        return [Listing(_("我的任务"), selectors.open_tasks_of(request.actor), table)]
    asked = _asked(request)
    workload_table = partial(presenting.workload_table, may_reassign=request.actor.may("task.reassign"))
    return [
        Listing(_("区划内全部任务"), selectors.tasks_in_scope(asked, today), table, {"all": "1"} | asked.narrowed()),
        Listing(_("工作量"), selectors.workload(today), workload_table),
    ]


def _asked(request: OfficeRequest) -> selectors.TasksAsked:
    return selectors.TasksAsked.read(request.GET.dict())


def tasks_export(request: OfficeRequest) -> FileResponse:
    """The tasks as a workbook."""
    return exported(request, _task_lists(request))


def notices(request: OfficeRequest) -> HttpResponse:
    """One's own notices; reading them marks them."""
    listed = list(selectors.unread_notices(request.actor))
    if request.method == "POST":
        read_notices(actor=request.actor)
        return redirect("notices")
    return render(
        request,
        "casework/notices.html",
        {"table": presenting.notices_table(listed, may_see_plan=request.actor.may("plan.read"))},
    )


def exemption_propose(request: OfficeRequest, finding_id: str) -> HttpResponse:
    """Ask that a finding be let be."""
    exempting.propose_exemption(actor=request.actor, finding_id=finding_id, reason=request.POST.get("note", ""))
    return _back(finding_id)


def exemption_decide(request: OfficeRequest, exemption_id: int) -> HttpResponse:
    """Approve or refuse an exemption."""
    exempting.decide_exemption(
        actor=request.actor, exemption_id=exemption_id, approve=request.POST.get("verdict") == "approve",
        reason=request.POST.get("note", ""),
    )  # fmt: skip
    return redirect("exemptions")


def exemptions(request: OfficeRequest) -> HttpResponse:
    """The list of exemptions (豁免清单)."""
    listed = _exemptions(request)
    page = listed.page(request.GET.get("page"))
    context = {"page": page, "table": listed.table(page), "export": export_offered(request, [listed])}
    return render(request, "casework/exemptions.html", context)


def _exemptions(request: OfficeRequest) -> Listing:
    return Listing(_("豁免清单"), selectors.exemptions_in_scope(request.actor), presenting.exemptions_table)


def exemptions_export(request: OfficeRequest) -> FileResponse:
    """The exemptions as a workbook."""
    return exported(request, [_exemptions(request)])


def handbacks(request: OfficeRequest) -> HttpResponse:
    """Batches, and what waits to be handed back."""
    county = settings.INSTALLATION.county
    waiting = [(source, county.source(source).title, count) for source, count in selectors.waiting_for_handback()]
    batches = _batches()
    return render(request, "casework/handbacks.html", {
        "waiting": waiting, "table": batches.table(batches.rows), "may_make": request.actor.may("handback.make"),
        "export": export_offered(request, [batches]),
    })  # fmt: skip


def _batches() -> Listing:
    return Listing(_("回填批次"), selectors.handbacks(), presenting.handbacks_table, note=INTERNAL)


def handbacks_export(request: OfficeRequest) -> FileResponse:
    """The batches as a workbook."""
    return exported(request, [_batches()])


def handback_new(request: OfficeRequest) -> HttpResponse:
    """Put a batch together."""
    handing_back.request_handback(
        actor=request.actor, source=request.POST.get("source", ""), reason=request.POST.get("note", "")
    )
    return redirect("handbacks")


def handback(request: OfficeRequest, handback_id: int) -> HttpResponse:
    """One batch with its lines, masked."""
    batch = selectors.handback_of(handback_id)
    lines, writing = _lines(batch), selectors.writing_of(batch)
    return render(request, "casework/handback.html", {
        "batch": batch, "source": settings.INSTALLATION.county.source(batch.source).title, "writing": writing, "progress": replace(job_line(writing), url="") if writing is not None else None, "table": lines.table(lines.rows), "may_make": request.actor.may("handback.make"),
        "may_confirm": request.actor.may("handback.confirm"), "export": export_offered(request, [lines]),
    })  # fmt: skip


def _lines(batch: HandBack) -> Listing:
    return Listing(f"{_('补正内容')} {batch.number}", selectors.lines_of(batch), presenting.lines_table)


def handback_export(request: OfficeRequest, handback_id: int) -> FileResponse:
    """The lines of a batch as a workbook, masked; the source's own file is another."""
    return exported(request, [_lines(selectors.handback_of(handback_id))])


def handback_file(request: OfficeRequest, handback_id: int) -> HttpResponse:
    """The batch's workbook; the fetch is recorded."""
    name, content = handing_back.fetch_batch(actor=request.actor, handback_id=handback_id)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def handback_entered(request: OfficeRequest, handback_id: int) -> HttpResponse:
    """The source's owner says that the batch is entered."""
    count = handing_back.confirm_entered(actor=request.actor, handback_id=handback_id)
    messages.success(request, _("%(count)d 个问题等待下一次报送印证。") % {"count": count})
    return redirect("handback", handback_id=handback_id)


def terms(request: OfficeRequest) -> HttpResponse:
    """Terms in working days, and how many approvals each level asks for."""
    return _terms(request)


def _terms(request: OfficeRequest, name: str = "", error: Stale | None = None) -> HttpResponse:
    """name: of the setting that somebody else changed meanwhile; what was typed for it stands in its form again."""
    stood, typed = newest_about("clock", "policy"), {name: request.POST.dict()} if error is not None else {}
    return render(request, "casework/terms.html", {
        "clocks": presenting.clock_rows(typed), "policies": presenting.policy_rows(typed), "stood": stood, "error": error,
        "may_edit": request.actor.may("policy.edit"),
    }, status=error.status if error is not None else None)  # fmt: skip


def term_save(request: OfficeRequest, name: str) -> HttpResponse:
    """Change a term."""
    workdays = whole_number(request.POST.get("workdays", "")) or 0
    if name not in clocks.DEFAULTS or not 0 < workdays < 366:
        raise NothingToCorrect("workdays")
    try:
        clocks.set_clock(
            actor=request.actor, name=name, workdays=workdays, why=request.POST.get("note", ""), stood=_stood(request)
        )
    except Stale as error:
        return _terms(request, name, error)
    return redirect("terms")


def policy_save(request: OfficeRequest, level: str) -> HttpResponse:
    """Change how many approvals a level asks for."""
    count, mode = whole_number(request.POST.get("count", "1")), request.POST.get("mode", "")
    if level not in reviewing.ROLE_OF_LEVEL or mode not in ("any", "all", "count") or count is None:
        raise NothingToCorrect("mode")
    try:
        reviewing.set_policy(
            actor=request.actor, level=level, mode=mode, count=count, reason=request.POST.get("note", ""),
            stood=_stood(request),
        )  # fmt: skip
    except Stale as error:
        return _terms(request, f"review-{level}", error)
    short = reviewing.places_short_of(level, count) if mode == "count" else []
    if short:
        told = _("已保存。下列地方能审核的人不够，那里的问题过不了这一级：%(places)s")
        messages.warning(request, told % {"places": listed(short[: reviewing.MOST_PLACES])})
    return redirect("terms")
