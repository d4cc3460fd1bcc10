"""A sheet part as a stream of blocks: the vector path where the bytes are plain, expat where they are not.

The part is cut at `</row>`. A chunk that surprises the vector path is given to expat alone; a comment, processing
instruction or CDATA section anywhere means that `</row>` proves nothing any more, and expat takes all the rest.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from taizhang.intake.raw import RawBlock, RawColumn
from taizhang.intake.readers.blocks import BlockBuilder
from taizhang.intake.readers.safexml import MAIN_NAMESPACES
from taizhang.intake.readers.xlsx.package import PartStream
from taizhang.intake.readers.xlsx.placing import ShapeMemory
from taizhang.intake.readers.xlsx.scalar import SheetParser
from taizhang.intake.readers.xlsx.sheetstate import SheetState
from taizhang.intake.readers.xlsx.tags import Surprise
from taizhang.intake.readers.xlsx.vector import decode_rows

PIECE_BYTES = 1 << 18
CHUNK_BYTES = 1 << 20
HEAD_MOST = 1 << 20
CHUNK_MOST = 8 << 20  # a single row longer than this goes to expat

_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml(?P<declaration>[^<>]*)\?>)?\s*(?P<root><worksheet(?: [^<>]*)?>)", re.DOTALL
)
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
_NAMESPACE = re.compile(rb"\sxmlns\s*=\s*[\"']([^\"']*)[\"']")
_PREFIX = re.compile(rb"\sxmlns:([A-Za-z_][\w.]*)\s*=")
_OPEN, _CLOSE, _ROW_END = b"<sheetData>", b"</sheetData", b"</row>"
_FINISH = b"</sheetData></worksheet>"


@dataclass(frozen=True, slots=True)
class _Prologue:
    """root: the document's start tag, to be repeated before a chunk for expat; at: where the rows begin."""

    root: bytes
    at: int
    prefixes: frozenset[bytes]


def stream_blocks(
    stream: PartStream, state: SheetState, builder: BlockBuilder, *, vector: bool = True
) -> Iterator[RawBlock]:
    """The sheet's blocks in order. `vector` False takes expat for everything (the oracle). Raises FileRefused."""
    held = _until_rows(stream) if vector else b""
    prologue = _prologue(held) if vector else None
    if prologue is None:
        yield from _scalar_rest(SheetParser(state, builder), held, stream, builder)
        return
    SheetParser(state, builder).feed(held[: prologue.at] + _FINISH, final=True)
    held = held[prologue.at :]
    memory = ShapeMemory(prologue.prefixes)
    size = CHUNK_BYTES // 4  # the first block soon, so that whoever looks for a header need not wait
    while True:
        held, ended = _fill(stream, held, size)
        size = CHUNK_BYTES
        last = held.rfind(_ROW_END) + len(_ROW_END)
        over = held.find(_CLOSE, last if last >= len(_ROW_END) else 0)
        cut = over if over >= 0 else last
        if over < 0 and (ended or last < len(_ROW_END)):
            break
        blocks = _chunk(held[:cut], prologue, memory, state, builder)
        if blocks is None:
            break
        yield from blocks
        held = held[cut:]
        if over >= 0:
            break
    rest = SheetParser(state, builder)
    rest.feed(prologue.root + _OPEN)
    yield from _scalar_rest(rest, held, stream, builder)


def _until_rows(stream: PartStream) -> bytes:
    held = bytearray()
    while _OPEN not in held and len(held) < HEAD_MOST:
        piece = stream.read(1 << 16)
        if not piece:
            break
        held += piece
    return bytes(held)


def _prologue(held: bytes) -> _Prologue | None:
    """The plain beginning of a sheet part, or None when it is anything else."""
    at = held.find(_OPEN)
    match = _HEAD.match(held)
    if at < 0 or match is None or match.end() > at:
        return None
    encoding = _ENCODING.search(match["declaration"] or b"")
    if encoding is not None and encoding[1].lower() not in {b"utf-8", b"us-ascii"}:
        return None
    root = match["root"]
    namespace = _NAMESPACE.search(root)
    name = namespace[1].decode("utf-8", "replace") if namespace else ""
    if name not in MAIN_NAMESPACES or b"&" in root or root.endswith(b"/>"):
        return None
    body = held[match.end() : at]
    if b"<!" in body or b"<?" in body or b"worksheet" in body or b"<sheetData" in body:
        return None
    return _Prologue(root, at + len(_OPEN), frozenset(_PREFIX.findall(root)))


def _fill(stream: PartStream, held: bytes, size: int) -> tuple[bytes, bool]:
    """Read on until `size` bytes with a whole row are held; True when the part ended."""
    pieces = [held]
    count = len(held)
    while count < size or (count < CHUNK_MOST and not any(_ROW_END in piece for piece in pieces)):
        piece = stream.read(PIECE_BYTES)
        if not piece:
            return b"".join(pieces), True
        pieces.append(piece)
        count += len(piece)
    return b"".join(pieces), False


def _chunk(
    chunk: bytes, prologue: _Prologue, memory: ShapeMemory, state: SheetState, builder: BlockBuilder
) -> Iterable[RawBlock] | None:
    """The blocks of a chunk; None when it may not be whole rows at all."""
    if not chunk.strip():
        return ()
    try:
        block = decode_rows(chunk, state, memory, builder)
    except Surprise:
        if b"<!" in chunk or b"<?" in chunk or _CLOSE in chunk:
            return None
        parser = SheetParser(state, builder)
        parser.feed(prologue.root + _OPEN)
        parser.feed(chunk)
        parser.feed(_FINISH, final=True)
        return builder.rest()
    return () if block is None else _sliced(block, builder.block_rows)


def _sliced(block: RawBlock, most: int) -> Iterator[RawBlock]:
    length = len(block.row_numbers)
    if length <= most:
        yield block
        return
    for at in range(0, length, most):
        part = slice(at, at + most)
        columns = {
            column: RawColumn(
                held.text.slice(at, most),
                held.kind[part],
                None if held.date_format is None else held.date_format[part],
            )
            for column, held in block.columns.items()
        }
        yield RawBlock(block.row_numbers[part], columns, block.hidden[part], block.struck[part])


def _scalar_rest(parser: SheetParser, held: bytes, stream: PartStream, builder: BlockBuilder) -> Iterator[RawBlock]:
    """Feed what is held and the rest of the part to expat."""
    for at in range(0, len(held), PIECE_BYTES):
        parser.feed(held[at : at + PIECE_BYTES])
        yield from builder.ready()
    while piece := stream.read(PIECE_BYTES):
        parser.feed(piece)
        yield from builder.ready()
    parser.feed(b"", final=True)
    yield from builder.rest()
