"""Sending files: the page, and the protocol of its script (docs/developer/uploads.md)."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from taizhang.office.access.request import OfficeRequest
from taizhang.office.parts.typed import whole_number
from taizhang.office.sources.errors import BrokenPiece, NoFileName, TooMuch
from taizhang.office.sources.models import Upload
from taizhang.office.sources.selectors import uploads_of
from taizhang.office.sources.services import uploads
from taizhang.office.sources.services.receiving import receive_files, stated_day

CREATED, GONE = 201, 204
LONGEST_HEADER = 20


def upload(request: OfficeRequest) -> HttpResponse:
    """The page to send files from; posted, they become one submission."""
    if request.method == "POST":
        return _send(request)
    context = {
        "sources": settings.INSTALLATION.county.sources, "source": request.GET.get("source", ""),
        "today": timezone.localdate(), "uploads": uploads_of(request.actor), "upload_url": reverse("upload_begin"),
        "plain_url": reverse("upload"),
    }  # fmt: skip
    return render(request, "sources/upload.html", context)


def _send(request: OfficeRequest) -> HttpResponse:
    sent = receive_files(
        actor=request.actor, source_id=request.POST.get("source", ""), as_of=stated_day(request.POST.get("as_of", "")), files=request.FILES.getlist("files"),
        arrived=request.POST.getlist("arrived"),
    )  # fmt: skip
    return redirect("submission", sent.pk)


def upload_begin(request: OfficeRequest) -> HttpResponse:
    """Begin the upload of a file, or go on with it."""
    said = _document(request)
    name, size, modified = said.get("name"), said.get("size"), said.get("modified")
    if not isinstance(name, str):
        raise NoFileName("name")
    if type(size) is not int or type(modified) is not int:
        raise TooMuch("size")
    begun, fresh = uploads.begin_upload(actor=request.actor, name=name, size=size, modified=modified)
    ticket = {"url": reverse("upload_part", args=[begun.token]), "piece_size": uploads.PIECE, **_standing(begun)}
    return JsonResponse(ticket, status=CREATED if fresh else 200)


def upload_part(request: OfficeRequest, token: str) -> HttpResponse:
    """How far an upload is; PATCH: one more piece; DELETE: give it up."""
    if request.method == "PATCH":
        offset, checksum = _number(request, "Upload-Offset"), _number(request, "Upload-Checksum")
        try:
            found = uploads.append_piece(
                actor=request.actor, token=token, offset=offset, checksum=checksum, stream=request
            )
        except UnreadablePostError:  # the line broke: there is nobody to tell
            raise BrokenPiece("piece") from None
        return _told(found)
    if request.method == "DELETE":
        uploads.drop_upload(actor=request.actor, token=token)
        return HttpResponse(status=GONE)
    return _told(uploads.own_upload(request.actor, token))


def upload_finish(request: OfficeRequest, token: str) -> HttpResponse:
    """Say that all of a file was sent."""
    checksum = _document(request).get("crc32")
    if type(checksum) is not int:
        raise BrokenPiece("crc32")
    whole = uploads.finish_upload(actor=request.actor, token=token, checksum=checksum)
    return JsonResponse({"token": whole.token, "name": whole.name, "size": whole.size, "sha256": whole.sha256})


def _told(found: Upload) -> HttpResponse:
    return JsonResponse(_standing(found), headers={"Upload-Offset": str(found.offset)})


def _standing(found: Upload) -> dict[str, int]:
    return {"offset": found.offset, "crc32": found.crc32}


def _document(request: OfficeRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {}


def _number(request: OfficeRequest, header: str) -> int:
    number = whole_number(request.headers.get(header, ""), LONGEST_HEADER)
    if number is None:
        raise BrokenPiece(header)
    return number
