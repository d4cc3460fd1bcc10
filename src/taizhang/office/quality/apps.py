"""The Django application of this subject."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """质量"""

    name = "taizhang.office.quality"
    label = "quality"
