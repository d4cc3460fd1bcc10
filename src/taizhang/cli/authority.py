"""`taizhang authority`: ask the register of the police about what the ledgers cannot decide, and take its answers."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from taizhang.cli import options
from taizhang.cli.console import out, own
from taizhang.cli.disk import writing
from taizhang.intake.county import County, load_county
from taizhang.sweep.authority import (
    AuthorityAnswer,
    Request,
    keep_answers,
    make_request,
    read_answer_file,
    undecided_pairs,
    write_request_file,
)
from taizhang.sweep.authority.osia import AuthorityNotConfigured, OsiaAuthority, ask_all
from taizhang.sweep.history import latest_sweep

TITLES = {
    "AU-MATCH": "一致", "AU-MISMATCH": "与姓名不符", "AU-NOT-FOUND": "库中无此号", "AU-DUPLICATE": "号码重复",
    "AU-DECEASED": "已死亡或注销", "AU-UNAVAILABLE": "未答复",
}  # fmt: skip
purpose = click.option("--purpose", required=True, metavar="用途", help="提请核验的用途，写入批次 / why it is asked")
most = click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="最多多少对 / most pairs")


@click.group()
def authority() -> None:
    """权威核验：证据不能判断的号码与姓名，提请公安库核验。 Ask the register what the ledgers cannot decide."""


@authority.command()
@options.county_file
@purpose
@most
@click.option(
    "--out", "target", type=click.Path(path_type=Path, dir_okay=False), help="提请文件，.xlsx 或 .csv / request file"
)
def request(county: Path, purpose: str, limit: int, target: Path | None) -> int:
    """写出提请核验的文件（含完整证件号码，只交给核验单位）。 Write the request file (whole numbers)."""
    book = load_county(county)
    if target is not None and target.suffix.lower() not in {".xlsx", ".csv"}:
        raise click.BadParameter(own("文件名须以 .xlsx 或 .csv 结尾"), param_hint="--out")
    made = _made(book, purpose, limit)
    path = target or Path(f"{made.batch}.xlsx")
    with writing(path.parent):
        write_request_file(made, path)
    out.print(own(f"批次 {made.batch}：{len(made.pairs):,} 对，答复期限 {made.due_on.isoformat()}"))
    out.print(own(f"提请文件：{path}（含完整证件号码，请按规定保管）"))
    return 0


@authority.command()
@options.county_file
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="答复文件")
def answer(county: Path, file: Path) -> int:
    """接收核验答复；非本县批次、过期、被改动的文件整个不采用。 Take an answer file, whole or not at all."""
    book = load_county(county)
    _keep(book, read_answer_file(book.data, file, received_on=datetime.now(UTC).astimezone().date()))
    return 0


@authority.command()
@options.county_file
@purpose
@most
def ask(county: Path, purpose: str, limit: int) -> int:
    """通过 OSIA 接口直接提请核验（须在 county.toml 中配置）。 Ask over OSIA; only where configured."""
    book = load_county(county)
    if book.authority is None:
        raise AuthorityNotConfigured(
            "没有配置核验服务。", where=str(book.file), hint="在 county.toml 中加 [authority] 一节。"
        )
    service = OsiaAuthority(book.authority.osia, os.environ.get(book.authority.token_variable, ""))
    made = _made(book, purpose, limit)
    _keep(book, ask_all(service, made, on=made.asked_on))
    return 0


def _made(book: County, purpose: str, limit: int) -> Request:
    if not purpose.strip():
        raise click.BadParameter(own("须写明用途"), param_hint="--purpose")
    today = datetime.now(UTC).astimezone().date()
    pairs = undecided_pairs(book.data, latest_sweep(book), on=today)
    with writing(book.data):
        return make_request(book.data, pairs[:limit], purpose=purpose, asked_on=today)


def _keep(book: County, answers: list[AuthorityAnswer]) -> None:
    with writing(book.data):
        keep_answers(book.data, answers)
    for code, count in sorted(Counter(one.answer.value for one in answers).items()):
        out.print(f"{own(TITLES[code])}：{count:,}")
    out.print(own(f"共采用 {len(answers):,} 条答复；运行 taizhang sweep 后用于判断。"))
