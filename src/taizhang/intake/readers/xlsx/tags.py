"""XML as arrays: where its tags are and what they are, found for megabytes at a time.

Everything here either proves that a chunk has the plain shape it understands or raises `Surprise`; the caller then
gives the chunk to expat. A surprise is never an error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Positions = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]

PAD = bytes(32)  # words are loaded up to 24 bytes beyond a tag's start
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
MASKS = np.array([(1 << (8 * n)) - 1 if n < 8 else 2**64 - 1 for n in range(9)], np.uint64)
"""The first n bytes of a word."""
_PLAIN_TEXT, _KEPT_TEXT = b"<t>", b'<t xml:space="preserve">'
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class Surprise(Exception):
    """The bytes have a shape the vector path does not understand."""


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a chunk in order.

    start, stop: positions of `<` and `>`. code: by the first two bytes of each tag, from the caller's table.
    words: the eight bytes from any position as one little-endian number.
    """

    data: bytes
    octets: npt.NDArray[np.uint8]
    words: npt.NDArray[np.uint64]
    start: Positions
    stop: Positions
    code: Codes


def code_table(starts: dict[bytes, int]) -> Codes:
    """The table from the two bytes after `<` to a code, 0 for all that are not named."""
    table = np.zeros(65536, np.uint8)
    for pair, code in starts.items():
        table[int.from_bytes(pair, "little")] = code
    return table


def find_tags(data: bytes, table: Codes) -> Tags:
    """The tags of `data`. Raises Surprise unless brackets alternate, every tag is known and the text is plain UTF-8.

    Plain: no control characters but TAB and LF (expat normalises CR), no U+FFFE/U+FFFF, valid UTF-8, no `<!` or `<?`.
    """
    padded = data + PAD
    octets = np.frombuffer(padded, np.uint8)
    inside = octets[: len(data)]
    start = np.flatnonzero(inside == 60)
    stop = np.flatnonzero(inside == 62)
    if len(start) != len(stop) or len(start) == 0:
        raise Surprise
    if not ((stop > start).all() and (stop[:-1] < start[1:]).all()):
        raise Surprise
    if data.translate(None, _ALLOWED_BELOW_SPACE):
        raise Surprise
    if not data.isascii():
        _check_utf8(data)
    pairs = np.ndarray((len(padded) - 1,), "<u2", buffer=padded, strides=(1,))
    code = table[pairs[start + 1]]
    if not code.all():
        raise Surprise
    words = np.ndarray((len(padded) - 7,), "<u8", buffer=padded, strides=(1,))
    return Tags(padded, octets, words, start, stop, code)


def check_closed_tags(tags: Tags, length: Positions, spelled: Mapping[int, bytes]) -> None:
    """Raises Surprise unless every tag of these codes is spelled so, to the last character. length: of each tag."""
    for code, text in spelled.items():
        at = tags.code == code
        if not at.any():
            continue
        if (length[at] != len(text)).any():
            raise Surprise
        if len(text) > 4:  # the shorter ones are proved by their first two letters and their length
            word = np.uint64(int.from_bytes(text, "little"))
            if ((tags.words[tags.start[at]] & MASKS[len(text)]) != word).any():
                raise Surprise


def check_text_tags(tags: Tags, length: Positions, code: int) -> None:
    """Raises Surprise unless every tag of this code is `<t>` or `<t xml:space="preserve">`. length: of each tag."""
    kept = (tags.code == code) & (length != len(_PLAIN_TEXT))
    if not kept.any():
        return
    if (length[kept] != len(_KEPT_TEXT)).any():
        raise Surprise
    start = tags.start[kept]
    for offset in (0, 8, 16):
        word = np.uint64(int.from_bytes(_KEPT_TEXT[offset : offset + 8], "little"))
        if (tags.words[start + offset] != word).any():
            raise Surprise


_ALLOWED_BELOW_SPACE = bytes([9, 10, *range(32, 256)])


def _check_utf8(data: bytes) -> None:
    if b"\xef\xbf\xbe" in data or b"\xef\xbf\xbf" in data:
        raise Surprise
    offsets = pa.py_buffer(np.array([0, len(data)], np.int32))
    try:
        pa.StringArray.from_buffers(1, offsets, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid as error:
        raise Surprise from error


def slices(data: bytes, start: Positions, stop: Positions) -> pa.StringArray:
    """The texts between increasing, not overlapping positions, as one array.

    Arrow wants a value to begin where the one before ends, so an array of texts and gaps in turn is laid over the
    bytes without copying, and every second value is taken.
    """
    if len(start) == 0:
        return pa.array([], type=pa.string())
    offsets = np.empty(2 * len(start), np.int32)
    offsets[0::2], offsets[1::2] = start, stop
    laid = pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))
    return laid.take(pa.array(np.arange(0, len(offsets), 2, dtype=np.int64)))


def resolve_entities(text: str) -> str:
    """The text with its character references resolved. Raises Surprise for any that is not plain."""
    if "&" not in text:
        return text
    if text.count("&") != len(_ENTITY.findall(text)):
        raise Surprise
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return _NAMED[match[1]]
    point = int(match[2]) if match[2] else int(match[3], 16)
    legal = point in {9, 10, 13} or 32 <= point < 0xD800 or 0xE000 <= point < 0xFFFE or 0x10000 <= point < 0x110000
    if not legal:
        raise Surprise
    return chr(point)


def occurrences(data: bytes, needle: bytes, most: int) -> list[int]:
    """Where `needle` begins; raises Surprise beyond `most` places, where the slow path is no slower."""
    places: list[int] = []
    if needle[:1] not in data:  # one byte is found many times faster than two
        return places
    at = data.find(needle)
    while at >= 0:
        places.append(at)
        if len(places) > most:
            raise Surprise
        at = data.find(needle, at + 1)
    return places


_FILL = np.array([0x3030303030303030 >> (8 * n) if n < 8 else 0 for n in range(9)], np.uint64)
_SHIFT = np.array([64 - 8 * n if n else 0 for n in range(9)], np.uint64)
_NIBBLES, _ZEROS, _SIXES = np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x3030303030303030), np.uint64(0x0606060606060606)


def parse_integers(
    words: npt.NDArray[np.uint64], length: Positions
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The numbers written by the first `length` (1 to 8) bytes of each word, and whether all of those are digits.

    Eight digits at once in a machine word: the digits are moved to its end, zeros filled in before, and pairs, fours
    and eights summed by multiplication.
    """
    value = (words << _SHIFT[length]) | _FILL[length]
    digits = ((value & _NIBBLES) == _ZEROS) & (((value + _SIXES) & _NIBBLES) == _ZEROS)
    value = value & np.uint64(0x0F0F0F0F0F0F0F0F)
    value = (value * np.uint64(2561)) >> np.uint64(8)
    value = ((value & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
    value = ((value & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)
    return value.astype(np.int64), digits
