"""The Django application of this subject."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """账号"""

    name = "taizhang.office.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Begin to write logins into the ledger."""
        from taizhang.office.accounts.recording import listen

        listen()
