"""`taizhang rules`: list, explain, check and test the rule packs."""

from pathlib import Path

import click
from rich.table import Table

from taizhang.cli import console
from taizhang.cli.console import err, out, own
from taizhang.intake.county import load_county
from taizhang.languages import Language, spoken
from taizhang.sweep.rules import service
from taizhang.sweep.rules.model import SEVERITY_WORDS

FAULTS_FOUND = 1


@click.group()
def rules() -> None:
    """规则包：列出、解释、检查、试运行。 Rule packs: list, explain, check, test."""


@rules.command("list")
@click.option("--group", help="只列一类（A…Y）")
@click.option("--county", "county_path", type=click.Path(path_type=Path, dir_okay=False), help="连同本县自己的规则包")
def list_rules(group: str | None, county_path: Path | None) -> int:
    """列出规则。"""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("编号", "类", "程度", "名称", "责任人", "期限"):
        table.add_column(own(heading))
    for rule in service.list_rules(load_county(county_path) if county_path else None):
        if group is None or rule.group == group.upper():
            table.add_row(
                rule.id,
                rule.group,
                own(SEVERITY_WORDS[rule.severity]),
                rule.title.said_in(spoken()),
                rule.owner,
                str(rule.deadline_workdays or ""),
            )
    out.print(table)
    return 0


@rules.command()
@click.option("--county", "county_path", type=click.Path(path_type=Path, dir_okay=False), help="用本县的框架表")
def frames(county_path: Path | None) -> int:
    """列出框架表（一查一补两落实、七突出七对标七到位）的每一格及其规则。"""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("标签", "内容", "起", "止", "规则"):
        table.add_column(own(heading))
    for cell, named in service.list_cells(load_county(county_path) if county_path else None):
        table.add_row(
            cell.tag,
            cell.label or own("（本县未填）"),
            cell.begins or "",
            cell.ends or "",
            (", " if spoken() is Language.EN else "、").join(named),
        )
    out.print(table)
    return 0


@rules.command()
@click.argument("rule")
@click.option("--county", "county_path", type=click.Path(path_type=Path, dir_okay=False), help="用本县的参数")
def explain(rule: str, county_path: Path | None) -> int:
    """解释一条规则：含义、参数及其来源、依赖的指标、两种引擎的 SQL。"""
    out.print(service.explain(rule, load_county(county_path) if county_path else None, spoken()))
    return 0


@rules.command()
@click.argument("pack", type=click.Path(path_type=Path, dir_okay=False, exists=True), nargs=-1, required=True)
def check(pack: tuple[Path, ...]) -> int:
    """检查规则包能否载入：每处不合规都说明文件、规则、行号和改法。"""
    faults = [fault for path in pack for fault in service.check_pack(path)]
    for fault in faults:
        console.error(fault)
    if not faults:
        out.print(own(f"{len(pack)} 个规则包可以载入。"))
    return FAULTS_FOUND if faults else 0


@rules.command("test")
@click.argument("pack", type=click.Path(path_type=Path, dir_okay=False, exists=True), nargs=-1)
def test_packs(pack: tuple[Path, ...]) -> int:
    """运行规则包里的每个例子（不写文件名：随程序提供的全部规则包）。"""
    outcome = service.test_packs(pack)
    for failure in outcome.failures:
        err.print(own(str(failure)), markup=False)
    out.print(own(f"规则 {outcome.rules} 条，例子 {outcome.examples} 个，不符 {len(outcome.failures)} 个。"))
    return FAULTS_FOUND if outcome.failures else 0
