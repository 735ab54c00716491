"""Tables of tariffs as CSV files, as spreadsheets write them.

The first line names the columns: the attributes of ``<Tariff>`` in any order, ``prefix`` and
``perUnit`` at least. Commas, semicolons or tabs part them, whichever stands in that line; with
semicolons or tabs a number may have a decimal comma. Empty cells are not given; empty lines and
lines that begin with ``#`` are left out. UTF-8, with or without a byte order mark.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from cmtel.config.problems import explain_element
from cmtel.config.suggest import near
from cmtel.config.tariffs import Tariff
from cmtel.errors import ConfigError

#: Beyond this somebody named the wrong file; a carrier's table of the world has a few megabytes.
_MAX_BYTES = 64 << 20
#: Of a file full of mistakes, so many are told.
_MAX_PROBLEMS = 20
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")
_COLUMNS = [str(info.validation_alias).lstrip("@") for info in Tariff.model_fields.values()]


def read_tariffs(path: Path) -> list[Tariff]:
    """Return the tariffs of a table, in its order.

    Raises:
        ConfigError: It cannot be read, or it has problems: each with file and line.
    """
    table = _Table(path, _text(path))
    tariffs = list(table.tariffs())
    if not tariffs and not table.problems:
        table.add(1, "there is no tariff; write one a line below the names of the columns")
    if table.problems:
        count = len(table.problems)
        more = [f"{path}: and {count - _MAX_PROBLEMS} more"] if count > _MAX_PROBLEMS else []
        raise ConfigError(
            f"{path} has {'1 problem' if count == 1 else f'{count} problems'}.",
            hint="The columns are those of <Tariff>; see docs/charges.md.",
            source=str(path),
            problems=[*table.problems[:_MAX_PROBLEMS], *more],
        )
    return tariffs


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        hint = "Relative paths count from the settings file."
        message = f"The tariffs {path} cannot be read: {error.strerror or error}."
        raise ConfigError(message, hint=hint, source=str(path)) from error
    if len(data) > _MAX_BYTES:
        message = f"{path} is larger than {_MAX_BYTES >> 20} megabytes."
        raise ConfigError(message, hint="Is it the right file?", source=str(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{path}:{line}: is not UTF-8."
        hint = "Save it as CSV UTF-8 (Excel has that among its file types)."
        raise ConfigError(message, hint=hint, source=str(path)) from error


class _Table:
    def __init__(self, path: Path, text: str) -> None:
        self.problems: list[str] = []
        self._path = path
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._seen: dict[object, int] = {}

    def add(self, line: int, text: str) -> None:
        self.problems.append(f"{self._path}:{line}: {text}")

    def tariffs(self) -> Iterator[Tariff]:
        rows = [
            (number, text)
            for number, text in enumerate(self._lines, 1)
            if text.strip(" \t,;") and not text.startswith("#")
        ]
        if not rows:
            return
        (number, header), *rest = rows
        delimiter = max(",;\t", key=header.count)
        names = [name.strip() for name in _cells(header, delimiter)]
        if not self._is_header(number, names):
            return
        for number, text in rest:
            tariff = self._tariff(number, names, _cells(text, delimiter), delimiter)
            if tariff is not None:
                yield tariff

    def _is_header(self, number: int, names: list[str]) -> bool:
        before = len(self.problems)
        for name in dict.fromkeys(names):
            if name not in _COLUMNS:
                known = near(name, _COLUMNS) or f"there are {', '.join(_COLUMNS)}"
                self.add(number, f"{name!r} is no column of tariffs; {known}")
            elif names.count(name) > 1:
                self.add(number, f"the column {name} stands {names.count(name)} times; keep one")
        if len(self.problems) > before:
            return False
        missing = [name for name in ("prefix", "perUnit") if name not in names]
        if missing:
            self.add(number, f"the column {' and '.join(missing)} is missing; add it to this line")
        return not missing

    def _tariff(
        self, number: int, names: list[str], cells: list[str], delimiter: str
    ) -> Tariff | None:
        if len(cells) > len(names):
            text = f"has {len(cells)} cells for {len(names)} columns; quote a cell that has a"
            self.add(number, f"{text} {delimiter!r} in it")
            return None
        given = {
            f"@{name}": _number(cell.strip(), delimiter)
            for name, cell in zip(names, cells, strict=False)
            if cell.strip()
        }
        try:
            tariff = Tariff.model_validate(given, by_alias=True, by_name=False)
        except ValidationError as error:
            for name, text in explain_element(error):
                self.add(number, f"{name} {text}{_cure(name, given)}")
            return None
        first = self._seen.setdefault((tariff.prefix, tariff.hours), number)
        if first != number:
            self.add(number, f"has the prefix and the hours of line {first}; leave out one of them")
        return tariff


def _cells(line: str, delimiter: str) -> list[str]:
    """A cell cannot go on in the next line; one beyond all measure is cut into a wrong one."""
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return line.split(delimiter)


def _number(cell: str, delimiter: str) -> str:
    has_comma = delimiter != "," and _DECIMAL_COMMA.fullmatch(cell)
    return cell.replace(",", ".") if has_comma else cell


def _cure(name: str, given: Mapping[str, str]) -> str:
    """Spreadsheets take +5511 for a number, and 1E+12 for a longer one."""
    if name == "prefix" and "E+" in given.get("@prefix", "").upper():
        return "; the spreadsheet has taken it for a number: format the column as text"
    return ""
