"""`taizhang intake`, `taizhang sweep` and `taizhang show`: from a folder of ledgers to explained findings."""

import time
from datetime import datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from taizhang.cli import console, options
from taizhang.cli.console import Bars, out, own
from taizhang.cli.disk import writing
from taizhang.cli.divisions import tell_of_divisions
from taizhang.cli.proposing import propose_what_lies
from taizhang.intake.county import County, load_county
from taizhang.intake.delivery import Delivery, Lake
from taizhang.intake.delivery.places import OUTSIDE, PLACE_DOUBT
from taizhang.intake.pipeline import TakenIn, take_in
from taizhang.languages import spoken
from taizhang.office.installation import installation_of
from taizhang.report.finding import describe_finding
from taizhang.report.write import Reports, write_reports
from taizhang.sweep import SweepResult
from taizhang.sweep import sweep as run_sweep
from taizhang.sweep.engines import ENGINES
from taizhang.sweep.history import latest_sweep

INCOMPLETE = 3


@click.command()
@options.county_file
@options.jobs
@options.as_of
def intake(county: Path, jobs: int, as_of: datetime | None) -> int:
    """接收报送：读取各来源文件夹中的表格，写成不可改动的报送；有办公系统的县交给它。 Take in new deliveries."""
    place = installation_of(county)
    if place.is_set_up:
        if as_of is not None:
            raise click.BadParameter(
                own("本县有办公系统：文件夹里的报送都交给它，不能按日期挑选"), param_hint="--as-of"
            )
        return INCOMPLETE if propose_what_lies(place) else 0
    book = place.county
    with Bars() as bars:
        taken = take_in(book, progress=bars, jobs=jobs, until=options.day(as_of))
    print_intake(taken)
    tell_of_divisions(book)
    return INCOMPLETE if taken.problems else 0


@click.command()
@options.county_file
@options.jobs
@options.as_of
@click.option("--no-intake", is_flag=True, help="不接收新报送，只排查已接收的 / sweep what was taken in before")
@click.option("--no-returned", is_flag=True, help="不生成各来源的批注工作簿 / do not write the annotated workbooks")
@click.option("--engine", type=click.Choice(ENGINES), default="duckdb", show_default=True, help="计算引擎 / engine")
@click.option("--master", metavar="地址", help="Spark 的运行位置，如 local[4]、spark://主机:7077 / where Spark runs")
@click.option(
    "--reveal",
    metavar="理由",
    help="在 findings.jsonl 中写出完整证件号码，并记录此理由 / write full numbers, with a recorded reason",
)
def sweep(
    county: Path,
    jobs: int,
    as_of: datetime | None,
    *,
    no_intake: bool,
    no_returned: bool,
    engine: str,
    master: str | None,
    reveal: str | None,
) -> int:
    """排查：接收报送、比对各台账、运行规则，写出问题清单、报告和批注工作簿。 Check every ledger."""
    place = installation_of(county)
    book = place.county
    if place.is_set_up and not no_intake:
        out.print(own("本县有办公系统：文件夹里的新文件由它接收，这次只排查已接收的；结果随它的下一次排查导入。"))
        no_intake = True
    started = time.perf_counter()
    with writing(book.data), Lake(book.data).held(), Bars() as bars:
        taken = None if no_intake else take_in(book, progress=bars, jobs=jobs, until=options.day(as_of))
        result = run_sweep(
            book, as_of=options.day(as_of), progress=bars, engine=engine, master=master, reveal_reason=reveal
        )
        reports = write_reports(book, result.folder, progress=bars, returned=not no_returned, jobs=jobs)
    if taken is not None:
        print_intake(taken)
    incomplete = print_sweep(book, result, reports, time.perf_counter() - started, taken)
    tell_of_divisions(book)
    return INCOMPLETE if incomplete else 0


