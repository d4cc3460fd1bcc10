"""`taizhang map`: the layouts that wait for a person, and what the person decided."""

from pathlib import Path

import click
from rich.markup import escape

from taizhang.cli import console, options
from taizhang.cli.console import out, own
from taizhang.intake.county import load_county
from taizhang.intake.mapping import MappingFile, MappingFileError

STILL_WAITING = 3


@click.command("map")
@options.county_file
def map_sheets(county: Path) -> int:
    """列对应：列出等待确认表头的版式，检查已改好的对应表。 Layouts that wait for a decision."""
    folder = load_county(county).data / "mappings"
    waiting = 0
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    for path in files:
        try:
            mapping = MappingFile.load(path)
        except MappingFileError as fault:
            console.error(fault)
            waiting += 1
            continue
        name = mapping.origin or mapping.fingerprint[:12]
        if mapping.confirmed_by is not None:
            who = escape(str(mapping.confirmed_by))
            out.print(own(f"[green]✓[/] {escape(name)}：{who} 已确认，下次接收报送时采用。"), markup=True)
            continue
        waiting += 1
        unsure = sum(field is None for field in mapping.columns.values())
        told = own(f"[yellow]?[/] {escape(name)}：{len(mapping.columns)} 列，其中 {unsure} 列未对应。")
        out.print(told, markup=True)
        out.print(own(f"  编辑 {path}，在“确认”后写上姓名，再运行 taizhang sweep。"))
    if not files:
        out.print(own("没有等待确认的版式。"))
    return STILL_WAITING if waiting else 0
