"""The one place where a request meets the permission table: who asks, may they, and in which areas."""

from collections.abc import Callable
from contextvars import Token
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office import ledger
from taizhang.office.access.areas import CODE_LENGTH
from taizhang.office.access.refused import return_address, unsent
from taizhang.office.access.scope import Scope, close_scope, open_scope
from taizhang.office.access.sessions import is_over, prolong
from taizhang.office.access.table import PUBLIC, SELF, Route, routes
from taizhang.office.accounts.duties import page_due
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.errors import Forbidden, NotFound, OfficeError, asks_for_json

OK = 200


class AccessMiddleware:
    """Resolves the route's row, checks the permission, opens the scope, records the read, and words the errors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request inside its scope."""
        request.actor = actor_for(request.user)  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            token: Token[Scope | None] | None = getattr(request, "scope_token", None)
            if token is not None:
                close_scope(token)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Refuse what the table does not allow; otherwise open the scope for the view."""
        match = request.resolver_match
        name = match.view_name if match is not None else ""
        method = "GET" if request.method == "HEAD" else request.method or ""
        route = routes().get((method, name))
        if route is None:
            return self.process_exception(request, NotFound())
        if is_over(request):
            return _to_login(request)
        prolong(request)
        refused = self._refused(request, route)
        if refused is not None:
            return refused
        request.route = route  # type: ignore[attr-defined]
        return None

    def _refused(self, request: HttpRequest, route: Route) -> HttpResponseBase | None:
        actor = request.actor  # type: ignore[attr-defined]
        if route.permission == PUBLIC:
            return None
        if actor is None:
            return _to_login(request)
        areas = actor.areas_for("office.enter") if route.permission == SELF else actor.areas_for(route.permission)
        if not areas and route.permission != SELF:
            return self.process_exception(request, Forbidden())
        if route.whole and not actor.may(route.permission, settings.INSTALLATION.county.code.ljust(CODE_LENGTH, "0")):
            return self.process_exception(request, Forbidden())
        due = page_due(request, actor, route.name)
        if due:
            return redirect(due)
        request.scope_token = open_scope(areas)  # type: ignore[attr-defined]
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Word an OfficeError as a page, as a fragment for a partial request, or as JSON for a script that asks for it."""
        if not isinstance(error, OfficeError):
            return None
        if asks_for_json(request):
            return JsonResponse(error.as_json(), status=error.status)
        partial = bool(getattr(request, "htmx", False))
        template = "office/parts/error.html" if partial else "office/error.html"
        context = {"error": error, **unsent(request, error)}
        return render(request, template, context, status=error.status)


def _to_login(request: HttpRequest) -> HttpResponseBase:
    """Where somebody logs in and comes back from; whoever sent a form is told that nothing was done, and what becomes of it."""
    if request.method == "POST":
        messages.warning(
            request,
            _("登录已过期，刚才的一步没有做。登录后回到原来的页面再做一次；写下的文字会恢复，证件号码须重新填写。"),
        )
    return redirect_to_login(return_address(request))


def record_read(request: HttpRequest, response: HttpResponseBase, subject_id: str) -> None:
    """Write a successful read of an audited route into the ledger; views of such routes call it with what they show."""
    route: Route = request.route  # type: ignore[attr-defined]
    if route.audited and response.status_code == OK:
        ledger.record_read(request.actor, route.audited, route.subject, subject_id)  # type: ignore[attr-defined]
