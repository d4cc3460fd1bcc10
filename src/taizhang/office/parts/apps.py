"""The Django application of this subject, and its check at start: the browser files must have been built."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 -- Django's name for this level

from taizhang.office.parts.assets import are_built


class PartsConfig(AppConfig):
    """页面部件"""

    name = "taizhang.office.parts"
    label = "parts"

    def ready(self) -> None:
        """Register the check."""
        register(browser_files_are_built)


def browser_files_are_built(**_: Any) -> list[CheckMessage]:
    """A warning where `make web` has not run: pages work without it, but bare."""
    if are_built():
        return []
    return [Warning("浏览器文件未构建，页面将没有样式。", hint="请运行 make web。", id="parts.W001")]
