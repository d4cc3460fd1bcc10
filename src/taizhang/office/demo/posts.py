"""Who works in a demo, and the passwords of its accounts, kept beside the county and never in the code."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from taizhang.office.access.roles import Role

PASSWORDS = "accounts.json"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for one another."""


@dataclass(frozen=True)
class Post:
    """An account to be: its login name, its role, and at which level of the county it works (6, 9 or 12 digits)."""

    username: str
    role: Role
    title: str
    level: int = 6


POSTS = (
    Post("operator", Role.CENTRE_OPERATOR, "操作员"),
    Post("reviewer", Role.CENTRE_REVIEWER, "审核员"),
    Post("town", Role.TOWN_DATA_LEAD, "业务骨干", 9),
    Post("village", Role.VILLAGE_TEAM, "工作队", 12),
    Post("helper", Role.HELPER, "帮扶责任人", 12),
    Post("liaison", Role.DEPARTMENT_LIAISON, "公安局联络员"),
    Post("labour", Role.LABOUR_OFFICER, "就业组"),
    Post("transport", Role.TRANSPORT_OFFICER, "交通局"),
    Post("enterprise", Role.ENTERPRISE_OFFICER, "企业服务"),
    Post("industry", Role.INDUSTRY_OFFICER, "产业组"),
    Post("leader", Role.LEADER, "分管领导"),
    Post("sysadmin", Role.SYSTEM_ADMIN, "系统管理员"),
    Post("secadmin", Role.SECURITY_ADMIN, "安全管理员"),
    Post("auditadmin", Role.AUDIT_ADMIN, "审计管理员"),
)


def passwords_of(folder: Path) -> dict[str, str]:
    """Login name → password, as the demo's folder keeps them; empty before there are any."""
    try:
        kept: dict[str, str] = json.loads((folder / PASSWORDS).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return kept


def passwords_for_all(folder: Path) -> dict[str, str]:
    """As `passwords_of`, after new ones were written for whoever had none: no account comes to be before its password."""
    kept = passwords_of(folder)
    missing = [post.username for post in POSTS if post.username not in kept]
    if missing:
        kept |= {name: _new_password() for name in missing}
        handle = os.open(folder / PASSWORDS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1)
    return kept


def _new_password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
