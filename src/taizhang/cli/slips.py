"""A command typed wrongly, said in the language spoken: what is wrong, where, and how it is typed."""

import re
from typing import ClassVar

import click

from taizhang.errors import UserError

_WHY = (
    (re.compile(r"(?:File|Directory|Path) '(.*)' does not exist\."), "“{}”不存在。"),
    (re.compile(r"(?:File|Path) '(.*)' is a directory\."), "“{}”是文件夹，不是文件。"),
    (re.compile(r"(?:Directory|Path) '(.*)' is a file\."), "“{}”是文件，不是文件夹。"),
    (re.compile(r"(?:File|Directory|Path) '(.*)' is not (?:readable|writable)\."), "“{}”没有权限。"),
    (re.compile(r"'?(.*?)'? is not a valid integer(?: range)?\."), "“{}”不是整数。"),
    (re.compile(r"'?(.*?)'? is not a valid float(?: range)?\."), "“{}”不是数。"),
    (re.compile(r"(.*) is not in the range (.*)\."), "{} 不在范围 {} 之内。"),
    (re.compile(r"'(.*)' is not one of (.*)\."), "“{}”不在可选值之中：{}。"),
    (re.compile(r"'(.*)' does not match the formats? (.*)\."), "“{}”不合日期格式 {}。"),
)


class CommandSlip(UserError):
    """The command was not typed as it must be; nothing was done."""

    code: ClassVar[str] = "E-COMMAND"


def slip(error: click.UsageError) -> CommandSlip:
    """The same in our words, with the usage of the command."""
    usage, command = "", "taizhang"
    if error.ctx is not None:
        command = error.ctx.command_path
        usage = error.ctx.get_usage().partition(": ")[2]
    message, why = _said(error)
    return CommandSlip(message, where=usage, why=why, hint=f"用法见：{command} --help")


def _said(error: click.UsageError) -> tuple[str, str]:
    match error:
        case click.MissingParameter(param=click.Parameter() as parameter):
            return f"命令少写了一项：{_called(parameter, error.ctx)}。", ""
        case click.NoSuchOption():
            return f"没有这个选项：{error.option_name}。", _alike(error.possibilities)
        case click.NoSuchCommand():
            return f"没有这个命令：{error.command_name}。", _alike(error.possibilities)
        case click.BadParameter(param=click.Parameter() as parameter):
            return f"命令有一项写得不对：{_called(parameter, error.ctx)}。", _why(error.message)
    return "命令写得不对。", _why(error.message)


def _called(parameter: click.Parameter, context: click.Context | None) -> str:
    """An option by its longest name, an argument by what stands for it in the usage."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.make_metavar(context) if context is not None else parameter.name or ""


def _alike(possibilities: object) -> str:
    listed = [str(one) for one in possibilities] if isinstance(possibilities, list | tuple) else []
    return f"是不是：{'、'.join(listed)}" if listed else ""


def _why(message: str) -> str:
    for pattern, text in _WHY:
        found = pattern.fullmatch(message)
        if found is not None:
            return text.format(*found.groups())
    return message
