"""The shared strings as a stream: plain items by arithmetic on arrays, anything else by expat, chunk by chunk."""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.intake.preflight import Limits, over_limit
from taizhang.intake.readers.safexml import MAIN_NAMESPACES
from taizhang.intake.readers.xlsx.escapes import unescape
from taizhang.intake.readers.xlsx.package import Package, PartStream
from taizhang.intake.readers.xlsx.strings import SharedStrings, StringsParser
from taizhang.intake.readers.xlsx.tags import (
    Positions,
    Surprise,
    Tags,
    check_closed_tags,
    check_text_tags,
    code_table,
    find_tags,
    occurrences,
    resolve_entities,
    slices,
)

PIECE_BYTES = 1 << 18
CHUNK_MOST = 8 << 20
ITEM, ITEM_END, TEXT, TEXT_END, PHONETIC = 1, 2, 3, 4, 5
_TABLE = code_table({b"si": ITEM, b"/s": ITEM_END, b"t>": TEXT, b"t ": TEXT, b"/t": TEXT_END, b"ph": PHONETIC})
_FOLLOWS = {ITEM: (TEXT,), TEXT: (TEXT_END,), TEXT_END: (ITEM_END, PHONETIC), PHONETIC: (ITEM_END,), ITEM_END: (ITEM,)}
_ALLOWED = np.zeros(64, np.bool_)
for _before, _afters in _FOLLOWS.items():
    for _after in _afters:
        _ALLOWED[_before * 8 + _after] = True
# How Excel for Chinese closes nearly every item it wrote itself.
_PHONETIC_TAG = re.compile(
    rb'<phoneticPr fontId="[0-9]{1,9}"(?: type="[A-Za-z]{1,20}")?(?: alignment="[A-Za-z]{1,20}")? ?/>'
)
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml(?P<declaration>[^<>]*)\?>)?\s*(?P<root><sst(?: [^<>]*)?>)", re.DOTALL)
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
_NAMESPACE = re.compile(rb"\sxmlns\s*=\s*[\"']([^\"']*)[\"']")
_ITEM_END, _CLOSE = b"</si>", b"</sst>"
_CLOSED = {ITEM: b"<si>", ITEM_END: _ITEM_END, TEXT_END: b"</t>"}
_REWRITES_MAX = 4_000


