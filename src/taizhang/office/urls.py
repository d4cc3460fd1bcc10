"""Every address of the office. Each name has its row in access/permissions.toml."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from taizhang.office.desk import views as desk

urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk.home, name="home"),
    path("health", desk.health, name="health"),
    path("language", set_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
]