def print_intake(taken: TakenIn) -> None:
    """Say what was delivered and what was refused."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("来源", "数据日期", "文件", "记录", "未采用行", ""):
        table.add_column(own(heading), justify="right" if heading in {"文件", "记录", "未采用行"} else "left")
    for delivery in taken.deliveries:
        table.add_row(
            delivery.source,
            delivery.as_of.isoformat(),
            f"{delivery.files:,}",
            f"{delivery.rows:,}",
            f"{delivery.quarantined:,}",
            own("新" if delivery.is_new else "已接收过"),
        )
    out.print(table)
    empty = _without_data(taken)
    if empty:
        more = " " + own(f"等 {len(empty)} 处") if len(empty) > console.PLACES else ""
        out.print(own(f"没有数据的文件：{'、'.join(empty[: console.PLACES])}") + more)
    _print_places(taken)
    console.errors(taken.problems)


def _print_places(taken: TakenIn) -> None:
    """Say of new deliveries how many sheets got their town or village from outside their rows, and which could not."""
    files = [
        file for delivery in taken.deliveries if delivery.is_new for file in Delivery(delivery.folder).manifest["files"]
    ]
    placed = sum(not set(OUTSIDE).isdisjoint(sheet["told"].values()) for file in files for sheet in file["sheets"])
    if placed:
        out.print(own(f"有 {placed} 张表没有镇、村列，已取自表名、标题、文件名或文件夹。"))
    doubts = [
        f"{file['name']}《{event['sheet']}》（{event['facts']['names']}）"
        for file in files
        for event in file["events"]
        if event["code"] == PLACE_DOUBT
    ]
    if doubts:
        more = " " + own(f"等 {len(doubts)} 处") if len(doubts) > console.PLACES else ""
        named = "；".join(doubts[: console.PLACES]) + more
        out.print(own(f"表名、标题、文件名说的镇、村不止一处或互相矛盾，没有采用：{named}"))
        out.print(own("  请报送单位更正表名或标题，或在表中加上“镇”“村”两列。"))


def _without_data(taken: TakenIn) -> list[str]:
    """New files that were read and gave not one row: an empty workbook, a page of text, a cover."""
    return [
        file["name"]
        for delivery in taken.deliveries
        if delivery.is_new
        for file in Delivery(delivery.folder).manifest["files"]
        if file["status"] == "taken"
        and not any(sheet["counts"]["kept"] or sheet["status"] == "waiting" for sheet in file["sheets"])
    ]


def print_sweep(
    book: County, result: SweepResult, reports: Reports, seconds: float, taken: TakenIn | None = None
) -> list[str]:
    """The figures of a sweep and where to look on; gives the titles of the sources that are not complete.

    A source is incomplete when the sweep says so (never delivered, held) or this run could not take it whole.
    """
    out.print()
    name = escape(book.name)
    out.print(own(f"[bold]{name} · 第 {result.sweep_id} 次排查[/]  用时 {seconds:.1f} 秒"), markup=True)
    counts = result.counts
    said = own(
        f"记录 {counts['records']:,} · 人 {counts['persons']:,} · 户 {counts['households']:,} · 待处理问题 [bold]{counts['open']:,}[/]"
        f"（新增 {counts['new']:,}，仍存在 {counts['persisting']:,}，重现 {counts['reopened']:,}，已消除 {counts['gone']:,}）"
    )
    out.print(said, markup=True)
    if counts["out_of_rule"]:
        out.print(own(f"另有 {counts['out_of_rule']:,} 个问题因规则已停用或台账不再有这一列而终止，不算消除。"))
    if counts["superseded"]:
        out.print(own(f"另有 {counts['superseded']:,} 个问题仍未改正，但已改由另一个问题说明，并入其中。"))
    if counts["source_left"]:
        out.print(
            own(
                f"另有 {counts['source_left']:,} 个问题所在的台账已不在 county.toml 中，不再判断，不算消除；把台账写回去，问题会带着原来的经过重新打开。"
            )
        )
    not_taken = {book.source(source).title for source in taken.incomplete} if taken is not None else set()
    incomplete = [one.title for one in book.sources if one.title in not_taken | set(result.incomplete_sources)]
    for source in incomplete:
        told = own(f"[yellow]![/] 来源“{escape(source)}”不完整：见报告“来源与报送”。该来源的问题本次不消除。")
        out.print(told, markup=True)
    for name, path in (
        ("报告", reports.page),
        ("问题清单", reports.county_list),
        ("批注工作簿", reports.returned_folder),
    ):
        if path is not None:
            out.print(f"{own(name)}：{path}")
    return incomplete


@click.command()
@options.county_file
@click.argument("finding", metavar="问题编号")
def show(county: Path, finding: str) -> int:
    """显示一个问题：各台账怎么写、差在哪里、可能哪一本错。 Show one finding (numbers masked)."""
    book = load_county(county)
    out.print(describe_finding(book, latest_sweep(book), finding, spoken()))
    return 0
