"""Pages of the system administrator (accounts) and the security administrator (roles, lock-outs, second factors)."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office import ledger
from taizhang.office.access.request import OfficeRequest
from taizhang.office.accounts import presenting, selectors, services
from taizhang.office.accounts.errors import NameTaken, ReasonNeeded
from taizhang.office.accounts.forms import AccountForm, PersonForm, RoleForm
from taizhang.office.accounts.services import entry
from taizhang.office.accounts.services.passwords import reset_password
from taizhang.office.parts.workbook import as_attachment, mark_of, marked_workbook

PAGE = 50


def accounts(request: OfficeRequest) -> HttpResponse:
    """The list of accounts."""
    text, state = request.GET.get("q", "").strip()[:40], request.GET.get("state", "")
    page = Paginator(selectors.accounts(text, state), PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/accounts.html", {
        "page": page, "table": presenting.accounts_table(page, selectors.locked_out()),
        "filters": presenting.accounts_filters(text, state), "may_edit": request.actor.may("account.edit"),
    })  # fmt: skip


def account(request: OfficeRequest, user_id: int) -> HttpResponse:
    """One account, with what whoever looks may do about it."""
    return _account_page(request, user_id)


def account_new(request: OfficeRequest) -> HttpResponse:
    """The form of a new account; sent in, the account with its one-time password, shown this once."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, once = services.open_account(actor=request.actor, **form.cleaned_data)
        except NameTaken as error:
            form.add_error("username", str(error.message))
        else:
            return render(request, "accounts/one_time.html", {"account": user, "once": once})
    return render(request, "accounts/account_new.html", {"form": form}, status=422 if form.errors else 200)


def account_save(request: OfficeRequest, user_id: int) -> HttpResponse:
    """Correct who it belongs to."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _account_page(request, user_id, person_form=form)
    services.change_account(actor=request.actor, user_id=user_id, **form.cleaned_data)
    return redirect("account", user_id)


def account_disable(request: OfficeRequest, user_id: int) -> HttpResponse:
    """Disable; every session ends at once."""
    services.disable_user(actor=request.actor, user_id=user_id, reason=request.POST.get("reason", "")[:500])
    messages.success(request, _("已停用，此人的登录已全部结束。"))
    return redirect("account", user_id)


def account_enable(request: OfficeRequest, user_id: int) -> HttpResponse:
    """Let in again."""
    services.enable_user(actor=request.actor, user_id=user_id, reason=request.POST.get("reason", "")[:500])
    return redirect("account", user_id)


def account_password(request: OfficeRequest, user_id: int) -> HttpResponse:
    """A one-time password, shown this once."""
    once = reset_password(actor=request.actor, user_id=user_id, reason=request.POST.get("reason", "")[:500])
    return render(request, "accounts/one_time.html", {"account": selectors.account_of(user_id), "once": once})


def account_unlock(request: OfficeRequest, user_id: int) -> HttpResponse:
    """End a lock-out."""
    entry.unlock(actor=request.actor, user_id=user_id, reason=request.POST.get("reason", "")[:500])
    messages.success(request, _("已解除锁定，可以立即登录。"))
    return redirect("account", user_id)


def account_factor(request: OfficeRequest, user_id: int) -> HttpResponse:
    """Forget lost second factors."""
    entry.reset_factor(actor=request.actor, user_id=user_id, reason=request.POST.get("reason", "")[:500])
    messages.success(request, _("已重置两步验证，此人下次登录时重新设置。"))
    return redirect("account", user_id)


def role_request(request: OfficeRequest, user_id: int) -> HttpResponse:
    """Ask that a person get a role."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _account_page(request, user_id, role_form=form)
    services.request_role(actor=request.actor, user_id=user_id, **form.wanted())
    messages.success(request, _("已提出，由另一名安全管理员或领导确认后生效。"))
    return redirect("account", user_id)


def _account_page(
    request: OfficeRequest, user_id: int, *, person_form: PersonForm | None = None, role_form: RoleForm | None = None
) -> HttpResponse:
    user, locked = selectors.account_of(user_id), selectors.locked_out()
    held = list(selectors.assignments_of(user_id))
    may = request.actor.may
    has_error = bool(person_form or role_form)
    return render(request, "accounts/account.html", {
        "account": user, "facts": presenting.account_facts(user, locked), "is_locked": user.username in locked,
        "table": presenting.held_table(held, selectors.area_names(one.area for one in held)),
        "held": [one for one in held if one.ended_at is None], "is_own": request.actor.user_id == user_id,
        "may_edit": may("account.edit"), "may_unlock": may("account.unlock"), "may_grant": may("role.grant"),
        "person_form": person_form or PersonForm(initial={"display_name": user.display_name, "unit": user.unit, "phone": user.phone}),
        "role_form": (role_form or RoleForm()) if may("role.grant") else None,
    }, status=422 if has_error else 200)  # fmt: skip


def roles(request: OfficeRequest) -> HttpResponse:
    """Who holds what where, those that end first in front."""
    role, soon = request.GET.get("role", ""), request.GET.get("soon") == "1"
    page = Paginator(selectors.assignments(role, soon=soon), PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/roles.html", {
        "page": page, "table": presenting.roles_table(page, selectors.area_names(one.area for one in page)),
        "filters": presenting.roles_filters(role, soon=soon),
    })  # fmt: skip


def role_end(request: OfficeRequest, assignment_id: int) -> HttpResponse:
    """Take a role back."""
    services.end_assignment(
        actor=request.actor, assignment_id=assignment_id, reason=request.POST.get("reason", "")[:500]
    )
    messages.success(request, _("已收回，此人的登录已全部结束。"))
    return redirect("roles")


def role_requests(request: OfficeRequest) -> HttpResponse:
    """Roles that wait for a second person."""
    waiting = list(selectors.open_requests())
    names = selectors.area_names(one.area for one in waiting)
    return render(request, "accounts/role_requests.html", {
        "waiting": [
            (one, presenting.request_facts(one, names), request.actor.user_id not in (one.asked_by_id, one.user_id))
            for one in waiting
        ],
    })  # fmt: skip


def role_decide(request: OfficeRequest, request_id: int) -> HttpResponse:
    """Confirm or refuse."""
    accept = request.POST.get("verdict") == "accept"
    services.decide_role(
        actor=request.actor, request_id=request_id, accept=accept, reason=request.POST.get("reason", "")[:500]
    )
    messages.success(request, _("已确认，授权生效。") if accept else _("已退回。"))
    return redirect("role_requests")


def access_review(request: OfficeRequest) -> HttpResponse:
    """Who may be what, where."""
    powers = selectors.access_review()
    page = Paginator(powers, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "table": presenting.review_table(page), "count": len(powers)}
    return render(request, "accounts/access_review.html", context)


def access_review_export(request: OfficeRequest) -> HttpResponse:
    """The same as a workbook, to be checked and signed."""
    reason = request.POST.get("reason", "").strip()[:500]
    if not reason:
        raise ReasonNeeded("reason")
    powers = selectors.access_review()
    with transaction.atomic():
        ledger.record(request.actor, "access.exported", "access", "review", reason=reason, count=len(powers))
    mark = mark_of(settings.INSTALLATION.county.name, request.actor.name, len(powers), _("仅供权限核查，不得外传"))
    rows = (presenting.review_values(one) for one in powers)
    content = marked_workbook(_("权限核查"), [str(one) for one in presenting.REVIEW_HEAD], rows, mark)
    return as_attachment(content, "access-review.xlsx")
