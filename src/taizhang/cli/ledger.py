"""`taizhang ledger`: the office's ledger of actions, checked from outside the office."""

from pathlib import Path
from typing import ClassVar

import click

from taizhang.cli import options
from taizhang.cli.console import err, out
from taizhang.cli.office import set_up
from taizhang.errors import UserError
from taizhang.languages import spoken, translated

BROKEN = 1
SHOWN = 16
WHAT = {
    "missing": "此处缺少记录",
    "order": "记录被插入或换了次序",
    "changed": "记录的内容被改动",
    "head": "末尾的记录被删去，或链头被改动",
    "noted": "与数据库之外保存的链头不符，整条链被重写过",
}


class NoLedger(UserError):
    """The county has no office database, so there is no ledger to verify."""

    code: ClassVar[str] = "E-LEDGER-NONE"


@click.group()
def ledger() -> None:
    """操作流水：只增不改、逐条相连的记录。 The ledger of actions."""


@ledger.command()
@options.county_file
def verify(county: Path) -> int:
    """核对流水：逐条重算；完整则退出码为0，否则指出第一条不可信的记录，退出码为1。 Read the whole chain again."""
    set_up(county)
    _require_database()
    from taizhang.office.ledger.verifying import head
    from taizhang.office.ledger.verifying import verify as first_break

    count, digest = head()
    broken = first_break()
    if broken is None:
        out.print(translated(f"流水完整：{count} 条，链头 {digest[:SHOWN]}。", spoken()))
        return 0
    err.print(f"[bold red]✗[/] {translated(f'流水从第 {broken.seq} 条起不可信：{WHAT[broken.what]}。', spoken())}")
    err.print(f"  {translated('请保留现场，不要再写入，并报告审计管理员；再与最近的备份核对。', spoken())}")
    return BROKEN


def _require_database() -> None:
    """Raises NoLedger; a missing SQLite file is not made by looking for it."""
    from django.db import connection

    from taizhang.office.ledger.models import Entry

    name = connection.settings_dict["NAME"]
    missing = connection.vendor == "sqlite" and isinstance(name, Path) and not name.is_file()
    if missing or Entry._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 - documented API
        raise NoLedger("办公系统还没有数据库。", hint="第一次使用请运行 taizhang office init。")
