"""Pages of frames."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from taizhang.office.access.request import OfficeRequest
from taizhang.office.errors import Stale
from taizhang.office.frames import exchange, presenting, selectors, services
from taizhang.office.frames.errors import CellUnfit, FrameFileUnfit, FrameTaken, FrameUnfit
from taizhang.office.frames.models import Frame
from taizhang.office.parts.model import Cell, Crumb
from taizhang.office.parts.typed import whole_number
from taizhang.office.parts.workbook import as_attachment

Words = dict[str, str]


def frames(request: OfficeRequest) -> HttpResponse:
    """Every edition, and the form that begins one."""
    return _frames(request, {})


def _frames(request: OfficeRequest, typed: Words, error: object = None, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    return render(request, "frames/frames.html", {
        "table": presenting.frames_table(selectors.frames_with_counts()), "typed": typed, "error": error,
        "may_edit": request.actor.may("frame.edit"), "known": list(selectors.SHIPPED), "year": today.year,
    }, status=status)  # fmt: skip


def _above(which: Frame | None = None) -> list[Crumb]:
    """The pages above one of a frame's. which: the frame whose page is one of them."""
    crumbs = [Crumb(_("工作框架"), reverse("frames"))]
    return crumbs if which is None else [*crumbs, Crumb(str(which), reverse("frame", args=[which.pk]))]


def frame_new(request: OfficeRequest) -> HttpResponse:
    """Begin a year's edition."""
    typed = request.POST.dict()
    year, rows = typed.get("year", ""), typed.get("rows", "") or "1"
    try:
        frame = services.begin_frame(
            actor=request.actor, title=typed.get("title", ""), year=whole_number(year) or 0,
            columns=typed.get("columns", "").replace("，", "、").replace(",", "、").split("、"), rows=whole_number(rows) or 0,
        )  # fmt: skip
    except (FrameUnfit, FrameTaken) as error:
        return _frames(request, typed, error, error.status)
    return redirect("frame_edit", frame.pk)


def frame(request: OfficeRequest, frame_id: int) -> HttpResponse:
    """One edition: the grid with what its cells measure."""
    which, today = selectors.frame_of(frame_id), timezone.localdate()
    cells = selectors.measured_cells(list(which.cells.select_related("frame")), today)
    return render(request, "frames/frame.html", {
        "frame": which, "crumbs": _above(), "grid": presenting.grid_of(request.actor, cells, today),
        "chart": presenting.frame_chart(request.actor, cells), "events": presenting.history(selectors.history_of(which)),
        "may_edit": request.actor.may("frame.edit"), "is_blank": all(one.is_empty for one in cells),
    })  # fmt: skip


def frame_edit(request: OfficeRequest, frame_id: int) -> HttpResponse:
    """The table to fill in."""
    which = selectors.frame_of(frame_id)
    return _edit(request, which.pk, presenting.typed_of(which.cells.all()), which.revision)


def _edit(
    request: OfficeRequest, frame_id: int, typed: list[services.Typed], revision: int, error: object = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    problems = getattr(error, "problems", {})
    which = selectors.frame_of(frame_id)
    return render(request, "frames/edit.html", {
        "frame": which, "crumbs": _above(which), "lines": [(one, problems.get(one.tag, "")) for one in typed],
        "revision": revision, "error": error, "rules": presenting.rules_table(), "kinds": ",".join(exchange.KINDS),
        "strange": {tag: why for tag, why in problems.items() if tag not in {one.tag for one in typed}},
    }, status=status)  # fmt: skip


def frame_save(request: OfficeRequest, frame_id: int) -> HttpResponse:
    """Keep the table; what cannot be kept is shown again with the reason at its cell."""
    which, posted = selectors.frame_of(frame_id), request.POST
    typed = [
        services.Typed(one.tag, *(posted.get(f"{field}:{one.tag}", "") for field in services.FIELDS))
        for one in which.cells.all()
    ]
    revision = whole_number(posted.get("revision", "")) or 0
    try:
        count = services.save_frame(actor=request.actor, frame_id=which.pk, revision=revision, typed=typed)
    except CellUnfit as error:
        return _edit(request, which.pk, typed, revision, error, error.status)
    except Stale as error:
        return _edit(request, which.pk, typed, selectors.frame_of(which.pk).revision, error, error.status)
    messages.success(request, ngettext("已保存 %(n)d 格的改动。", "已保存 %(n)d 格的改动。", count) % {"n": count})
    return redirect("frame", which.pk)


def frame_import(request: OfficeRequest, frame_id: int) -> HttpResponse:
    """Take over an uploaded table."""
    which, file = selectors.frame_of(frame_id), request.FILES.get("file")
    try:
        name = (file.name or "") if file else ""
        size = (file.size or 0) if file else 0
        content = file.read() if file and size <= exchange.LARGEST else b""
        cells = exchange.cells_from(content, name)
        count = services.import_frame(actor=request.actor, frame_id=which.pk, cells=cells, name=name)
    except (CellUnfit, FrameFileUnfit) as error:
        return _edit(request, which.pk, presenting.typed_of(which.cells.all()), which.revision, error, error.status)
    messages.success(
        request, ngettext("已从文件导入，%(n)d 格有改动。", "已从文件导入，%(n)d 格有改动。", count) % {"n": count}
    )
    return redirect("frame", which.pk)


def frame_export(request: OfficeRequest, frame_id: int) -> HttpResponse:
    """The table as a workbook, or as the CSV that county.toml names."""
    which = selectors.frame_of(frame_id)
    cells = [selectors.as_cell(one) for one in which.cells.all()]
    if request.GET.get("kind") == "csv":
        headers = {"Content-Disposition": f'attachment; filename="frame-{which.pk}-{which.year}.csv"'}
        return HttpResponse(exchange.as_csv(cells), content_type="text/csv; charset=utf-8", headers=headers)
    return as_attachment(exchange.as_workbook(which.title, cells), f"frame-{which.pk}-{which.year}.xlsx")


def frame_cell(request: OfficeRequest, frame_id: int, cell_id: int) -> HttpResponse:
    """One cell: its findings by town, its rules, its checklist."""
    cell, today = selectors.cell_of(frame_id, cell_id), timezone.localdate()
    (measured,) = selectors.measured_cells([cell], today)
    towns = selectors.towns_in_scope()
    by_town = selectors.measures_by_town(cell, towns, today) if cell.rules else []
    return render(request, "frames/cell.html", {
        "cell": cell, "title": f"{cell.tag} {cell.label}", "crumbs": _above(cell.frame), "measured": measured, "state": Cell(*presenting.stage_of(cell, today)),
        "period": f"{cell.begins or '…'} – {cell.ends or '…'}" if cell.begins or cell.ends else "", "rules": presenting.rules_of_cell(cell),
        "figures": presenting.measure_figures(request.actor, measured) if cell.rules else [],
        "chart": presenting.towns_chart(request.actor, cell, [one for one in by_town if any(one[1:])]),
        "checks": presenting.check_lines(request.actor, cell, towns, selectors.ticks_of(cell)),
    })  # fmt: skip


def frame_tick(request: OfficeRequest, frame_id: int, cell_id: int) -> HttpResponse:
    """Tick a point off in a town, or take that back."""
    cell, posted = selectors.cell_of(frame_id, cell_id), request.POST
    services.tick_off(
        actor=request.actor, cell=cell, check=posted.get("check", ""), town=posted.get("town", ""),
        done=posted.get("done") == "1", note=posted.get("note", ""),
    )  # fmt: skip
    messages.success(request, _("已记下。"))
    return redirect("frame_cell", frame_id, cell_id)
