"""The Django application of this subject."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """后台任务"""

    name = "taizhang.office.jobs"
    label = "jobs"
