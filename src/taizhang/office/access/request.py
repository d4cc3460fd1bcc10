"""A request as views get it: past the access middleware, so that whoever asks is known."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from taizhang.office.access.actor import Actor
from taizhang.office.access.table import Route


class OfficeRequest(HttpRequest):
    """actor: whoever asks (views behind `public` rows take a plain HttpRequest); route: its row; htmx: of a partial request."""

    actor: Actor
    route: Route
    htmx: HtmxDetails
