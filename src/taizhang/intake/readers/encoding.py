"""Which encoding a text file is in: the ladder of design/intake.md §9. Nothing is ever replaced or guessed silently."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from taizhang.intake.raw import FileEvent

PIECE = 1 << 16
UTF8_TAIL = 3  # bytes a cut UTF-8 character can leave behind
GB18030_TAIL = 3
SAMPLE = 1 << 20

# Words of headers and registers that tell the two scripts apart; a text in the wrong encoding holds none of them.
_SIMPLIFIED = re.compile(
    "姓名|身份证|号码|户主|性别|关系|年龄|村|镇|县|组|电话|备注|家庭|人口|序号|脱贫|监测|残疾|社|民|务工|收入|[的一是在人有]"
)
_TRADITIONAL = re.compile(
    "姓名|身分證|身份證|號碼|戶主|性別|關係|年齡|村|鎮|縣|組|電話|備註|家庭|人口|序號|脫貧|監測|殘疾|社|民|務工|收入|[的一是在人有]"
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """name: a Python codec. evidence: bom, ascii, strict, nul-bytes, words or none. cut: bytes lost at the very end.

    sure is False where two encodings fit equally well or none does: a person must look.
    bom: bytes to skip.
    """

    name: str
    evidence: str
    cut: int = 0
    sure: bool = True
    bom: int = 0


_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def detect_encoding(path: Path) -> Encoding:
    """The encoding of a text file; reads it once or twice in pieces, whatever its size."""
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE)
    for bom, name in _BOMS:
        if sample.startswith(bom):
            cut = _fits(path, name, skip=len(bom), tail=3)
            return Encoding(name, "bom", cut or 0, sure=cut is not None, bom=len(bom))
    wide = _wide(sample)
    if wide is not None:
        cut = _fits(path, wide, tail=3)
        if cut is not None:
            return Encoding(wide, "nul-bytes", cut)
    cut = _fits(path, "utf-8", tail=UTF8_TAIL)
    if cut is not None:
        return Encoding("utf-8", "ascii" if sample.isascii() else "strict", cut)
    return _east_asian(path, sample)


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: NUL in more than a quarter of the high bytes, or failing that, Chinese in high bytes."""
    even, odd = sample[0::2], sample[1::2]
    if not odd:
        return None
    if odd.count(0) * 4 > len(odd) and odd.count(0) > even.count(0):
        return "utf-16-le"
    if even.count(0) * 4 > len(even) and even.count(0) > odd.count(0):
        return "utf-16-be"
    # A table of Chinese text still separates its cells and lines by ASCII: a NUL beside every separator.
    if sample.count(0) * 50 > len(sample):
        return "utf-16-le" if odd.count(0) > even.count(0) else "utf-16-be"
    return None


def _fits(path: Path, name: str, *, tail: int, skip: int = 0) -> int | None:
    """Bytes of a cut last character (0 when whole), or None when the file is not in this encoding."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    size = path.stat().st_size
    read = skip
    with path.open("rb") as stream:
        stream.seek(skip)
        while piece := stream.read(PIECE):
            read += len(piece)
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                lost = len(error.object) - error.start
                at_end = read == size and lost <= tail
                return lost if at_end else None
    held = len(decoder.getstate()[0])
    return held if held <= tail else None


def _east_asian(path: Path, sample: bytes) -> Encoding:
    """GB18030 against Big5: whichever decodes and speaks the words of a register."""
    candidates: list[tuple[int, str, int]] = []
    for name, words in (("gb18030", _SIMPLIFIED), ("big5hkscs", _TRADITIONAL)):
        cut = _fits(path, name, tail=GB18030_TAIL)
        if cut is not None:
            text = sample.decode(name, "ignore")
            candidates.append((len(words.findall(text)), name, cut))
    if not candidates:
        return Encoding("gb18030", "none", sure=False)
    candidates.sort(key=lambda candidate: candidate[0], reverse=True)
    score, name, cut = candidates[0]
    if len(candidates) == 1:
        return Encoding(name, "strict", cut)
    rival = candidates[1][0]
    if score > rival:
        return Encoding(name, "words", cut, sure=score >= 2 * rival + 1 or score - rival >= 3)
    return Encoding("gb18030", "none", next(c for _, n, c in candidates if n == "gb18030"), sure=False)


def decoded(path: Path, encoding: Encoding) -> Iterator[str]:
    """The file's text in pieces, without mark and cut tail; strict, so that nothing is replaced unseen.

    Where no encoding fits (`evidence` none) undecodable bytes become U+FFFD, which `replaced` counts beforehand.
    """
    errors = "strict" if encoding.evidence != "none" else "replace"
    decoder = codecs.getincrementaldecoder(encoding.name)(errors)
    left = path.stat().st_size - encoding.bom - encoding.cut
    with path.open("rb") as stream:
        stream.seek(encoding.bom)
        while left > 0:
            piece = stream.read(min(PIECE, left))
            if not piece:
                break
            left -= len(piece)
            yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def replaced(path: Path, encoding: Encoding) -> int:
    """How many characters cannot be decoded: 0 unless no encoding fits."""
    if encoding.evidence != "none":
        return 0
    return sum(text.count("\ufffd") for text in decoded(path, encoding))


def encoding_event(path: Path, encoding: Encoding) -> FileEvent:
    """`SR-ENCODING` with the evidence: info when sure and whole, else warn."""
    facts: dict[str, str | int] = {
        "encoding": encoding.name,
        "evidence": encoding.evidence,
        "cut_bytes": encoding.cut,
        "replaced": replaced(path, encoding),
    }
    return FileEvent("SR-ENCODING", "info" if encoding.sure and not encoding.cut else "warn", facts=facts)
