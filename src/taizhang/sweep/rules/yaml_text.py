"""YAML as people mean it: every scalar is text, every node knows its line, nothing clever is read.

The usual loader turns a key ``on:`` into true, ``1.10`` into 1.1, ``12:30`` into 750 and keeps the last of two equal
keys without a word. Rule packs are read without any of that; anchors, aliases, tags and very large files are refused.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from taizhang.sweep.rules.errors import PackError

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # ten times as fast where libyaml is there
LARGEST_PACK = 512 * 1024  # bytes; a pack of 60 rules with all its examples has about 100 KiB


@dataclass(frozen=True)
class Text:
    """A scalar: its text and the line (1-based) where it stands; `plain` when it was written without quotes."""

    value: str
    line: int
    plain: bool


@dataclass(frozen=True)
class Items:
    """A sequence and the line where it begins."""

    values: tuple["Node", ...]
    line: int


@dataclass(frozen=True)
class Mapping:
    """A mapping with text keys, the line where it begins, and the line of each key."""

    values: dict[str, "Node"]
    line: int
    key_lines: dict[str, int]


Node = Text | Items | Mapping


def read_yaml(path: Path) -> Mapping:
    """The one document of a YAML file, as nodes.

    Raises PackError for broken YAML, duplicate keys, anchors, aliases, tags, several documents, a top level that is
    not a mapping, and files above `LARGEST_PACK`.
    """
    if not path.is_file():
        raise PackError("规则包文件不存在", file=path.name, hint="核对 county.toml 中 sweep.packs 的路径")
    if path.stat().st_size > LARGEST_PACK:
        raise PackError(
            "规则包文件过大", file=path.name, why=f"上限 {LARGEST_PACK // 1024} KiB", hint="把规则分到几个文件"
        )
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise PackError("规则包不是 UTF-8 文本", file=path.name, hint="用编辑器另存为 UTF-8") from None
    try:
        _refuse_cleverness(text, path.name)
        documents = list(yaml.compose_all(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PackError(
            "YAML 写法有误", file=path.name, line=line, why=error.problem or "", hint="检查缩进、冒号与引号"
        ) from None
    except yaml.reader.ReaderError as error:
        raise PackError(
            "规则包里有看不见的控制字符", file=path.name, line=text.count("\n", 0, error.position) + 1,
            hint="删去该字符，或用编辑器另存为 UTF-8 文本",
        ) from None  # fmt: skip
    if len(documents) != 1 or not isinstance(documents[0], yaml.MappingNode):
        raise PackError(
            "规则包应是一个 YAML 文档，最外层是键值", file=path.name, line=1, hint="以 pack: 与 rules: 开头"
        )
    return cast("Mapping", _node(documents[0], path.name))


def _refuse_cleverness(text: str, file: str) -> None:
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise PackError("规则包中不允许锚点与引用（& 与 *）", file=file, line=line, hint="把内容写全")
        if getattr(event, "tag", None):
            raise PackError("规则包中不允许类型标签（!…）", file=file, line=line, hint="去掉标签，值一律按文字读取")


def _node(node: yaml.Node, file: str) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Text(node.value, line, not node.style)
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_node(item, file) for item in node.value), line)
    values: dict[str, Node] = {}
    key_lines: dict[str, int] = {}
    for key, value in node.value:
        key_line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise PackError("键必须是文字", file=file, line=key_line, hint="检查缩进")
        if key.value in values:
            raise PackError(
                f"键 {key.value} 重复",
                file=file,
                line=key_line,
                why=f"第 {key_lines[key.value]} 行已有",
                hint="删去其中一个",
            )
        values[key.value], key_lines[key.value] = _node(value, file), key_line
    return Mapping(values, line, key_lines)
