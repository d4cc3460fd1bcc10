"""`taizhang divisions`: a list of the county's towns and villages out of its ledgers, proposed, read by somebody, accepted."""

from collections.abc import Iterable
from pathlib import Path

import click

from taizhang.cli import options
from taizhang.cli.console import PLACES, out, own
from taizhang.identity.divisions import Division, DivisionKind, Proposed
from taizhang.intake.county import County, load_county
from taizhang.intake.divisions import (
    accept_proposal,
    has_divisions,
    proposed_file,
    unknown_places,
    unlisted_villages,
    write_proposal,
)

RARE = 3
"""Rows up to which a place that nobody listed is pointed out."""


@click.command()
@options.county_file
@click.option(
    "--accept", is_flag=True, help="核对过建议表，采用它 / take the proposal, looked over, as the county's list"
)
def divisions(county: Path, *, accept: bool) -> int:
    """行政区划：按台账里的镇、村名称生成建议表；核对后加 --accept 采用。 Propose the list of towns and villages."""
    book = load_county(county)
    if accept:
        target, listed = accept_proposal(book)
        out.print(own(f"已采用 {target}：{_counted(listed, book)}。请再运行 taizhang sweep。"))
        return 0
    proposed = write_proposal(book)
    if all(one.kind is DivisionKind.COUNTY for one in proposed.divisions if one.code in proposed.new):
        proposed_file(book).unlink()
        if proposed.homeless:
            _tell_homeless(proposed)
            out.print(own("  没有要建议的：请把这些村补进行政区划表，或在台账中加上“镇”列。"))
        else:
            out.print(own("台账里的镇、村名称都在行政区划表中，没有要补的。"))
        return 0
    _told(proposed, book)
    return 0


def _told(proposed: Proposed, book: County) -> None:
    new = [one for one in proposed.divisions if one.code in proposed.new]
    made_up = sum(one.is_placeholder for one in new)
    out.print(own(f"建议表：{proposed_file(book)}"))
    out.print(own(f"其中新列出 {_counted(new, book)}；{made_up} 个没有代码，暂用占位代码（占位列为 1）。"))
    rare = [one.name for one in new if proposed.rows.get(one.code, 0) <= RARE and one.kind is not DivisionKind.COUNTY]
    if rare:
        out.print(own(f"行数很少、可能是写错的名称：{_some(rare)}"))
    if proposed.homeless:
        _tell_homeless(proposed)
    out.print(
        own(
            "  请用 Excel 或 WPS 打开核对：删去写错的名称（或写成正确名称的别名，用 | 分开），占位代码换成统计局公布的 12 位代码，"
        )
    )
    out.print(own("  保存后运行 taizhang divisions --accept 采用。采用以前不起作用。"))


def _tell_homeless(proposed: Proposed) -> None:
    out.print(own(f"没有写属于哪个镇、没有列入的村：{_some(list(proposed.homeless))}"))


def tell_of_divisions(book: County) -> None:
    """Say once, where the county has no list of its towns or ledgers name places that are not on it, what to do."""
    lines = []
    if not has_divisions(book):
        lines.append(own("[yellow]![/] 本县没有行政区划表 divisions.csv：问题都列在“未分镇村”，不能按镇、村分发。"))
    else:
        if unknown := unknown_places(book):
            lines.append(
                own(
                    f"[yellow]![/] 台账里有 {unknown} 个镇、村名称不在行政区划表中，或不能确定是哪一个，这些行不能按镇、村分发。"
                )
            )
        if unlisted := unlisted_villages(book):
            lines.append(
                own(f"[yellow]![/] 台账里有 {unlisted} 个村，行政区划表没有列所在镇的村，这些行只能按镇分发。")
            )
    if not lines:
        return
    for line in lines:
        out.print(line, markup=True)
    out.print(own("  运行 taizhang divisions 按台账生成建议表，核对后加 --accept 采用，再运行 taizhang sweep。"))


def _some(names: list[str]) -> str:
    return "、".join(names[: 3 * PLACES]) + ("…" if len(names) > 3 * PLACES else "")


def _counted(places: Iterable[Division], book: County) -> str:
    mine = [one for one in places if one.code.startswith(book.code)]
    villages = sum(one.kind is DivisionKind.VILLAGE for one in mine)
    return (
        f"{len(mine) - villages - sum(one.kind is DivisionKind.COUNTY for one in mine)} 个镇（街道）、{villages} 个村"
    )
