"""The Django application of this subject."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """派发与整改"""

    name = "taizhang.office.casework"
    label = "casework"

    def ready(self) -> None:
        """Say which findings a helper sees, those of their own tasks, and which a liaison, those with an open question."""
        from taizhang.office.access.roles import Role
        from taizhang.office.casework.selectors import findings_asking, findings_in_hands_of
        from taizhang.office.findings.selectors.narrowing import narrow_for

        narrow_for(Role.HELPER, findings_in_hands_of)
        narrow_for(Role.DEPARTMENT_LIAISON, findings_asking)
