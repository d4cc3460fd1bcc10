"""The Django application of this subject."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """派发与整改"""

    name = "taizhang.office.casework"
    label = "casework"
