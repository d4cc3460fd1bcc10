"""Addresses of sources and deliveries."""

from django.urls import path

from taizhang.office.sources import views
from taizhang.office.sources.views import asking, deliveries, folders, keeping, uploading

urlpatterns = [
    path("sources/", views.sources, name="sources"),
    path("sources/export", views.sources_export, name="sources_export"),
    path("sources/upload", uploading.upload, name="upload"),
    path("sources/uploads/", uploading.upload_begin, name="upload_begin"),
    path("sources/uploads/<str:token>/", uploading.upload_part, name="upload_part"),
    path("sources/uploads/<str:token>/finish/", uploading.upload_finish, name="upload_finish"),
    path("sources/sweep", views.sweep_now, name="sweep_now"),
    path("sources/sent/<int:submission_id>/", views.submission, name="submission"),
    path("sources/sent/<int:submission_id>/accept", views.submission_accept, name="submission_accept"),
    path("sources/sent/<int:submission_id>/reject", views.submission_reject, name="submission_reject"),
    path("sources/sent/<int:submission_id>/export", views.submission_export, name="submission_export"),
    path("sources/sent/<int:submission_id>/again", views.submission_again, name="submission_again"),
    path("sources/sent/<int:submission_id>/files/<int:number>/", keeping.kept_file, name="kept_file"),
    path("sources/sent/<int:submission_id>/remove", keeping.kept_remove, name="kept_remove"),
    path("sources/folders/look", folders.folders_look, name="folders_look"),
    path("sources/folders/<int:arrival_id>/", folders.arrival, name="arrival"),
    path("sources/folders/<int:arrival_id>/assign", folders.arrival_assign, name="arrival_assign"),
    path("sources/folders/<int:arrival_id>/aside", folders.arrival_aside, name="arrival_aside"),
    path("sources/of/<str:source_id>/", deliveries.source, name="source"),
    path("sources/of/<str:source_id>/export", deliveries.source_export, name="source_export"),
    path("sources/of/<str:source_id>/<str:name>/", deliveries.delivery, name="delivery"),
    path("sources/of/<str:source_id>/<str:name>/release", deliveries.delivery_release, name="delivery_release"),
    path("sources/of/<str:source_id>/<str:name>/export", deliveries.delivery_export, name="delivery_export"),
    path("sources/of/<str:source_id>/<str:name>/again", deliveries.delivery_again, name="delivery_again"),
    path("sources/of/<str:source_id>/<str:name>/files/<int:number>/", keeping.delivery_file, name="delivery_file"),
    path("sources/question/<str:fingerprint>/", asking.question, name="question"),
]
