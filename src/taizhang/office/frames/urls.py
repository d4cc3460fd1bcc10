"""Addresses of frames."""

from django.urls import path

from taizhang.office.frames import views

urlpatterns = [
    path("frames/", views.frames, name="frames"),
    path("frames/new", views.frame_new, name="frame_new"),
    path("frames/<int:frame_id>/", views.frame, name="frame"),
    path("frames/<int:frame_id>/edit", views.frame_edit, name="frame_edit"),
    path("frames/<int:frame_id>/save", views.frame_save, name="frame_save"),
    path("frames/<int:frame_id>/import", views.frame_import, name="frame_import"),
    path("frames/<int:frame_id>/table", views.frame_export, name="frame_export"),
    path("frames/<int:frame_id>/cells/<int:cell_id>/", views.frame_cell, name="frame_cell"),
    path("frames/<int:frame_id>/cells/<int:cell_id>/tick", views.frame_tick, name="frame_tick"),
]
