"""`taizhang map`: the layouts that wait for a person, what the person decided, and columns that nobody reads."""

from pathlib import Path

import click
from rich.markup import escape

from taizhang.cli import console, options
from taizhang.cli.console import out, own
from taizhang.intake.county import County, load_county
from taizhang.intake.delivery import Lake
from taizhang.intake.mapping import MappingFile, MappingFileError
from taizhang.intake.unmapped import headerless_sheets, unknown_columns

STILL_WAITING = 3


@click.command("map")
@options.county_file
def map_sheets(county: Path) -> int:
    """列对应：列出等待确认表头的版式、没有认出表头的工作表和没有对应的列，检查已改好的对应表。 Layouts that wait for a decision."""
    book = load_county(county)
    waiting = _waiting_layouts(book) + _headerless(book)
    if not waiting:
        out.print(own("没有等待确认的版式。"))
    _unknown_columns(book)
    return STILL_WAITING if waiting else 0


def _waiting_layouts(book: County) -> int:
    """Say which layouts wait for an answer and which have one; gives how many wait."""
    waiting, lake = 0, Lake(book.data)
    for path in (*sorted(lake.mappings.glob("*.yaml")), *sorted(lake.extra.glob("*.yaml"))):
        try:
            mapping = MappingFile.load(path)
        except MappingFileError as fault:
            console.error(fault)
            waiting += 1
            continue
        name = escape(mapping.origin or mapping.fingerprint[:12])
        if mapping.confirmed_by is not None:
            out.print(
                own(f"[green]✓[/] {name}：{escape(mapping.confirmed_by)} 已确认，下次接收报送时采用。"), markup=True
            )
        elif path.parent != lake.extra:
            waiting += 1
            unsure = sum(field is None for field in mapping.columns.values())
            out.print(own(f"[yellow]?[/] {name}：{len(mapping.columns)} 列，其中 {unsure} 列未对应。"), markup=True)
            out.print(own(f"  编辑 {path}，在“确认”后写上姓名，再运行 taizhang sweep。"))
    return waiting


def _headerless(book: County) -> int:
    """Say in which sheets no header was found; gives how many."""
    found = headerless_sheets(book.data, [source.id for source in book.sources])
    for sheet in found:
        where = escape(f"{sheet.file}《{sheet.sheet}》")
        out.print(own(f"[yellow]?[/] {where}：{sheet.rows} 行，没有找到认识的表头，未采用。"), markup=True)
    if found:
        out.print(
            own(
                "  是数据的：请报送单位保留一行完整的表头（要有姓名、身份证号码，或户编号、户主姓名），重新报送；不是数据的不用处理。"
            )
        )
    return len(found)


def _unknown_columns(book: County) -> None:
    """Say which columns are kept under their own header, and where to say what they are."""
    for layout in unknown_columns(book.data, [source.id for source in book.sources]):
        where = f"{layout.file}《{layout.sheet}》"
        more = own(f"等 {layout.sheets} 张表") if layout.sheets > 1 else ""
        columns = "、".join(f"{letter} {header}" for letter, header in layout.columns)
        out.print(own(f"· {where}{more}：{len(layout.columns)} 列没有对应，内容已原样保留：{columns}"))
        out.print(
            own(
                f"  要排查其中的列：编辑 {layout.mapping}，把“忽略”改成字段，在“确认”后写上姓名，再运行 taizhang sweep；不需要的不用处理。"
            )
        )
