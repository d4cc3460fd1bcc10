"""The Django application of this subject."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """来源与报送"""

    name = "taizhang.office.sources"
    label = "sources"
