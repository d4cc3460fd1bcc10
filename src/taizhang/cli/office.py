"""`taizhang office`: the county office on this machine."""

import os
from pathlib import Path

import click

from taizhang.cli import options
from taizhang.cli.console import out
from taizhang.office import installation
from taizhang.office.crypto.keyring import KeyRing


@click.group()
def office() -> None:
    """县办公系统：报送、问题、任务、审核与回填。 The county office."""


def set_up(county: Path) -> None:
    """Make Django ready for a county; every command of the office calls it first."""
    os.environ[installation.COUNTY] = str(county.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taizhang.office.settings")
    import django

    django.setup()


@office.command()
@options.county_file
def init(county: Path) -> int:
    """初始化：建立密钥环、数据库和行政区划；已有的不动。 Make keys, database and divisions."""
    os.environ[installation.COUNTY] = str(county.resolve())
    place = installation.installation()
    if not place.keys.exists():
        KeyRing.generate().write(place.keys)
        out.print(f"已建立密钥环 {place.keys}：请立即离线备份，丢失后加密内容无法恢复。")
    place.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    set_up(county)
    from django.core.management import call_command

    from taizhang.identity.divisions import CountyDivisions
    from taizhang.office.access.actor import system_actor
    from taizhang.office.places.services import load_divisions

    call_command("migrate", interactive=False, verbosity=0)
    count = load_divisions(actor=system_actor("init"), divisions=CountyDivisions.load(place.county.divisions))
    out.print(f"数据库已就绪；行政区划 {count} 个。")
    return 0
