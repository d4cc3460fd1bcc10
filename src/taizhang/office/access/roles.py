"""The roles of a county, which of them one person must not combine, and what each may do.

What a role may do stands in permissions.toml; this module names the roles (domain/operations.md §1, glossary §15).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is to the county's ledgers."""

    CENTRE_OPERATOR = "centre_operator", _("县监测中心操作员")
    CENTRE_REVIEWER = "centre_reviewer", _("县监测中心审核员")
    TOWN_DATA_LEAD = "town_data_lead", _("镇(办)业务骨干")
    VILLAGE_TEAM = "village_team", _("第一书记/工作队")
    HELPER = "helper", _("帮扶责任人")
    DEPARTMENT_LIAISON = "department_liaison", _("部门联络员")
    LABOUR_OFFICER = "labour_officer", _("就业组")
    TRANSPORT_OFFICER = "transport_officer", _("交通")
    ENTERPRISE_OFFICER = "enterprise_officer", _("企业服务")
    INDUSTRY_OFFICER = "industry_officer", _("产业")
    LEADER = "leader", _("领导")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
CONFLICTS = frozenset({
    frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}),
    frozenset({Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN}),
    frozenset({Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}),
    frozenset({Role.CENTRE_OPERATOR, Role.CENTRE_REVIEWER}),
})  # fmt: skip
"""Pairs one account may not hold (GB/T 22239-2019 separates the three administrators; operations.md §1)."""


def conflicting(roles: frozenset[Role]) -> frozenset[frozenset[Role]]:
    """The pairs among these roles that exclude each other; an administrator excludes every role of the business."""
    found = {pair for pair in CONFLICTS if pair <= roles}
    found |= {frozenset({a, b}) for a in roles & ADMINISTRATORS for b in roles - ADMINISTRATORS}
    return frozenset(found)
