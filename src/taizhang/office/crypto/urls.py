"""Addresses of the keys."""

from django.urls import path

from taizhang.office.crypto import views

urlpatterns = [
    path("keys/", views.keys, name="keys"),
    path("keys/rotate", views.keys_rotate, name="keys_rotate"),
]
