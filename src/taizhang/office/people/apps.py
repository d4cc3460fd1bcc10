"""The Django application of this subject."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """人员"""

    name = "taizhang.office.people"
    label = "people"
