"""`taizhang sample` makes a county with known truth, `taizhang score` compares a sweep with it."""

import json
from pathlib import Path

import click

from taizhang.cli import options
from taizhang.cli.console import Bars, out, own
from taizhang.errors import UserError
from taizhang.intake.county import load_county
from taizhang.sample import make_county, make_scenario
from taizhang.sample import score as score_sweep
from taizhang.sweep.history import latest_sweep

MAKING = "生成示例县"


class FolderNotEmpty(UserError):
    """The folder for a new sample county already holds something."""

    code = "E-SAMPLE-FOLDER"


class NoTruth(UserError):
    """The county has no truth beside it, so there is nothing to compare with."""

    code = "E-SCORE-TRUTH"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--persons", type=click.IntRange(50, 10_000_000), default=3000, show_default=True, help="人数 / persons")
@click.option("--seed", type=int, default=20200219, show_default=True, help="随机种子 / seed")
@click.option(
    "--deliveries",
    type=click.IntRange(1, 12),
    default=3,
    show_default=True,
    help="每个来源的报送次数 / deliveries a source",
)
@click.option(
    "--error-rate",
    type=click.FloatRange(0, 0.5),
    default=0.02,
    show_default=True,
    help="每份台账的差错比例 / share of damaged records",
)
@click.option(
    "--copying",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="差错在台账间照抄的比例 / share of errors copied between ledgers",
)
@click.option(
    "--scenario", is_flag=True, help="生成验收场景（约1000人，20个村工作簿） / the acceptance scenario instead"
)
def sample(
    folder: Path, persons: int, seed: int, deliveries: int, error_rate: float, copying: float, *, scenario: bool
) -> int:
    """生成示例县：四种来源的真实格式台账，另存真值；人员全部虚构。 Make a synthetic county with its truth."""
    refuse_full_folder(folder)
    with Bars() as bars:
        bars.start(MAKING)
        if scenario:
            made = make_scenario(folder, seed=seed)
        else:
            made = make_county(
                folder, persons=persons, seed=seed, deliveries=deliveries, error_rate=error_rate, copying=copying
            )
        bars.finish(MAKING)
    said = own(
        f"已生成：{made.folder / 'county.toml'}（{made.persons:,} 人，{made.rows:,} 行，埋下差错 {made.faults:,} 处）"
    )
    out.print(said)
    return 0


def refuse_full_folder(folder: Path) -> None:
    """Raise FolderNotEmpty unless the folder is new or empty: nothing of the user's is ever overwritten."""
    if folder.exists() and any(folder.iterdir()):
        raise FolderNotEmpty("文件夹不是空的，未生成示例县。", where=str(folder), hint="请换一个新文件夹名。")


@click.command()
@options.county_file
@click.option(
    "--truth", type=click.Path(path_type=Path, file_okay=False), help="真值文件夹（默认：county.toml 旁的 truth）"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def score(county: Path, truth: Path | None, *, as_json: bool) -> int:
    """评分：把最近一次排查与示例县的真值比较。 Compare the latest sweep with the sample's truth."""
    book = load_county(county)
    folder = truth or county.parent / "truth"
    if not folder.is_dir():
        raise NoTruth(
            "没有找到真值文件夹，无法评分。", where=str(folder), hint="只有 taizhang sample 生成的县才有真值。"
        )
    result = score_sweep(latest_sweep(book), folder)
    out.print(json.dumps(result.as_dict(), ensure_ascii=False, indent=1) if as_json else result.markdown())
    return 0
