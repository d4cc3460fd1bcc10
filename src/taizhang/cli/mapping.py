"""`taizhang map`: the layouts that wait for a person, and what the person decided."""

from pathlib import Path

import click

from taizhang.cli import console, options
from taizhang.cli.console import out
from taizhang.intake.county import County, load_county
from taizhang.intake.mapping import LayoutMemory, MappingFile, MappingFileError

STILL_WAITING = 3


@click.command("map")
@options.county_file
def map_sheets(county: Path) -> int:
    """列对应：列出等待确认表头的版式，采用已确认的对应表。 Layouts that wait for a decision."""
    book = load_county(county)
    waiting, adopted, broken = adopt_confirmed(book)
    for mapping in adopted:
        out.print(
            f"[green]✓[/] 已采用：{mapping.origin or mapping.fingerprint[:12]}（{mapping.confirmed_by} 确认）。下次接收报送时生效。"
        )
    for fault in broken:
        console.error(fault)
    for path, mapping in waiting:
        unsure = sum(field is None for field in mapping.columns.values())
        out.print(
            f"[yellow]?[/] 等待确认：{mapping.origin or mapping.fingerprint[:12]}，{len(mapping.columns)} 列，其中 {unsure} 列未对应"
        )
        out.print(f"  编辑 {path}，在“确认”后写上姓名，再运行 taizhang map")
    if not (waiting or adopted or broken):
        out.print("没有等待确认的版式。")
    return STILL_WAITING if waiting or broken else 0


def adopt_confirmed(book: County) -> tuple[list[tuple[Path, MappingFile]], list[MappingFile], list[MappingFileError]]:
    """Move confirmed proposals of ``<data>/mappings`` into the memory: (still waiting, adopted, not usable)."""
    memory = LayoutMemory(book.data / "layouts")
    waiting: list[tuple[Path, MappingFile]] = []
    adopted: list[MappingFile] = []
    broken: list[MappingFileError] = []
    folder = book.data / "mappings"
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            mapping = MappingFile.load(path)
        except MappingFileError as fault:
            broken.append(fault)
            continue
        if mapping.confirmed_by is None:
            waiting.append((path, mapping))
            continue
        memory.remember(mapping)
        path.unlink()
        adopted.append(mapping)
    return waiting, adopted, broken
