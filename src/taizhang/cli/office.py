"""`taizhang office`: the county office on this machine."""

import getpass
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from taizhang.cli import options
from taizhang.cli.console import Bars, out, own
from taizhang.cli.divisions import tell_of_divisions
from taizhang.errors import UserError
from taizhang.office import installation
from taizhang.office.crypto.keyring import KeyRing
from taizhang.office.serving import Serving, serve

OWN_ONLY = 0o077
"""Names and numbers of persons lie in what the office writes: no other account of the machine reads it."""


class NoSuchAccount(UserError):
    """The role, the area or the name given for an account cannot be used."""

    code = "E-OFFICE-ACCOUNT"


class DemoExposed(UserError):
    """A demo, whose passwords lie beside its data, was to be served to other machines."""

    code = "E-DEMO-EXPOSED"


@click.group()
def office() -> None:
    """县办公系统：报送、问题、任务、审核与回填。 The county office."""


def set_up(county: Path) -> None:
    """Make Django ready for a county; every command of the office calls it first."""
    os.umask(OWN_ONLY)
    os.environ[installation.COUNTY] = str(county.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "taizhang.office.settings"
    import django

    django.setup()


def prepare(county: Path, *, demo: bool = False) -> int:
    """Make the key ring, the database and the divisions where they are missing; gives the number of divisions.

    demo: a new key ring is one for made-up persons only.
    """
    os.umask(OWN_ONLY)
    os.environ[installation.COUNTY] = str(county.resolve())
    place = installation.installation()
    if not place.keys.exists():
        KeyRing.generate(demo=demo).write(place.keys)
        if not demo:
            out.print(own(f"已建立密钥环 {place.keys}：请立即离线备份，丢失后加密内容无法恢复。"))
    (place.home / "static").mkdir(mode=0o700, parents=True, exist_ok=True)
    set_up(county)
    from django.core.management import call_command

    from taizhang.identity.divisions import CountyDivisions
    from taizhang.office.access.actor import system_actor
    from taizhang.office.duedates.jobs import plan_follow
    from taizhang.office.ledger.jobs import plan_check
    from taizhang.office.many import count_anew
    from taizhang.office.places.services import load_divisions
    from taizhang.office.sources.jobs import plan_work

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    plan_check(actor=system_actor("init"))
    plan_work(actor=system_actor("init"))
    plan_follow(actor=system_actor("init"))
    divisions = load_divisions(actor=system_actor("init"), divisions=CountyDivisions.load(place.county.divisions))
    count_anew()
    return divisions


@office.command()
@options.county_file
def init(county: Path) -> int:
    """初始化：建立密钥环、数据库和行政区划；已有的不动。 Make keys, database and divisions."""
    out.print(own(f"数据库已就绪；行政区划 {prepare(county)} 个。"))
    tell_of_divisions(installation.installation().county)
    return 0


@office.command()
@options.county_file
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen at")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="端口 / port")
@click.option("--workers", type=click.IntRange(0, 8), default=1, show_default=True, help="后台进程数 / job workers")
def run(county: Path, host: str, port: int, workers: int) -> int:
    """启动：网页、后台任务与计划同在一个进程组，任何一个中断都会重启。 Serve pages, jobs and the plan."""
    prepare(county)
    from taizhang.office.sources.jobs import adopt_sweeps

    adopt_sweeps()
    return serve_until_stopped(Serving(host, port, workers))


def serve_until_stopped(serving: Serving) -> int:
    """Serve, and say the address once it answers. Raises PortTaken, DemoExposed."""
    from django.conf import settings

    if settings.DEMO and not serving.is_local:
        raise DemoExposed(
            "演示系统只在本机提供，不能监听其他地址。",
            where=serving.host,
            hint="去掉 --host，或用 taizhang office init 另建正式的系统。",
        )
    return serve(serving, lambda: out.print(own(f"办公系统：[bold]{serving.address}[/]  （Ctrl-C 停止）"), markup=True))


@office.command()
@options.county_file
def worker(county: Path) -> int:
    """只运行后台任务与计划（另有进程提供网页时用）。 Run jobs and the plan only."""
    set_up(county)
    from taizhang.office.jobs.worker import Worker

    Worker().run()
    return 0


@office.command()
@options.county_file
@click.argument("username", metavar="登录名")
@click.option("--name", required=True, help="姓名 / name of the person")
@click.option("--role", required=True, help="角色，如 system_admin / role")
@click.option("--area", default="", help="区划代码前缀，默认全县 / division prefix, the whole county by default")
@click.option("--days", type=click.IntRange(1, 366), default=365, show_default=True, help="有效天数 / days in force")
def account(county: Path, username: str, name: str, role: str, area: str, days: int) -> int:
    """新建账号并授予一个角色；密码在提示后输入，不出现在命令里。 Make an account with one role."""
    set_up(county)
    from django.conf import settings
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from taizhang.office.access.actor import system_actor
    from taizhang.office.access.areas import Area
    from taizhang.office.access.roles import Role
    from taizhang.office.accounts.services import assign_role, create_user
    from taizhang.office.errors import OfficeError

    actor, today = system_actor("command line"), timezone.localdate()
    try:
        chosen, where = Role(role), Area(area or settings.INSTALLATION.county.code)
        password = os.environ.get("TAIZHANG_NEW_PASSWORD") or _asked_twice()
        user = create_user(actor=actor, username=username, display_name=name, password=password)
        assign_role(
            actor=actor,
            user_id=user.pk,
            role=chosen,
            area=where,
            valid_from=today,
            valid_to=today + timedelta(days=days),
        )
    except ValueError as error:
        raise NoSuchAccount("角色或区划写得不对。", hint=f"角色：{'、'.join(Role.values)}") from error
    except ValidationError as error:
        raise NoSuchAccount("密码不合要求。", why="；".join(error.messages), hint="请换一个更长的密码。") from None
    except OfficeError as error:
        raise NoSuchAccount(str(error.message), hint=str(error.hint)) from None
    out.print(own(f"已建立账号 {username}（{chosen.label}，{where.prefix}，有效 {days} 天）。"))
    return 0


def _asked_twice() -> str:
    """A password typed unseen, twice; raises NoSuchAccount where the second is another, for nobody could log in by a slip."""
    password = getpass.getpass(own("密码（至少12位）："))
    if getpass.getpass(own("再输入一次：")) != password:
        raise NoSuchAccount("两次输入的密码不一样，没有建立账号。", hint="请重新运行这条命令，两次输入同一个密码。")
    return password


@office.command("rotate-keys")
@options.county_file
@click.option("--index", is_flag=True, help="更换查询索引的密钥并重建索引 / the key of blind indexes instead")
@click.option("--resume", is_flag=True, help="不加新密钥，只做完中断的部分 / go on where it was interrupted")
@click.option("--retire", is_flag=True, help="移除不再使用的旧密钥 / remove keys that seal nothing any more")
def rotate_keys(county: Path, *, index: bool, resume: bool, retire: bool) -> int:
    """更换密钥：办公系统可以照常运行；中断后用 --resume 继续。 Change keys while the office runs."""
    set_up(county)
    from taizhang.office.access.actor import system_actor
    from taizhang.office.crypto import rotating

    actor = system_actor("command line")
    if retire:
        gone = rotating.retire(actor=actor)
        out.print(own(f"已移除旧密钥 {len(gone)} 个；恢复此前的备份仍需要它们，请保管好密钥备份。"))
        return 0
    broken: tuple[str, ...] = ()
    if index:
        out.print(own(f"已用新密钥重建索引：{rotating.rotate_index(actor=actor, resume=resume)} 人。"))
    else:
        with Bars() as bars:
            done = rotating.rotate(actor=actor, told=_counted(bars), resume=resume)
        broken = done.broken
        out.print(own(f"已用新密钥重新加密：{done.changed} 项。"))
        if broken:
            out.print(own(f"打不开、保持原样的 {len(broken)} 项，请从备份恢复：{'、'.join(broken)}"))
    out.print(own("请立即离线备份密钥环；此前的备份仍需要旧密钥。"))
    return 1 if broken else 0


def _counted(bars: Bars) -> Callable[[str, int], None]:
    """Shows a stage for every kind of sealed thing."""
    begun: set[str] = set()

    def told(name: str, count: int) -> None:
        if name not in begun:
            begun.add(name)
            bars.start(name)
        bars.advance(name, count)

    return told
