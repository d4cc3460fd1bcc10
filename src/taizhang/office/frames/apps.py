"""The Django application of this subject."""

from django.apps import AppConfig


class FramesConfig(AppConfig):
    """工作框架"""

    name = "taizhang.office.frames"
    label = "frames"

    def ready(self) -> None:
        """Say which rules stand behind a cell, so that the list of findings can be narrowed to one."""
        from taizhang.office.findings.selectors.bundles import bundles_from
        from taizhang.office.frames.selectors import bundle_of_cell

        bundles_from(bundle_of_cell)
