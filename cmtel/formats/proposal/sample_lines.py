"""The lines of a sample, and the encoding that its bytes seem to have."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

#: More lines tell nothing new, and every one costs time.
MOST_LINES = 2000

_LINE_END = re.compile("\r\n|\r|\n")
_CONTROL = {code: None for code in (*range(0x20), 0x7F) if chr(code) not in "\t\r\n"}
#: Letters of the names of western Europe and Brazil, beyond ASCII.
_LETTERS = frozenset("äöüÄÖÜßáéíóúâêôãõçàèñÁÉÍÓÚÂÊÔÃÕÇÀÑëïåøæÅØÆ")
#: Marks that Windows puts into texts.
_MARKS = frozenset(
    "\u20ac\u201a\u201e\u2026\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u2122\u00a0\u00b0"
)
#: cp1252 stands for latin-1 too: they differ in what latin-1 has controls for.
_OTHER_ENCODINGS = ("cp1252", "cp850")


class SampleLines(NamedTuple):
    """Lines that are not blank, without line ends and control characters."""

    encoding: str
    lines: list[str]


def read_lines(sample: bytes, *, is_cut: bool) -> SampleLines:
    """Return the lines of a sample; ``is_cut``: the last one may lack its end and is left out."""
    encoding = guess_encoding(sample)
    text = sample.decode(encoding, "replace").removeprefix("\ufeff")
    lines = _LINE_END.split(text)
    if is_cut and len(lines) > 1:
        lines.pop()
    clean = (line.translate(_CONTROL) for line in lines)
    return SampleLines(encoding, [line for line in clean if line.strip()][:MOST_LINES])


def guess_encoding(sample: bytes) -> str:
    """Return utf-8, latin-1, cp1252 or cp850: the one in which most letters make sense.

    A character that is cut off at the end does not count. Latin-1 where nothing tells.
    """
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    best = max(_OTHER_ENCODINGS, key=lambda name: _sense(sample.decode(name, "replace")))
    has_controls_of_latin_1 = any(0x80 <= byte < 0xA0 for byte in sample)
    return "latin-1" if best == "cp1252" and not has_controls_of_latin_1 else best


def _sense(text: str) -> int:
    """Return how many characters are letters, less those that nobody writes in names."""
    beyond = [each for each in text if not each.isascii() and each not in _MARKS]
    return sum(1 if each in _LETTERS else -1 for each in beyond)
