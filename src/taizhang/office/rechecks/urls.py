"""Addresses of rechecks."""

from django.urls import path

from taizhang.office.rechecks import views

urlpatterns = [
    path("rechecks/", views.rechecks, name="rechecks"),
    path("rechecks/rows", views.recheck_rows, name="recheck_rows"),
    path("rechecks/draw", views.recheck_draw, name="recheck_draw"),
    path("rechecks/rounds/<int:round_id>/", views.recheck_round, name="recheck_round"),
    path("rechecks/<int:recheck_id>/", views.recheck, name="recheck"),
    path("rechecks/<int:recheck_id>/decide", views.recheck_decide, name="recheck_decide"),
]
