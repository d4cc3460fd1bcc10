"""The Django application of this subject."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """流水"""

    name = "taizhang.office.ledger"
    label = "ledger"
