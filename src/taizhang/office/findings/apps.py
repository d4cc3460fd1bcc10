"""The Django application of this subject."""

from django.apps import AppConfig


class FindingsConfig(AppConfig):
    """问题"""

    name = "taizhang.office.findings"
    label = "findings"
