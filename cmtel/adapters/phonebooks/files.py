"""Phone books in files: CSV with a header, and vCards.

A file is read from its beginning each time. What cannot be decoded, or has no such column, is an
error and not a smaller phone book.
"""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cmtel.domain.phone_books import Record
from cmtel.domain.vcards import read_cards
from cmtel.errors import PhoneBookError

#: The longest cell of a CSV file, in characters; a file without its closing quote ends there.
_MAX_CELL_CHARS = 131_072


@dataclass(frozen=True, slots=True)
class CsvRecords:
    """The lines of a CSV file. Implements phone_book_ports.RecordSource.

    Attributes:
        path: The file.
        encoding: A name of Python's; a byte order mark at the beginning is passed over.
        delimiter: One character.
        has_header: The first line names the columns; else they are called 1, 2, 3 ...
    """

    path: Path
    encoding: str = "utf-8"
    delimiter: str = ","
    has_header: bool = True

    def records(self, fields: Sequence[str]) -> Iterator[Record]:
        with _opened(self.path, self.encoding) as file:
            lines = csv.reader(file, delimiter=self.delimiter)
            places = self._places(lines, fields)
            for line in lines:
                yield tuple(
                    (line[place],) if place < len(line) and line[place].strip() else ()
                    for place in places
                )

    def version(self) -> str | None:
        return _version([self.path])

    def header(self) -> list[str]:
        """Return the names of the columns, as they are written.

        Raises:
            PhoneBookError: The file cannot be read.
        """
        with _opened(self.path, self.encoding) as file:
            return next(csv.reader(file, delimiter=self.delimiter), [])

    def _places(self, lines: Iterator[list[str]], fields: Sequence[str]) -> list[int]:
        if not self.has_header:
            return [self._numbered(name) for name in fields]
        names = [name.strip().casefold() for name in next(lines, [])]
        missing = [name for name in fields if name.casefold() not in names]
        if missing:
            raise PhoneBookError(
                f"The phone book {self.path} has no column {', '.join(missing)}.",
                hint=f"Its columns, parted at {self.delimiter!r}: {', '.join(names) or 'none'}.",
            )
        return [names.index(name.casefold()) for name in fields]

    def _numbered(self, name: str) -> int:
        if name.isascii() and name.isdigit() and int(name):
            return int(name) - 1
        raise PhoneBookError(
            f"The phone book {self.path} is read without a header, so {name!r} is no column.",
            hint="Without a header columns are called by their place: 1, 2, 3.",
        )


@dataclass(frozen=True, slots=True)
class VcardRecords:
    """The cards of a .vcf file, or of every .vcf file in a folder. Implements RecordSource."""

    path: Path
    encoding: str = "utf-8"

    def records(self, fields: Sequence[str]) -> Iterator[Record]:
        for path in self._files():
            with _opened(path, self.encoding) as file:
                for card in read_cards(file):
                    yield tuple(card.get(name.upper(), ()) for name in fields)

    def version(self) -> str | None:
        return _version([self.path, *self._files()])

    def _files(self) -> list[Path]:
        if not self.path.is_dir():
            return [self.path]
        return sorted(each for each in self.path.iterdir() if each.suffix.lower() == ".vcf")


def _version(paths: Sequence[Path]) -> str:
    """Sizes and times of change; a file that is not there is told by reading it."""
    told = []
    for path in paths:
        with contextlib.suppress(OSError):
            found = path.stat()
            told.append(f"{path.name} {found.st_size} {found.st_mtime_ns}")
    return "; ".join(told)


def first_line(path: Path, encoding: str) -> str:
    """Return the first line of a file.

    Raises:
        PhoneBookError: It cannot be read.
    """
    with _opened(path, encoding) as file:
        return file.readline(_MAX_CELL_CHARS)


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The file's text, with whatever goes wrong while it is read told as it is."""
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    csv.field_size_limit(_MAX_CELL_CHARS)
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield file
    except OSError as exc:
        raise PhoneBookError(
            f"The phone book {path} cannot be read: {exc.strerror or exc}."
        ) from exc
    except UnicodeDecodeError as exc:
        raise PhoneBookError(
            f"The phone book {path} is not {encoding.removesuffix('-sig')} (byte {exc.start}).",
            hint='Name its encoding, for example encoding="cp1252".',
        ) from exc
    except csv.Error as exc:
        raise PhoneBookError(f"The phone book {path} is no CSV: {exc}.") from exc
