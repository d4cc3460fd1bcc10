"""The Django application of this subject."""

from django.apps import AppConfig


class RechecksConfig(AppConfig):
    """回头看"""

    name = "taizhang.office.rechecks"
    label = "rechecks"
