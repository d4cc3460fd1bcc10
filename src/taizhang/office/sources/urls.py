"""Addresses of sources and deliveries."""

from django.urls import path

from taizhang.office.sources import views
from taizhang.office.sources.views import deliveries, uploading

urlpatterns = [
    path("sources/", views.sources, name="sources"),
    path("sources/upload", uploading.upload, name="upload"),
    path("sources/uploads/", uploading.upload_begin, name="upload_begin"),
    path("sources/uploads/<str:token>/", uploading.upload_part, name="upload_part"),
    path("sources/uploads/<str:token>/finish/", uploading.upload_finish, name="upload_finish"),
    path("sources/sweep", views.sweep_now, name="sweep_now"),
    path("sources/sent/<int:submission_id>/", views.submission, name="submission"),
    path("sources/sent/<int:submission_id>/accept", views.submission_accept, name="submission_accept"),
    path("sources/sent/<int:submission_id>/reject", views.submission_reject, name="submission_reject"),
    path("sources/of/<str:source_id>/", deliveries.source, name="source"),
    path("sources/of/<str:source_id>/<str:name>/", deliveries.delivery, name="delivery"),
    path("sources/of/<str:source_id>/<str:name>/release", deliveries.delivery_release, name="delivery_release"),
    path("sources/of/<str:source_id>/<str:name>/export", deliveries.delivery_export, name="delivery_export"),
    path("sources/question/<str:fingerprint>/", views.question, name="question"),
]
