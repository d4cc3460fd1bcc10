"""Addresses of the ledger."""

from django.urls import path

from taizhang.office.ledger import views

urlpatterns = [
    path("ledger/", views.ledger, name="ledger"),
    path("ledger/check", views.ledger_check, name="ledger_check"),
    path("ledger/export", views.ledger_export, name="ledger_export"),
    path("ledger/logins/", views.logins, name="logins"),
    path("ledger/logins/export", views.logins_export, name="logins_export"),
]
