"""The Django application of this subject."""

from django.apps import AppConfig


class CryptoConfig(AppConfig):
    """密码"""

    name = "taizhang.office.crypto"
    label = "crypto"
