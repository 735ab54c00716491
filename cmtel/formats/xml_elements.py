"""XML elements as records: framing, declared encoding, and the texts inside of one element.

Elements of one name are records, and do not stand inside of each other. An element that does not
end before the next one begins is broken, and costs no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.parsers import expat

from cmtel.errors import LineRejected
from cmtel.formats.document_framer import DocumentFramer
from cmtel.formats.text import RecordTexts

_PREFIX = r"(?:[A-Za-z_][\w.-]*:)?"
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
#: The declared encodings that are not read as UTF-8, by the names of the option ``encoding``.
_ENCODINGS = {
    **dict.fromkeys(("iso-8859-1", "latin1"), "latin-1"),
    **dict.fromkeys(("windows-1252", "cp1252"), "cp1252"),
    **dict.fromkeys(("ibm850", "cp850"), "cp850"),
}


class ElementFramer(DocumentFramer):
    """Records are the elements called ``name``."""

    def __init__(self, name: str) -> None:
        super().__init__()
        start = rf"<{_PREFIX}{name}(?=[\s/>])"
        self._start = re.compile(start.encode())
        #: The end of an element, or where the next one starts if that comes first.
        self._edge = re.compile(rf"</{_PREFIX}{name}\s*>|(?={start})".encode())

    def start_of_part(self, data: bytes, begin: int) -> int | None:
        """Return where the next element starts."""
        found = self._start.search(data, begin)
        return found.start() if found else None

    def end_of_part(self, data: bytes, start: int, *, is_settled: bool) -> int | None:
        """Return where the element ends, or where the next one starts before it does."""
        found = self._edge.search(data, start + 1)
        return found.end() if found else None

    def end_of_oversize(self, data: bytes) -> int | None:
        """Return where an element ends, or the next one starts."""
        found = self._edge.search(data)
        return found.end() if found else None


class ElementTexts(RecordTexts):
    """The texts of records, in the encoding that the document declares if no option says it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._is_declaration_read = "encoding" not in values

    def read(self, records: Sequence[bytes]) -> tuple[Sequence[str | None], list[str]]:
        """Return text and raw of each record."""
        texts: list[str | None] = []
        raws: list[str] = []
        for record in records:
            if self._is_declaration_read and (declared := _DECLARED.search(record)):
                self._encoding = _ENCODINGS.get(declared[1].decode().lower(), "utf-8")
            (text,), (raw,) = super().read([record])
            texts.append(text)
            raws.append(raw)
        return texts, raws


class ElementReader:
    """Finds the element called ``name`` in the text of a record, and reads what is in it."""

    def __init__(self, name: str) -> None:
        start = rf"<{_PREFIX}{name}(?=[\s/>])"
        self._start = re.compile(start)
        self._whole = re.compile(rf"{start}.*</{_PREFIX}{name}\s*>", re.DOTALL)

    def is_in(self, text: str) -> bool:
        """Tell if an element starts in ``text``."""
        return self._start.search(text) is not None

    def whole(self, text: str) -> str | None:
        """Return the element, None if it has no end."""
        found = self._whole.search(text)
        return found[0] if found else None


def leaf_texts(element: str) -> dict[str, str]:
    """Return the texts of an element's leaves, by name and by ``parent/name``, without prefixes.

    Of several with one name the first that is not empty counts.

    Raises:
        LineRejected: The element is not well-formed.
    """
    rest = _PLAIN_TAG.sub("", element)
    if not rest or rest.isspace():
        return _plain_texts(element)
    leaves = _Leaves()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = leaves.begin
    parser.EndElementHandler = leaves.end
    parser.CharacterDataHandler = leaves.parts.append
    try:
        parser.Parse(element, True)
    except (expat.ExpatError, UnicodeEncodeError) as exc:
        raise LineRejected from exc
    return leaves.texts


#: A leaf with its text, or a tag; without prefix and attributes, as nearly all are.
_PLAIN_TAG = re.compile(r"<([A-Za-z_][\w.-]*)>(?:([^<&]*)(</\1>))?|</([A-Za-z_][\w.-]*)>")


def _plain_texts(element: str) -> dict[str, str]:
    """The quick way: the tags are found by one expression, here they are checked to be nested."""
    texts: dict[str, str] = {}
    path = [""]
    for name, text, leaf_end, end in _PLAIN_TAG.findall(element):
        if leaf_end:
            _keep(texts, path[-1], name, text)
        elif name:
            path.append(name)
        elif path.pop() != end:
            raise LineRejected
    if len(path) != 1:
        raise LineRejected
    return texts


class _Leaves:
    """What a parser tells of elements: the texts of those that have no others in them."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.parts: list[str] = []
        self._path = [""]

    def begin(self, name: str, _: Mapping[str, str]) -> None:
        self._path.append(name.rpartition(":")[2])
        self.parts.clear()

    def end(self, _: str) -> None:
        name = self._path.pop()
        _keep(self.texts, self._path[-1], name, "".join(self.parts))
        self.parts.clear()


def _keep(texts: dict[str, str], parent: str, name: str, text: str) -> None:
    if kept := text.strip():
        texts.setdefault(name, kept)
        texts.setdefault(f"{parent}/{name}", kept)
