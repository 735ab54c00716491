"""vCards: their lines unfolded and unescaped, as fields with values. Versions 2.1, 3.0 and 4.0.

Source:
    RFC 6350 (vCard 4.0): 3.2 (folding), 3.3 (grammar), 3.4 (escapes), 6.4.1 (TEL, also as a
    tel: URI); RFC 2426 (3.0): ORG and N have parts, parted by semicolons; vCard 2.1:
    ENCODING=QUOTED-PRINTABLE with its soft line breaks.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator, Mapping

#: The fields whose values have parts; of the organisation only the first part is its name.
_STRUCTURED = {"ORG": slice(0, 1), "N": slice(None)}

#: A character after a backslash; ``\n`` is a line break.
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PARTS = re.compile(r"(?<!\\);")

Card = Mapping[str, list[str]]


def read_cards(lines: Iterable[str]) -> Iterator[Card]:
    """Yield the cards, each as lists of values by the upper-case name of the field.

    What is outside of any card is passed over, and so is a last card without its end. N becomes
    "given family"; the group before a name (``item1.TEL``) is left out.
    """
    card: dict[str, list[str]] | None = None
    for line in _unfolded(lines):
        name, parameters, value = _parted(line)
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            card = {}
        elif name == "END" and value.strip().upper() == "VCARD":
            if card is not None:
                yield card
            card = None
        elif card is not None and name:
            text = _text(name, parameters, value)
            if text:
                card.setdefault(name, []).append(text)


def _unfolded(lines: Iterable[str]) -> Iterator[str]:
    """A line that begins with a blank goes on with the one before; so does quoted-printable."""
    held: str | None = None
    for raw in lines:
        line = raw.rstrip("\r\n")
        if held is not None and _has_soft_break(held):
            held = held[:-1] + line.lstrip(" \t")
        elif held is not None and line[:1] in (" ", "\t"):
            held += line[1:]
        else:
            if held is not None:
                yield held
            held = line
    if held is not None:
        yield held


def _has_soft_break(line: str) -> bool:
    head = line.partition(":")[0].upper()
    return line.endswith("=") and "QUOTED-PRINTABLE" in head


def _parted(line: str) -> tuple[str, str, str]:
    """Return name, parameters and value; a colon in a quoted parameter is none that parts."""
    match = re.match(r'([^:;"]*)((?:;(?:[^":;]|"[^"]*")*)*):(.*)$', line, re.DOTALL)
    if match is None:
        return "", "", ""
    return match[1].rpartition(".")[2].strip().upper(), match[2].upper(), match[3]


def _text(name: str, parameters: str, value: str) -> str:
    if "QUOTED-PRINTABLE" in parameters:
        value = quopri.decodestring(value.encode("utf-8", "replace")).decode("utf-8", "replace")
    if name not in _STRUCTURED:
        return _unescaped(value).strip()
    parts = [_unescaped(part).strip() for part in _PARTS.split(value)][_STRUCTURED[name]]
    if name == "N":
        family, given, *_ = [*parts, ""]
        parts = [given, family]
    return " ".join(part for part in parts if part)


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
