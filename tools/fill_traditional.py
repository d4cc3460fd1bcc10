"""Fill zh_hant from zh in YAML files of ours, leaving every other character of the file as it is.

Usage: python tools/fill_traditional.py src/taizhang/sweep/rules/packs/*.yaml
       python tools/fill_traditional.py --check FILE …   (writes nothing; exit status 1 when a file would change)

Only mappings with a key ``zh`` are touched. Conversion: OpenCC s2tw (plain Traditional with the glyph choices of Taiwan: 為, not 爲).
"""

import sys
from pathlib import Path

import opencc
import yaml


def filled(text: str) -> str:
    """The YAML text with zh_hant after every zh, made anew from it."""
    convert = opencc.OpenCC("s2tw").convert
    edits: list[tuple[int, int, str]] = []
    pending = [node for node in yaml.compose_all(text, Loader=yaml.BaseLoader) if node is not None]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        elif isinstance(node, yaml.MappingNode):
            by_key = {key.value: (key, value) for key, value in node.value}
            pending += [value for _, value in node.value]
            if "zh" in by_key and isinstance(by_key["zh"][1], yaml.ScalarNode):
                edits.append(_edit(node, by_key, convert(by_key["zh"][1].value)))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edit(
    node: yaml.MappingNode, by_key: dict[str, tuple[yaml.Node, yaml.Node]], traditional: str
) -> tuple[int, int, str]:
    quoted = '"' + traditional.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if "zh_hant" in by_key:
        value = by_key["zh_hant"][1]
        return value.start_mark.index, value.end_mark.index, quoted
    key, value = by_key["zh"]
    end = value.end_mark.index
    between = ", " if node.flow_style else "\n" + " " * key.start_mark.column
    return end, end, f"{between}zh_hant: {quoted}"


def main(arguments: list[str]) -> int:
    """Fill the named files; with --check only say which would change."""
    check = "--check" in arguments
    changed = 0
    for path in [Path(name) for name in arguments if name != "--check"]:
        before = path.read_text("utf-8")
        after = filled(before)
        if before != after:
            changed += 1
            sys.stdout.write(f"{path.name}: zh_hant {'differs' if check else 'filled'}\n")
            if not check:
                path.write_text(after, "utf-8")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
