"""The page that asks what a sheet and its columns mean."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.intake.mapping import MappingFile
from taizhang.intake.model import TABLES
from taizhang.intake.questions import MappingQuestion
from taizhang.office.access.request import OfficeRequest
from taizhang.office.errors import Stale
from taizhang.office.sources import selectors
from taizhang.office.sources.asking import column_lines, table_choices
from taizhang.office.sources.errors import AnswerUnfit
from taizhang.office.sources.services.answering import answer_mapping, mark_of, refuse_mapping

OK = 200


def question(request: OfficeRequest, fingerprint: str) -> HttpResponse:
    """What a sheet and its columns mean: the sheet, the proposals or what was said before, the answer."""
    asked, answer = selectors.question_of(fingerprint), selectors.answer_of(fingerprint)
    said, status = "", OK
    stale: Stale | None = None
    verdict = request.POST.get("verdict", "") if request.method == "POST" else "show"
    table = _table(request.POST.get("table", ""), asked, answer)
    chosen = _chosen(request, asked) if request.method == "POST" else _stands(answer)
    if verdict in ("answer", "refuse"):
        seen = request.POST.get("seen")
        try:
            if verdict == "refuse":
                again = refuse_mapping(actor=request.actor, fingerprint=fingerprint, seen=seen)
            else:
                again = answer_mapping(
                    actor=request.actor, fingerprint=fingerprint, fields=chosen, table=table, seen=seen
                )
        except AnswerUnfit as error:
            said, status = error.said, error.status
        except Stale as error:
            stale, status, answer = error, error.status, selectors.answer_of(fingerprint)
            chosen = _stands(answer) if verdict == "refuse" else chosen
        else:
            messages.success(request, _told(again))
            return redirect("sources")
    is_answered = answer is not None and answer.is_data and verdict == "show"
    lines = column_lines(asked, chosen, table=table, is_answered=is_answered)
    return render(request, "sources/question.html", {
        "asked": asked, "answer": answer, "seen": mark_of(answer), "lines": lines, "to_decide": [one for one in lines if one.needs_a_look],
        "reasons": [one.message for one in asked.reasons if one.column is None] if answer is None else [], "said": said, "stale": stale,
        "choices": selectors.field_choices(table), "table": table, "tables": table_choices(),
    }, status=status)  # fmt: skip


def _table(asked_for: str, asked: MappingQuestion, answer: MappingFile | None) -> str:
    """What a row is taken for: as chosen on the page, as said before, as intake thought."""
    stands = answer.table if answer is not None and answer.is_data else asked.table
    return asked_for if asked_for in TABLES else stands


def _chosen(request: OfficeRequest, asked: MappingQuestion) -> dict[str, str | None]:
    return {one.path: request.POST.get(f"column:{one.letter}") or None for one in asked.columns}


def _stands(answer: MappingFile | None) -> dict[str, str | None]:
    """What was said before; of a sheet that was called no data nothing, so that the proposals stand again."""
    return dict(answer.columns) if answer is not None and answer.is_data else {}


def _told(again: int) -> str:
    if again == 0:
        return _("已记住这种版式；下次读取报送时生效。")
    return _("已记住这种版式；正在重新读取的报送：%(count)d 批。") % {"count": again}
