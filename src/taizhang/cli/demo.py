"""`taizhang demo`: the sample county, its deliveries swept one after the other, and where to look."""

import time
from pathlib import Path

import click

from taizhang.cli.console import Bars, out
from taizhang.cli.disk import writing
from taizhang.cli.sample import MAKING, refuse_full_folder
from taizhang.cli.sweep import print_intake, print_sweep
from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.report.write import write_reports
from taizhang.sample import Score, make_county
from taizhang.sample import score as score_sweep
from taizhang.sweep import sweep as run_sweep
from taizhang.sweep.history import delivery_dates


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"))
@click.option("--persons", type=click.IntRange(50, 1_000_000), default=3000, show_default=True)
@click.option("--seed", type=int, default=20200219, show_default=True)
def demo(folder: Path, persons: int, seed: int) -> int:
    """演示：生成示例县（以2020年2月的洋县为样，人员全部虚构），逐次排查并显示结果。 Make, sweep and show the sample county."""
    county_file = folder / "county.toml"
    with Bars() as bars:
        if not county_file.exists():
            refuse_full_folder(folder)
            out.print(f"[bold]1 生成示例县[/]  {persons:,} 人，四种来源，三次报送（人员全部虚构）")
            bars.start(MAKING)
            make_county(folder, persons=persons, seed=seed, deliveries=3)
            bars.finish(MAKING)
        else:
            out.print(f"[bold]1 示例县已在[/] {folder}")
        book = load_county(county_file)
        out.print("[bold]2 接收报送[/]")
        taken = take_in(book, progress=bars)
    print_intake(taken)
    out.print("[bold]3 逐次排查[/]")
    for number, as_of in enumerate(delivery_dates(book), 1):
        started = time.perf_counter()
        last = number == len(delivery_dates(book))
        with writing(book.data), Bars() as bars:
            result = run_sweep(book, as_of=as_of, progress=bars)
            reports = write_reports(book, result.folder, progress=bars, returned=last)
        print_sweep(book, result, reports, time.perf_counter() - started)
    out.print()
    out.print("[bold]4 与真值比较[/]（示例县的差错是程序预先埋下的，可以打分）")
    print_score(score_sweep(result.folder, folder / "truth"))
    out.print(f"  每一类差错的分数：taizhang score {county_file}")
    out.print(f"\n下一步：用浏览器打开 {reports.page}")
    return 0


def print_score(compared: Score) -> None:
    """The totals of a score, in words."""
    total = compared.totals()
    shares = (
        ("发现", total.detected, total.planted),
        ("说对原因", total.named, total.planted),
        ("指对出错的台账", total.blamed, total.judged),
        ("首个建议值正确", total.repaired, total.suggested),
    )
    said = "，".join(f"{name} {right / whole:.1%}（{right}/{whole}）" for name, right, whole in shares if whole)
    out.print(f"  埋下差错 {total.planted} 处：{said}")
    out.print(f"  误报：每百万条无差错记录 {compared.false_tasks_per_million:,.0f} 条任务")