class _Collected:
    """Items so far, as arrays, counted against the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._texts: list[pa.StringArray] = []
        self._struck: list[npt.NDArray[np.bool_]] = []
        self._count = self._bytes = 0

    def add(self, texts: pa.StringArray, struck: npt.NDArray[np.bool_]) -> None:
        self._texts.append(texts)
        self._struck.append(struck)
        self._count += len(texts)
        self._bytes += texts.nbytes
        if self._count > self._limits.shared_strings:
            raise over_limit("shared_strings", self._count, self._limits.shared_strings)
        if self._bytes > self._limits.shared_bytes:
            raise over_limit("shared_bytes", self._bytes, self._limits.shared_bytes)

    def take_from(self, parser: StringsParser) -> None:
        self.add(pa.array(parser.texts, type=pa.string()), np.array(parser.struck, np.bool_))
        parser.texts, parser.struck = [], []

    def result(self) -> SharedStrings:
        texts = pa.concat_arrays(self._texts) if self._texts else pa.array([], type=pa.string())
        struck = np.concatenate(self._struck) if self._struck else np.zeros(0, np.bool_)
        blank = np.diff(_offsets(texts)) == 0
        return SharedStrings(texts, struck if struck.any() else None, blank if blank.any() else None)


def _offsets(texts: pa.StringArray) -> npt.NDArray[np.int32]:
    if len(texts) == 0:
        return np.zeros(1, np.int32)
    return np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]


def read_strings(package: Package, part: str, limits: Limits, *, vector: bool = True) -> SharedStrings:
    """The shared strings in `part`; `vector` False takes expat for everything (the oracle). Raises FileRefused."""
    stream = package.open(part)
    collected = _Collected(limits)
    held = stream.read(PIECE_BYTES)
    match = _HEAD.match(held) if vector else None
    if match is None or not _is_plain(match):
        _scalar_rest(StringsParser(limits), held, stream, collected)
        return collected.result()
    root, held = match["root"], held[match.end() :]
    head = StringsParser(limits)
    head.feed(root + _CLOSE, final=True)
    while True:
        over = held.find(_CLOSE)
        cut = over if over >= 0 else held.rfind(_ITEM_END) + len(_ITEM_END)
        if b"<!" in held or b"<?" in held or (over < 0 and cut < len(_ITEM_END) and len(held) > CHUNK_MOST):
            break
        if cut >= len(_ITEM_END) or over >= 0:
            _chunk(held[:cut], root, limits, collected)
            held = held[cut:]
        if over >= 0:
            break
        piece = stream.read(PIECE_BYTES)
        if not piece:
            break
        held += piece
    parser = StringsParser(limits)
    parser.feed(root)
    _scalar_rest(parser, held, stream, collected)
    return collected.result()


def _is_plain(match: re.Match[bytes]) -> bool:
    encoding = _ENCODING.search(match["declaration"] or b"")
    if encoding is not None and encoding[1].lower() not in {b"utf-8", b"us-ascii"}:
        return False
    namespace = _NAMESPACE.search(match["root"])
    name = namespace[1].decode("utf-8", "replace") if namespace else ""
    return name in MAIN_NAMESPACES and not match["root"].endswith(b"/>")


def _scalar_rest(parser: StringsParser, held: bytes, stream: PartStream, collected: _Collected) -> None:
    parser.feed(held)
    collected.take_from(parser)
    while piece := stream.read(PIECE_BYTES):
        parser.feed(piece)
        collected.take_from(parser)
    parser.feed(b"", final=True)
    collected.take_from(parser)


def _chunk(chunk: bytes, root: bytes, limits: Limits, collected: _Collected) -> None:
    if not chunk.strip():
        return
    try:
        texts = decode_items(chunk, limits)
    except Surprise:
        parser = StringsParser(limits)
        parser.feed(root + chunk + _CLOSE, final=True)
        collected.take_from(parser)
        return
    collected.add(texts, np.zeros(len(texts), np.bool_))


def decode_items(chunk: bytes, limits: Limits) -> pa.StringArray:
    """The texts of a chunk of whole plain items. Raises Surprise for any other shape."""
    tags = find_tags(chunk, _TABLE)
    code, start, stop = tags.code, tags.start, tags.stop
    if not _ALLOWED[code[:-1] * np.uint8(8) + code[1:]].all() or code[0] != ITEM or code[-1] != ITEM_END:
        raise Surprise
    _check_spelling(tags)
    at = np.flatnonzero(code == TEXT)
    gaps = start[1:] - stop[:-1] - 1
    filled = np.flatnonzero((gaps > 0) & (code[:-1] != TEXT))
    if any(chunk[stop[i] + 1 : start[i + 1]].strip(b" \t\n") for i in filled.tolist()):
        raise Surprise
    if chunk[: start[0]].strip(b" \t\n") or chunk[stop[-1] + 1 :].strip(b" \t\n"):
        raise Surprise
    begin, end = stop[at] + 1, start[at + 1]
    if (end - begin).max() > limits.string_chars:
        raise Surprise
    texts = slices(tags.data, begin, end)
    return _rewrite(chunk, texts, begin, end)


def _check_spelling(tags: Tags) -> None:
    length = tags.stop - tags.start + 1
    check_closed_tags(tags, length, _CLOSED)
    check_text_tags(tags, length, TEXT)
    known: set[bytes] = set()
    for i in np.flatnonzero(tags.code == PHONETIC).tolist():
        text = tags.data[tags.start[i] : tags.stop[i] + 1]
        if text not in known:
            if _PHONETIC_TAG.fullmatch(text) is None:
                raise Surprise
            known.add(text)


def _rewrite(chunk: bytes, texts: pa.StringArray, begin: Positions, end: Positions) -> pa.StringArray:
    """The texts with references and escapes resolved."""
    places = occurrences(chunk, b"&", _REWRITES_MAX) + occurrences(chunk, b"_x", _REWRITES_MAX)
    if not places:
        return texts
    items = sorted(set((np.searchsorted(begin, np.array(places), side="right") - 1).tolist()))
    if items[0] < 0 or any(place < begin[0] for place in places):
        raise Surprise
    rewritten = []
    for item in items:
        text = chunk[int(begin[item]) : int(end[item])].decode()
        rewritten.append(unescape(resolve_entities(text)))
    where = np.zeros(len(texts), np.bool_)
    where[items] = True
    return pc.replace_with_mask(texts, pa.array(where), pa.array(rewritten, pa.string()))
