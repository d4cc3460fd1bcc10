"""The Django application of this subject."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """行政区划"""

    name = "taizhang.office.places"
    label = "places"
