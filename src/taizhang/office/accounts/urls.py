"""Addresses of accounts and roles, and of the login library what the office uses of it."""

from allauth.account.urls import urlpatterns as library
from django.urls import include, path

from taizhang.office.accounts import views

LOGIN = frozenset({
    "account_login", "account_logout", "account_inactive", "account_reauthenticate", "account_change_password", "account_set_password",
})  # fmt: skip
"""Nobody signs up by themselves, no mail is sent and nobody's address is kept: the library's pages for those do not exist here."""

urlpatterns = [
    path("staff/", views.accounts, name="accounts"),
    path("staff/export", views.accounts_export, name="accounts_export"),
    path("staff/new", views.account_new, name="account_new"),
    path("staff/<int:user_id>/", views.account, name="account"),
    path("staff/<int:user_id>/save", views.account_save, name="account_save"),
    path("staff/<int:user_id>/disable", views.account_disable, name="account_disable"),
    path("staff/<int:user_id>/enable", views.account_enable, name="account_enable"),
    path("staff/<int:user_id>/password", views.account_password, name="account_password"),
    path("staff/<int:user_id>/unlock", views.account_unlock, name="account_unlock"),
    path("staff/<int:user_id>/factor", views.account_factor, name="account_factor"),
    path("staff/<int:user_id>/roles", views.role_request, name="role_request"),
    path("roles/", views.roles, name="roles"),
    path("roles/export", views.roles_export, name="roles_export"),
    path("roles/<int:assignment_id>/end", views.role_end, name="role_end"),
    path("roles/requests/", views.role_requests, name="role_requests"),
    path("roles/requests/<int:request_id>", views.role_decide, name="role_decide"),
    path("roles/review/", views.access_review, name="access_review"),
    path("roles/review/export", views.access_review_export, name="access_review_export"),
    path("accounts/", include([one for one in library if one.name in LOGIN])),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
