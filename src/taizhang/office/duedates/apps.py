"""The Django application of this subject."""

from django.apps import AppConfig


class DuedatesConfig(AppConfig):
    """报送日历"""

    name = "taizhang.office.duedates"
    label = "duedates"
