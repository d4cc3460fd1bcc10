"""A rule for passwords that length alone does not keep: a short piece written again and again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_DIFFERENT = 5


class NoRepetition:
    """Refuses passwords that repeat one piece (`passwordpassword`) or have fewer than five different characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        repeats = password in (password + password)[1:-1]
        if repeats or len(set(password)) < LEAST_DIFFERENT:
            raise ValidationError(_("密码是同一段的重复，太容易猜到。"), code="password_repeats")

    def get_help_text(self) -> str:
        """What is asked for."""
        return _("密码不能是同一段的重复。")
