"""Addresses of the calendar of deliveries."""

from django.urls import path

from taizhang.office.duedates import views

urlpatterns = [
    path("deliveries/calendar/", views.delivery_calendar, name="delivery_calendar"),
    path("deliveries/calendar/export", views.delivery_calendar_export, name="delivery_calendar_export"),
    path("deliveries/terms", views.term_save, name="delivery_term_save"),
    path("deliveries/terms/<int:term_id>/end", views.term_end, name="delivery_term_end"),
]
