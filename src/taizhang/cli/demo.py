"""`taizhang demo`: the sample county, its deliveries swept one after the other, and the office running over it."""

import os
import sys
import time
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from taizhang.cli.console import Bars, out, own
from taizhang.cli.disk import writing
from taizhang.cli.office import prepare, serve_until_stopped
from taizhang.cli.sample import MAKING, refuse_full_folder
from taizhang.cli.sweep import print_intake, print_sweep
from taizhang.intake.county import County, load_county
from taizhang.intake.pipeline import take_in
from taizhang.languages import Language, spoken
from taizhang.office.crypto.keyring import KeyRing
from taizhang.office.demo.errors import NotADemo
from taizhang.office.demo.posts import PASSWORDS
from taizhang.office.serving import Serving, free_port
from taizhang.report.write import write_reports
from taizhang.sample import Score, make_county
from taizhang.sample import score as score_sweep
from taizhang.sweep import sweep as run_sweep
from taizhang.sweep.history import delivery_dates, latest_sweep

HOST = "127.0.0.1"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"))
@click.option("--persons", type=click.IntRange(50, 1_000_000), default=3000, show_default=True)
@click.option("--seed", type=int, default=20200219, show_default=True)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="办公系统的端口，被占用时另选 / port of the office, another where it is taken",
)
@click.option(
    "--no-serve", is_flag=True, help="准备好即结束，不启动办公系统 / end when everything is set up, do not serve"
)
def demo(folder: Path, persons: int, seed: int, port: int, *, no_serve: bool) -> int:
    """演示：生成示例县（以2020年2月的洋县为样，人员全部虚构），逐次排查，启动办公系统。

    Make and sweep the sample county, and run the office over it with an account for every role. On a terminal it
    serves until Ctrl-C; elsewhere it ends when everything is set up.
    """
    _refuse_earnest(folder)
    county_file = folder / "county.toml"
    if county_file.exists():
        out.print(own(f"[bold]1 示例县已在[/] {escape(str(folder))}"), markup=True)
    else:
        refuse_full_folder(folder)
        out.print(own(f"[bold]1 生成示例县[/]  {persons:,} 人，四种来源，三次报送（人员全部虚构）"), markup=True)
        with Bars() as bars:
            bars.start(MAKING)
            make_county(folder, persons=persons, seed=seed, deliveries=3)
            bars.finish(MAKING)
    book = load_county(county_file)
    if _is_swept(book):
        out.print(own("[bold]2 已排查[/]"), markup=True)
        out.print(own(f"  报告：{latest_sweep(book) / 'report.html'}"))
    else:
        _sweep(book, folder)
    _set_up_office(county_file)
    if no_serve or not sys.stdout.isatty():
        out.print(own(f"\n启动办公系统：taizhang demo {folder}（在终端中运行）"))
        return 0
    return serve_until_stopped(Serving(HOST, free_port(port, HOST), workers=1))


def _refuse_earnest(folder: Path) -> None:
    """Raises NotADemo where the folder holds a county or an office that `taizhang demo` did not make."""
    keys = folder / "keys" / "office.json"
    hint = "请换一个新文件夹运行 taizhang demo。"
    if (folder / "county.toml").exists() and not (folder / "truth").is_dir():
        raise NotADemo("这里是一个真实的县，不是示例县；什么也没有改动。", where=str(folder), hint=hint)
    is_demo = KeyRing.load(keys).is_demo if keys.exists() else not any(folder.glob("*/office/office.sqlite3"))
    if not is_demo:
        raise NotADemo("这里已有正式的办公系统；什么也没有改动。", where=str(folder), hint=hint)


def _is_swept(book: County) -> bool:
    """Whether a sweep read the newest delivery: from then on the office sweeps, and an older state is not made again."""
    days = delivery_dates(book)
    swept = {path.parent.name[:10] for path in (book.data / "sweeps").glob("[0-9]*/sweep.json")}
    return bool(days) and days[-1].isoformat() in swept


def _sweep(book: County, folder: Path) -> None:
    out.print(own("[bold]2 接收报送[/]"), markup=True)
    with writing(book.data), Bars() as bars:
        taken = take_in(book, progress=bars)
    print_intake(taken)
    out.print(own("[bold]3 逐次排查[/]"), markup=True)
    days = delivery_dates(book)
    for as_of in days:
        started = time.perf_counter()
        with writing(book.data), Bars() as bars:
            bars.name(as_of.isoformat())
            result = run_sweep(book, as_of=as_of, progress=bars)
            reports = write_reports(book, result.folder, progress=bars, returned=as_of == days[-1])
        print_sweep(book, result, reports, time.perf_counter() - started)
    out.print()
    out.print(own("[bold]4 与真值比较[/]（示例县的差错是程序预先埋下的，可以打分）"), markup=True)
    print_score(score_sweep(result.folder, folder / "truth"))
    out.print(own(f"  每一类差错的分数：taizhang score {folder / 'county.toml'}"))


def _set_up_office(county_file: Path) -> None:
    """Database, sweeps, accounts and first steps; what is there stays. Nothing is taken from the environment."""
    for name in [name for name in os.environ if name.startswith("TAIZHANG_") and name != "TAIZHANG_LANG"]:
        del os.environ[name]
    out.print(own("\n[bold]5 办公系统[/]"), markup=True)
    prepare(county_file, demo=True)
    from taizhang.office.access.actor import system_actor
    from taizhang.office.casework.observing import follow_moves
    from taizhang.office.demo.accounts import DemoAccount, make_accounts
    from taizhang.office.demo.beginnings import begin_casework
    from taizhang.office.findings.services.importing import import_newest

    with writing(county_file.parent):
        with Bars() as bars:
            import_newest(actor=system_actor("demo"), progress=bars, on_moves=follow_moves, on_sweep=bars.name)
        accounts: list[DemoAccount] = make_accounts(county_file.parent)
        begin_casework(accounts)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("用户名", "密码", "角色", "区划"):
        table.add_column(own(heading), no_wrap=True)
    for one in accounts:
        table.add_row(one.username, one.password, str(one.role.label), one.place)
    out.print(table)
    kept = county_file.parent / PASSWORDS
    out.print(own(f"密码为本次安装随机生成，只保存在 {kept}。演示系统的人员全部虚构，登录不要求两步验证。"))


def print_score(compared: Score) -> None:
    """The totals of a score, in words."""
    total = compared.totals()
    shares = (
        ("发现", total.detected, total.planted),
        ("说对原因", total.named, total.planted),
        ("指对出错的台账", total.blamed, total.judged),
        ("首个建议值正确", total.repaired, total.suggested),
    )
    told = [f"{own(name)} {right / whole:.1%} ({right}/{whole})" for name, right, whole in shares if whole]
    said = (", " if spoken() is Language.EN else "，").join(told)
    out.print(own(f"  埋下差错 {total.planted} 处：{said}"))
    out.print(own(f"  误报：每百万条无差错记录 {compared.false_tasks_per_million:,.0f} 条任务"))
