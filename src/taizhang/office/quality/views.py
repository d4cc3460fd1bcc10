"""The page of the scoreboard."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from taizhang.office.access.request import OfficeRequest
from taizhang.office.quality import presenting, selectors


def scores(request: OfficeRequest) -> HttpResponse:
    """Places and sources, measured."""
    today, with_links = timezone.localdate(), request.actor.may("finding.list")
    places = selectors.scores_by_place(today)
    return render(request, "quality/scores.html", {
        "chart": presenting.right_chart(places, with_links=with_links),
        "places": presenting.place_table(places, with_links=with_links),
        "sources": presenting.source_table(selectors.scores_by_source(today), with_links=with_links),
    })  # fmt: skip
