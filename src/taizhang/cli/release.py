"""`taizhang release`: let a held delivery count, with the name of whoever looked at it and why."""

from pathlib import Path
from typing import ClassVar

import click

from taizhang.cli import options
from taizhang.cli.console import out, own
from taizhang.cli.disk import writing
from taizhang.errors import UserError
from taizhang.intake.delivery.releasing import release_delivery
from taizhang.office.installation import installation_of


class ReleasedInOfficeError(UserError):
    """The county has an office, which writes down who released a delivery; the command does not act behind its back."""

    code: ClassVar[str] = "E-RELEASE-OFFICE"


@click.command()
@options.county_file
@click.argument("source", metavar="来源")
@click.argument("delivery", required=False, metavar="[批次]")
@click.option("--by", required=True, metavar="姓名", help="由谁核对 / who looked at it")
@click.option("--why", required=True, metavar="理由", help="核对了什么、为何可用 / what was looked at")
def release(county: Path, source: str, delivery: str | None, by: str, why: str) -> int:
    """解除一批暂缓的报送：核对无误后，下次排查可据此消除问题。 Let a held delivery (the newest) count."""
    place = installation_of(county)
    if place.is_set_up:
        raise ReleasedInOfficeError(
            "本县有办公系统：暂缓的批次由审核员在那里解除，并记入操作流水；这条命令没有改动任何内容。",
            where=f"{source} {delivery or ''}".strip(),
            hint="请审核员登录办公系统，打开“来源与报送”、该来源、该批次，写明核对了什么，按“解除暂缓”。",
        )
    book = place.county
    with writing(book.data):
        made = release_delivery(book.data, source, delivery, by=by, why=why)
    out.print(own(f"已解除暂缓：{made.source} {made.delivery}，核对人 {made.by}；下次排查起据此消除问题。"))
    return 0
