"""The Django application of this subject."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """账号"""

    name = "taizhang.office.accounts"
    label = "accounts"
