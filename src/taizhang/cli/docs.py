"""`taizhang docs` writes the generated references anew; tests compare them with what the program says."""

from pathlib import Path

import click

from taizhang.cli.console import out
from taizhang.cli.diagnoses import diagnoses_reference
from taizhang.cli.permissions import permissions_reference
from taizhang.cli.reference import commands_reference, errors_reference
from taizhang.sweep.rules import service

COMMANDS, DIAGNOSES, ERRORS, PERMISSIONS, RULES = (
    "commands.md", "diagnoses.md", "errors.md", "permissions.md", "rules.md",
)  # fmt: skip


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("docs"))
def docs(folder: Path) -> int:
    """重新生成参考文档：命令、诊断、错误代码、权限、规则目录。 Write the generated references."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in generated_documents().items():
        (folder / name).write_text(text, encoding="utf-8")
        out.print(f"{folder / name}")
    return 0


def generated_documents() -> dict[str, str]:
    """File name under docs/ to its text."""
    return {
        COMMANDS: commands_reference(),
        DIAGNOSES: diagnoses_reference(),
        ERRORS: errors_reference(),
        PERMISSIONS: permissions_reference(),
        RULES: service.catalogue(),
    }
