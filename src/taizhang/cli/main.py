"""The command group, and the one place where errors become words and an exit status."""

import io
import sys
from typing import Never

import click

from taizhang import __version__
from taizhang.cli import console
from taizhang.cli.authority import authority
from taizhang.cli.demo import demo
from taizhang.cli.divisions import divisions
from taizhang.cli.docs import docs
from taizhang.cli.ledger import ledger
from taizhang.cli.mapping import map_sheets
from taizhang.cli.office import office
from taizhang.cli.release import release
from taizhang.cli.rules import rules
from taizhang.cli.sample import sample, score
from taizhang.cli.slips import slip
from taizhang.cli.sweep import intake, show, sweep
from taizhang.errors import SystemFault, UserError
from taizhang.languages import Language, speak, spoken, translated

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="taizhang")
@click.option(
    "--lang",
    type=click.Choice([one.value for one in Language]),
    help="屏幕上所说的语言（默认：TAIZHANG_LANG 或系统语言）/ language of what is said",
)
def cli(lang: str | None) -> None:
    """台账：核对一个县的多本人员台账，指出哪里不对、为什么、哪一本可能错。

    Checks a county's ledgers of people: what is wrong, why, and which ledger is probably wrong.
    """
    speak(None if lang is None else Language(lang))


for command in (
    demo,
    sample,
    intake,
    map_sheets,
    divisions,
    release,
    sweep,
    show,
    rules,
    authority,
    score,
    office,
    ledger,
    docs,
):
    cli.add_command(command)


def main() -> Never:
    """Run the command line; every way out has a documented exit status and never a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal or a file of GBK has no ✗, and a path may be no text at all.
        sys.stdout.reconfigure(errors="replace")
    try:
        status = cli.main(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.UsageError as error:
        if spoken() is Language.EN:
            error.show()
        else:
            console.error(slip(error))
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _end_interrupted()
    except UserError as error:
        console.error(error)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the boundary: a person never sees a traceback
        if isinstance(error.__cause__, KeyboardInterrupt):  # DuckDB says so of Ctrl-C during a query
            _end_interrupted()
        console.fault(error)
        sys.exit(getattr(error, "exit_status", SystemFault.exit_status))


def _end_interrupted() -> Never:
    console.err.print(translated("已中断；未写完的内容已清理，重新运行即可继续。", spoken()))
    sys.exit(INTERRUPTED)
