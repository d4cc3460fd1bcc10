"""XML under caps: no DTD, no entity declarations, no endless depth or tags. Standard-library expat underneath."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO
from xml.parsers import expat

from taizhang.intake.preflight import FileRefused, Limits, corrupt, over_limit
from taizhang.intake.raw import FileEvent

PIECE_BYTES = 1 << 16
MAIN_NAMESPACES = frozenset(
    {
        "",  # some report tools forget it; a part found through a relationship is what its place says
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    }
)
SEPARATOR = "}"


def forbid_declarations(parser: expat.XMLParserType) -> None:
    """Make any DTD or entity declaration stop the parse with `SR-FILE-ENTITY`."""

    def refuse(*_: object) -> int:
        raise FileRefused(FileEvent("SR-FILE-ENTITY", "error"))

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)


class Feeder:
    """Feeds a parser, turning its complaints into refusals and bounding what one token may hold in memory."""

    def __init__(self, parser: expat.XMLParserType, limits: Limits, *, sheet: str = "") -> None:
        self._parser, self._limits, self._sheet, self._fed = parser, limits, sheet, 0

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        """Parse `piece`; raises FileRefused (`SR-FILE-CORRUPT`, `SR-FILE-ENTITY`, `SR-FILE-LIMIT`)."""
        self._fed += len(piece)
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            raise corrupt("xml", sheet=self._sheet) from error
        except (UnicodeError, ValueError, LookupError) as error:
            raise corrupt("xml-encoding", sheet=self._sheet) from error
        held = self._fed - max(0, self._parser.CurrentByteIndex)
        if held > len(piece) + self._limits.token_bytes:
            raise over_limit("token_bytes", held, self._limits.token_bytes, sheet=self._sheet)


class Node:
    """An element of a small part: local name, attributes by local name, children, text directly inside."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes, self.text = name, attributes, ""
        self.children: list[Node] = []

    def find(self, name: str) -> "Node | None":
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, *path: str) -> "Iterator[Node]":
        """The descendants along a path of child names."""
        here = [child for child in self.children if child.name == path[0]]
        if len(path) == 1:
            yield from here
        else:
            for child in here:
                yield from child.all(*path[1:])

    def texts(self) -> Iterator["Node"]:
        """This node and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.texts()


@lru_cache(maxsize=1024)
def local(name: str) -> str:
    """The name without its namespace."""
    return name.rpartition(SEPARATOR)[2]


def parse_small(read: Callable[[int], bytes] | BinaryIO, limits: Limits) -> Node:
    """The tree of a small part (workbook, styles, relationships, comments). Namespaces are dropped.

    Raises FileRefused for anything that is not well-formed XML within the limits.
    """
    pull = read if callable(read) else read.read
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.buffer_text = True
    forbid_declarations(parser)
    top = Node("", {})
    stack = [top]
    nodes = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal nodes
        nodes += 1
        if len(stack) > limits.depth:
            raise over_limit("depth", len(stack), limits.depth)
        if nodes > limits.shared_strings:
            raise over_limit("shared_strings", nodes, limits.shared_strings)
        node = Node(local(name), {local(key): value for key, value in attributes.items()})
        stack[-1].children.append(node)
        stack.append(node)

    def end(_: str) -> None:
        stack.pop()

    def characters(text: str) -> None:
        stack[-1].text += text

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    feeder = Feeder(parser, limits)
    while piece := pull(PIECE_BYTES):
        feeder.feed(piece)
    feeder.feed(b"", final=True)
    return top.children[0]
