"""How the command line speaks: results on standard output, progress and errors on standard error."""

import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from taizhang.errors import SystemFault, UserError
from taizhang.languages import Language, said, spoken, translated

PLACES = 3
STAGES = {
    "read": "排查：读取报送", "link": "排查：认人认户", "judge": "排查：推断真值", "diagnose": "排查：诊断", "tables": "排查：整理",
    "rules": "排查：运行规则", "findings": "排查：汇总问题", "write": "排查：写结果",
    "index": "登记人和户", "rest": "等文件放好",
}  # fmt: skip
"""What the stages of a sweep are called on the screen."""

out = Console(highlight=False, soft_wrap=True, markup=False)
"""Prints text as it is: names and paths may hold brackets. A line with `markup=True` escapes what it did not write itself."""
err = Console(stderr=True, highlight=False, soft_wrap=True)


def own(text: str) -> str:
    """A text of ours in the language spoken."""
    return translated(text, spoken())


def error(fault: UserError) -> None:
    """Say what is wrong, where, why and what to do, in the language spoken."""
    language = spoken()
    texts = said(fault, language)
    err.print(f"[bold red]✗[/] {escape(texts.message)} [dim]{fault.code}[/]")
    colon = ": " if language is Language.EN else "："
    for name, text in (("位置", texts.where), ("原因", texts.why), ("办法", texts.hint)):
        if text:
            err.print(f"  {translated(name, language)}{colon}{escape(text)}")


def errors(faults: Sequence[UserError]) -> None:
    """Say many: the same trouble once, with its count and the first places (a thousand equal lines help nobody)."""
    alike: dict[tuple[str, ...], list[UserError]] = {}
    for one in faults:
        alike.setdefault((one.code, one.message, one.why, one.hint), []).append(one)
    for group in alike.values():
        first = group[0]
        places = [one.where for one in group if one.where]
        shown = "；".join(places[:PLACES])
        if len(places) > PLACES:
            shown += " " + own(f"等 {len(places)} 处")
        error(type(first)(first.message, where=shown, why=first.why, hint=first.hint))


def fault(unexpected: BaseException) -> None:
    """Say that the program failed and where; the text of an error only where it is our own, others may hold a value from a record."""
    frames = traceback.extract_tb(unexpected.__traceback__)
    place = (
        f"{frames[-1].filename.rsplit('site-packages/', 1)[-1].rsplit('src/', 1)[-1]}:{frames[-1].lineno}"
        if frames
        else "?"
    )
    what = own("程序出错，已停止；未改动任何报送。请把下面一行告诉维护人员：")
    err.print(f"[bold red]✗[/] {what}")
    told = f" · {unexpected}" if isinstance(unexpected, SystemFault) and str(unexpected) else ""
    err.print(f"  {type(unexpected).__name__} · {place}{told}", markup=False)


class Bars:
    """Progress bars for long work (the `taizhang.progress.Progress` of the command line); use as a context manager."""

    def __init__(self) -> None:
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=err,
        )
        self._tasks: dict[str, TaskID] = {}
        self._about = ""

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def name(self, about: str) -> None:
        """Say from now on behind every stage which of several sweeps it belongs to."""
        self._about = f" {about}"

    def start(self, stage: str, total: int | None = None) -> None:
        """A stage begins."""
        self._tasks[stage] = self._bars.add_task(own(STAGES.get(stage, stage)) + self._about, total=total)

    def advance(self, stage: str, steps: int = 1) -> None:
        """`steps` more are done."""
        self._bars.advance(self._tasks[stage], steps)

    def finish(self, stage: str) -> None:
        """The stage is over."""
        task = self._tasks[stage]
        total = self._bars.tasks[self._bars.task_ids.index(task)].total
        self._bars.update(task, total=total or 1, completed=total or 1)
