"""The Django application of this subject."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """权限"""

    name = "taizhang.office.access"
    label = "access"
