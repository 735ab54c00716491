"""Bytes of a settings file to a mapping, in xmltodict's spelling.

Refused here: what is no well-formed XML, document types and entities (no settings file needs
them, and they are how XML is made to explode), elements nested beyond reason, and files that are
not ours. Encodings are those that expat knows by the XML declaration or byte order mark, and
the single-byte code pages that Python knows (windows-1252).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

import xmltodict

from cmtel.config.model import ROOT
from cmtel.errors import ConfigError

#: Real files have a few kilobytes; beyond this somebody named the wrong file.
MAX_FILE_BYTES = 1024 * 1024
#: The model is 4 elements deep.
_MAX_DEPTH = 16

#: Where an element stands: its names from the root on, each with its place among its namesakes.
Place = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded file.

    Attributes:
        source: The file's name, for messages.
        root: The content of the root element.
        lines: The line of each element, from 1.
    """

    source: str
    root: dict[str, Any]
    lines: dict[Place, int]


class ForeignSettings(ConfigError):
    """The file belongs to another program; it is left alone."""


def load(data: bytes, source: str) -> Document:
    """Return the mapping of a settings file.

    Raises:
        ForeignSettings: It is XML, but not ours (the vendor's file has the same name).
        ConfigError: It cannot be read; one line says where and why.
    """
    if len(data) > MAX_FILE_BYTES:
        message = f"{source} is larger than a megabyte."
        raise ConfigError(message, hint="Is it the right file?", source=source)
    lines = _survey(data, source)
    mapping = xmltodict.parse(data, disable_entities=True)
    name, content = next(iter(mapping.items()))
    root = content if isinstance(content, dict) else {}
    if name != ROOT or "@version" not in root:
        raise _foreign(source, name)
    own = {key: value for key, value in root.items() if not _is_editors(key)}
    return Document(source, own, lines)


def _survey(data: bytes, source: str) -> dict[Place, int]:
    """Walk the document once for what xmltodict does not tell: lines, document type, depth."""
    survey = _Survey(source)
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: survey.start(name, parser.CurrentLineNumber)
    parser.EndElementHandler = survey.end
    parser.StartDoctypeDeclHandler = survey.refuse_doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _malformed(data, source, error) from error
    except (LookupError, ValueError) as error:
        # pyexpat asks Python for encodings that expat does not know.
        message = f"{source} is in an encoding that cannot be read: {error}."
        hint = "Save it as UTF-8 and say so in its first line."
        raise ConfigError(message, hint=hint, source=source) from error
    return survey.lines


class _Survey:
    def __init__(self, source: str) -> None:
        self.lines: dict[Place, int] = {}
        self._source = source
        self._place: Place = ()
        self._counts: list[dict[str, int]] = [{}]

    def start(self, name: str, line: int) -> None:
        if len(self._place) == _MAX_DEPTH:
            message = f"{self._source}, line {line}: elements are nested too deeply."
            raise ConfigError(message, source=self._source)
        index = self._counts[-1].get(name, 0)
        self._counts[-1][name] = index + 1
        self._counts.append({})
        self._place = (*self._place, (name, index))
        self.lines[self._place] = line

    def end(self, _: str) -> None:
        self._counts.pop()
        self._place = self._place[:-1]

    def refuse_doctype(self, *_: object) -> None:
        message = f"{self._source} has a document type (<!DOCTYPE>), which is not allowed."
        raise ConfigError(message, hint="Remove it, and all entities.", source=self._source)


def _malformed(data: bytes, source: str, error: expat.ExpatError) -> ConfigError:
    """The error of a file that is no XML, with line and column from 1."""
    reason = expat.ErrorString(error.code)
    message = f"{source}, line {error.lineno}, column {error.offset + 1}: {reason}."
    hint = None
    if not data.strip():
        hint = "The file is empty; 'cmtel init' writes one."
    elif reason == "not well-formed (invalid token)" and not _is_utf_8(data):
        hint = 'Save it as UTF-8, or begin it with <?xml version="1.0" encoding="windows-1252"?>.'
    return ConfigError(message, hint=hint, source=source)


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _foreign(source: str, root: str) -> ForeignSettings:
    message = (
        f"{source} is no settings file of cmtel (its root is <{root[:60]}> and it does not say "
        f'<{ROOT} version="1">); it seems to be the telephony vendor\'s and is left alone.'
    )
    hint = "Name another file with --config, or write one with 'cmtel init --output PATH'."
    return ForeignSettings(message, hint=hint, source=source)


def _is_editors(key: str) -> bool:
    """Whether an attribute of the root is only there to tell an XML editor about the XSD."""
    return key == "@xmlns:xsi" or key.startswith("@xsi:")
