"""The Django application of this subject."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """工作台"""

    name = "taizhang.office.desk"
    label = "desk"
