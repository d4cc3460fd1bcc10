"""Pages of the system administrator (accounts) and the security administrator (roles, lock-outs, second factors)."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.accounts import presenting, selectors, services
from taizhang.office.accounts.errors import NameTaken
from taizhang.office.accounts.forms import AccountForm, PersonForm, RoleForm
from taizhang.office.accounts.models import Assignment
from taizhang.office.accounts.services import entry
from taizhang.office.accounts.services.passwords import reset_password
from taizhang.office.exporting import export_offered, exported
from taizhang.office.parts.listing import INTERNAL, Listing
from taizhang.office.parts.model import Table


def accounts(request: OfficeRequest) -> HttpResponse:
    """The list of accounts."""
    listed = _accounts(request)
    page = listed.page(request.GET.get("page"))
    return render(request, "accounts/accounts.html", {
        "page": page, "table": listed.table(page), "filters": presenting.accounts_filters(listed.narrowed["q"], listed.narrowed["state"]),
        "may_edit": request.actor.may("account.edit"), "export": export_offered(request, [listed]),
    })  # fmt: skip


def _accounts(request: OfficeRequest) -> Listing:
    text, state = request.GET.get("q", "").strip()[:40], request.GET.get("state", "")[:20]
    locked = selectors.locked_out()
    return Listing(
        _("账号"), selectors.accounts(text, state), lambda users: presenting.accounts_table(users, locked),
        {"q": text, "state": state}, INTERNAL,
    )  # fmt: skip


def accounts_export(request: OfficeRequest) -> FileResponse:
    """The accounts as a workbook."""
    return exported(request, [_accounts(request)])


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
    listed = _roles(request)
    page = listed.page(request.GET.get("page"))
    return render(request, "accounts/roles.html", {
        "page": page, "table": listed.table(page), "export": export_offered(request, [listed]),
        "filters": presenting.roles_filters(listed.narrowed["role"], soon=bool(listed.narrowed["soon"])),
    })  # fmt: skip


def _roles(request: OfficeRequest) -> Listing:
    role, soon = request.GET.get("role", "")[:40], request.GET.get("soon") == "1"

    def table(held: Iterable[Assignment]) -> Table:
        rows = list(held)
        return presenting.roles_table(rows, selectors.area_names(one.area for one in rows))

    return Listing(
        _("授权"), selectors.assignments(role, soon=soon), table, {"role": role, "soon": "1" if soon else ""}, INTERNAL
    )


def roles_export(request: OfficeRequest) -> FileResponse:
    """The roles as a workbook."""
    return exported(request, [_roles(request)])


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
    listed = _powers()
    page = listed.page(request.GET.get("page"))
    return render(request, "accounts/access_review.html", {
        "page": page, "table": presenting.review_table(page), "count": listed.count, "export": export_offered(request, [listed]),
    })  # fmt: skip


def _powers() -> Listing:
    """Who may be what, where, for its workbook: to be checked and signed."""
    return Listing(
        _("权限核查"), selectors.access_review(), presenting.exported_review_table, note=_("仅供权限核查，不得外传")
    )


def access_review_export(request: OfficeRequest) -> FileResponse:
    """The same as a workbook."""
    return exported(request, [_powers()], verb="access.exported", subject=("access", "review"))
