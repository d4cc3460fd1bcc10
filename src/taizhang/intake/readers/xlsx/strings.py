"""The shared strings of a workbook: the text of every item, phonetic runs left out, and which are struck out."""

from dataclasses import dataclass
from functools import cached_property
from xml.parsers import expat

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from taizhang.intake.preflight import Limits, over_limit
from taizhang.intake.readers.safexml import MAIN_NAMESPACES, SEPARATOR, Feeder, forbid_declarations
from taizhang.intake.readers.xlsx.escapes import unescape


@dataclass(frozen=True)
class SharedStrings:
    """texts: one per item, never null.

    struck: true where every run of an item is struck out; None when none is. blank: true where an item is the empty
    text; None when none is.
    """

    texts: pa.StringArray
    struck: npt.NDArray[np.bool_] | None = None
    blank: npt.NDArray[np.bool_] | None = None

    @cached_property
    def listed(self) -> list[str]:
        """The texts as Python strings, for the scalar path; made once, on first use."""
        return self.texts.to_pylist()  # type: ignore[no-any-return]


def no_strings() -> SharedStrings:
    """The shared strings of a workbook that has no such part."""
    return SharedStrings(pa.array([], type=pa.string()))


class StringsParser:
    """The truth about `<sst>`: an expat parse, item by item.

    `texts` and `struck` grow while `feed` is called; the caller may take them away. Namespaces and prefixes of any kind are understood.
    """

    def __init__(self, limits: Limits) -> None:
        self.texts: list[str] = []
        self.struck: list[bool] = []
        self._limits = limits
        self._parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        self._parser.buffer_text = True
        forbid_declarations(self._parser)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._feeder = Feeder(self._parser, limits)
        self._depth = 0
        self._in_item = False
        self._phonetic_depth = 0  # depth of the open <rPh>, 0 outside
        self._pieces: list[str] = []
        self._chars = 0
        self._runs: list[bool] = []  # struck out, per run with text
        self._run_struck = False

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        """Parse on. Raises FileRefused."""
        self._feeder.feed(piece, final=final)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise over_limit("depth", self._depth, self._limits.depth)
        namespace, _, tag = name.rpartition(SEPARATOR)
        if namespace not in MAIN_NAMESPACES:
            return
        if tag == "si" and not self._in_item:
            self._in_item, self._pieces, self._chars, self._runs = True, [], 0, []
        elif not self._in_item or self._phonetic_depth:
            return
        elif tag == "t":
            self._parser.CharacterDataHandler = self._characters
            self._runs.append(self._run_struck)
        elif tag == "r":
            self._run_struck = False
        elif tag == "strike":
            self._run_struck = attributes.get("val", "1") not in {"0", "false", "off"}
        elif tag == "rPh":
            self._phonetic_depth = self._depth

    def _end(self, name: str) -> None:
        depth, self._depth = self._depth, self._depth - 1
        namespace, _, tag = name.rpartition(SEPARATOR)
        if namespace not in MAIN_NAMESPACES or not self._in_item:
            return
        if tag == "t":
            self._parser.CharacterDataHandler = None
        elif tag == "rPh" and self._phonetic_depth == depth:
            self._phonetic_depth = 0
        elif tag == "r":
            self._run_struck = False
        elif tag == "si":
            self._in_item = False
            self._keep(unescape("".join(self._pieces)))

    def _characters(self, text: str) -> None:
        self._chars += len(text)
        if self._chars > self._limits.string_chars:
            raise over_limit("string_chars", self._chars, self._limits.string_chars)
        self._pieces.append(text)

    def _keep(self, text: str) -> None:
        self.texts.append(text)
        self.struck.append(bool(self._runs) and all(self._runs))
