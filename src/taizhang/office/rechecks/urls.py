"""Addresses of rechecks."""

from django.urls import path

from taizhang.office.rechecks import views

urlpatterns = [
    path("rechecks/", views.rechecks, name="rechecks"),
    path("rechecks/rows", views.recheck_rows, name="recheck_rows"),
    path("rechecks/export", views.rechecks_export, name="rechecks_export"),
    path("rechecks/rows/export", views.recheck_rows_export, name="recheck_rows_export"),
    path("rechecks/draw", views.recheck_draw, name="recheck_draw"),
    path("rechecks/rounds/<int:round_id>/", views.recheck_round, name="recheck_round"),
    path("rechecks/rounds/<int:round_id>/export", views.recheck_round_export, name="recheck_round_export"),
    path("rechecks/<int:recheck_id>/", views.recheck, name="recheck"),
    path("rechecks/<int:recheck_id>/decide", views.recheck_decide, name="recheck_decide"),
]
