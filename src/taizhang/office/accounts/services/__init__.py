"""Changes of accounts and assignments."""

from taizhang.office.accounts.services.accounts import (
    change_account,
    create_user,
    disable_user,
    enable_user,
    open_account,
)
from taizhang.office.accounts.services.roles import assign_role, decide_role, end_assignment, request_role
from taizhang.office.accounts.services.sessions import end_sessions

__all__ = [
    "assign_role", "change_account", "create_user", "decide_role", "disable_user", "enable_user", "end_assignment",
    "end_sessions", "open_account", "request_role",
]  # fmt: skip
