"""Notes on cells: classic comments and threaded ones."""

from taizhang.intake.preflight import Limits
from taizhang.intake.raw import Comment
from taizhang.intake.readers.safexml import Node, parse_small
from taizhang.intake.readers.xlsx.escapes import unescape
from taizhang.intake.readers.xlsx.package import Package
from taizhang.intake.readers.xlsx.scalar import parse_reference


def read_comments(package: Package, sheet_part: str, limits: Limits) -> list[Comment]:
    """The comments of a sheet by place; where a cell has a thread, its texts in order replace the placeholder.

    A comment part that is referred to but missing counts as none. Raises FileRefused when one is not XML.
    """
    classic: dict[tuple[int, int], str] = {}
    threads: dict[tuple[int, int], list[str]] = {}
    for relation in package.relations(sheet_part).values():
        if relation.target not in package:
            continue
        if relation.type == "comments":
            for node in parse_small(package.open(relation.target).read, limits).all("commentList", "comment"):
                place = parse_reference(node.attributes.get("ref", ""))
                if place:
                    classic[place] = unescape(_spoken(node))
        elif relation.type == "threadedComment":
            for node in parse_small(package.open(relation.target).read, limits).all("threadedComment"):
                place = parse_reference(node.attributes.get("ref", ""))
                if place:
                    threads.setdefault(place, []).append(unescape(_spoken(node)))
    classic.update({place: "\n".join(texts) for place, texts in threads.items()})
    return [Comment(row, column, text) for (row, column), text in sorted(classic.items()) if text.strip()]


def _spoken(node: Node) -> str:
    """The text of all `<t>` and `<text>` below, phonetic runs left out."""
    if node.name == "rPh":
        return ""
    own = node.text if node.name in {"t", "text"} else ""
    return own.strip("\r\n") + "".join(_spoken(child) for child in node.children) if node.children else own
