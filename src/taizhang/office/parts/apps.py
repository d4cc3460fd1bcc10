"""The Django application of this subject."""

from django.apps import AppConfig


class PartsConfig(AppConfig):
    """页面部件"""

    name = "taizhang.office.parts"
    label = "parts"
