"""The journal's sections of the settings file: where records come from and where calls go."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cmtel.config.kinds import Duration, Known, Text, Whole
from cmtel.config.moments import Day, Zone
from cmtel.config.networks import Networks
from cmtel.config.numbers import Numbers
from cmtel.config.paths import FilePath
from cmtel.config.phone_books import Extensions, PhoneBook
from cmtel.config.privacy import Privacy
from cmtel.config.secret import Secret, SecretRef, SecretReference, SecretText, secret_rules
from cmtel.config.section import Many, Problem, Section, attribute, element
from cmtel.config.suggest import near
from cmtel.config.tariffs import Tariffs
from cmtel.domain.column_selection import MAX_TEXT_SIZE, JournalColumn, find_type, select_columns
from cmtel.domain.column_types import COLUMN_TYPES, RECORD_ID, ColumnType
from cmtel.domain.source_address import SourceKind, parse_source_address
from cmtel.domain.source_options import check_source_options
from cmtel.domain.table_names import parse_table_name
from cmtel.errors import UsageError
from cmtel.formats import registry

SourceWord = Literal[
    "tcp-listen", "tcp", "file", "serial", "stdin", "udp-listen", "http-listen", "http", "nats"
]

#: The attribute that says where a source of a kind lies; the others must not stand there.
_PLACES: Mapping[SourceWord, str] = {
    "tcp-listen": "address",
    "tcp": "address",
    "udp-listen": "address",
    "http-listen": "address",
    "http": "address",
    "nats": "address",
    "file": "path",
    "serial": "device",
    "stdin": "",
}

#: Options of formats that are regular expressions (formats.md 1.11).
_EXPRESSIONS = frozenset({"internal", "skip"})


def repeated(
    name: str, values: Sequence[tuple[Hashable, str]], attribute_name: str
) -> Iterator[Problem]:
    """Yield a problem for each element ``name`` whose attribute has an earlier one's value."""
    seen: dict[Hashable, int] = {}
    for index, (key, shown) in enumerate(values):
        if key in seen:
            message = f"{shown!r} is already that of {name}[{seen[key] + 1}]"
            yield (name, index, f"@{attribute_name}"), message
        seen.setdefault(key, index)


class Column(Section):
    """One column of the journal table. Without any, the table has all journal columns."""

    type: Annotated[str, Text("a column type")] = attribute(
        "type", "The column type, such as Journal_Rufnummer; see 'cmtel journal columns'."
    )
    name: Annotated[str, Text("a column name")] | None = attribute(
        "name", "The column's name in the table.", None, default_says="the type's own name"
    )
    size: Annotated[str, Text("1 to 4000, or long", "[1-9][0-9]{0,3}|long")] | None = attribute(
        "size",
        "The size of a text column, in characters; long makes Journal_DatensatzID a number.",
        None,
        default_says="the type's size",
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        found = find_type(self.type)
        if found is None:
            hint = near(self.type, COLUMN_TYPES) or "see 'cmtel journal columns'"
            yield ("@type",), f"{self.type!r} is no column type; {hint}"
        elif self.size is not None:
            yield from _size_rules(found, self.size)
        if self.name is not None and not self.name.isprintable():
            yield ("@name",), "must have no control characters"


def _size_rules(column_type: ColumnType, size: str) -> Iterator[Problem]:
    if size == "long":
        if column_type.name != RECORD_ID:
            yield ("@size",), f"may be long for {RECORD_ID} only"
    elif column_type.size is None:
        yield ("@size",), f"is not for {column_type.name}: a {column_type.kind} has no size"
    elif int(size) > MAX_TEXT_SIZE:
        yield ("@size",), f"must be 1 to {MAX_TEXT_SIZE} (got {size!r})"


class Option(Section):
    """One option of the source's format; 'cmtel format show' lists them."""

    name: Annotated[str, Text("an option name")] = attribute("name", "The option's name.")
    value: Annotated[str, Text("a text", may_be_empty=True)] = attribute(
        "value", "The option's value."
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        if self.name in _EXPRESSIONS:
            try:
                re.compile(self.value)
            except re.error as error:
                yield ("@value",), f"is no regular expression: {error}"


class SourceOption(Section):
    """One option of the source itself, such as a filter. May be repeated."""

    name: Annotated[str, Text("an option name")] = attribute("name", "The option's name.")
    value: Annotated[str, Text("a text", may_be_empty=True)] = attribute(
        "value", "The option's value."
    )


class Source(Section):
    """Where call records come from. May be repeated; each is received on its own."""

    name: Annotated[str, Text("a name without blanks, @, / and :", r"[^@/:\s]{1,50}")] = attribute(
        "name", "The source's name in the spool, the books and the log; do not change it later."
    )
    kind: SourceWord = attribute("kind", "How the records come.")
    address: Annotated[str, Text("an address")] | None = attribute(
        "address",
        "HOST:PORT to listen on or to connect to; a URL for the kinds http and nats.",
        None,
        default_says="none; needed by all kinds but file, serial and stdin",
    )
    path: Annotated[Path, FilePath()] | None = attribute(
        "path",
        "The file to follow, or a pattern with * and ?.",
        None,
        default_says="none; needed by kind file",
    )
    device: Annotated[str, Text("a device name")] | None = attribute(
        "device",
        "The serial device, such as COM3 or /dev/ttyUSB0.",
        None,
        default_says="none; needed by kind serial",
    )
    baud: Annotated[int, Whole(50, 4_000_000)] = attribute(
        "baud", "Speed of the serial line, in bits per second.", 9600
    )
    mode: Annotated[str, Text("data bits, parity, stop bits", r"[5-8][NEOMS](1|1\.5|2)")] = (
        attribute(
            "mode", "Data bits, parity (N, E, O, M, S) and stop bits of the serial line.", "8N1"
        )
    )
    allow: Annotated[tuple[IPv4Network | IPv6Network, ...], Networks()] | None = attribute(
        "allow", "Who may connect to a listener.", None, default_says="everyone"
    )
    format: Annotated[str, Text("a format name")] = attribute(
        "format", "The switch format, such as avaya-ipo; see 'cmtel format list'."
    )
    time_zone: Annotated[ZoneInfo, Zone()] | None = attribute(
        "timeZone", "The time zone of the switch.", None, default_says="that of CmTelNotifier"
    )
    year_hint: Annotated[date, Day()] | None = attribute(
        "yearHint",
        "The date near which records without a year lie.",
        None,
        default_says="the day of reception",
    )
    user: Annotated[str, Text("a user name")] | None = attribute(
        "user", "The user to log in with, where the switch demands one.", None
    )
    secret_ref: Annotated[SecretRef, SecretReference()] | None = attribute(
        "secretRef", "Where that user's password is kept.", None
    )
    password: Annotated[Secret, SecretText()] | None = attribute(
        "password", "That user's password itself; prefer secretRef.", None
    )
    options: Many[Option] = element("Option", ())
    source_options: Many[SourceOption] = element("SourceOption", ())

    @property
    def text(self) -> str:
        """Where the source lies in one text, as after ``--source``."""
        if self.kind in ("http", "nats"):
            return self.address or ""
        if self.kind == "serial":
            return f"serial:{self.device}?baud={self.baud}&mode={self.mode}"
        return f"{self.kind}:{self.path or self.address}" if _PLACES[self.kind] else self.kind

    @property
    def has_login(self) -> bool:
        """Whether a user or a password is given."""
        return any(each is not None for each in (self.user, self.secret_ref, self.password))

    def rules(self, known: Known) -> Iterator[Problem]:
        yield from self._place_rules()
        yield from self._option_rules()
        yield from secret_rules(self.password, self.secret_ref)
        if known.formats is not None and self.format not in known.formats:
            hint = near(self.format, known.formats) or "see 'cmtel format list'"
            yield ("@format",), f"{self.format!r} is no known format; {hint}"

    def _place_rules(self) -> Iterator[Problem]:
        needed = _PLACES[self.kind]
        for name in ("address", "path", "device"):
            if name == needed and getattr(self, name) is None:
                yield (f"@{name}",), f"is needed by kind {self.kind}"
                return
            if name != needed and getattr(self, name) is not None:
                yield (f"@{name}",), f"is not for kind {self.kind}"
        try:
            address = parse_source_address(self.text)
        except UsageError as error:
            yield (f"@{needed}",), error.message
        else:
            if address.kind != self.kind:
                yield (f"@{needed}",), f"is not for kind {self.kind}"

    def _option_rules(self) -> Iterator[Problem]:
        for name, options in (("Option", self.options), ("SourceOption", self.source_options)):
            yield from repeated(name, [(each.name, each.name) for each in options], "name")
        for index, option in enumerate(self.source_options):
            if option.name in ("user", "secretRef"):
                yield ("SourceOption", index, "@name"), f"is the attribute {option.name} of Source"
                continue
            try:
                check_source_options(SourceKind(self.kind), {option.name: option.value})
            except UsageError as error:
                yield (
                    ("SourceOption", index, "@name"),
                    f"{error.message} {error.hint or ''}".strip(),
                )


class SpoolSettings(Section):
    """The durable queue between the sources and the table."""

    folder: Annotated[Path, FilePath()] | None = attribute(
        "folder",
        "The spool's folder, on a local disk.",
        None,
        default_says="'spool' in the platform's state folder",
    )
    max_megabytes: Annotated[int, Whole(16, 1_048_576)] = attribute(
        "maxMegabytes",
        "The limit of the spool, in megabytes; when it is full, sources have to wait.",
        2048,
    )


class Journal(Section):
    """The journal: sources, table and columns."""

    table: Annotated[str, Text("a table name")] = attribute(
        "table", "The journal table, with its schema if needed (dbo.journal).", "journal"
    )
    internal_as: Literal["i", "o", "skip"] = attribute(
        "internalAs", "What Journal_In_Out says for internal calls; skip leaves them out.", "o"
    )
    legs: Literal["keep", "fold"] = attribute(
        "legs", "keep: a row for each leg of a call; fold: one row a call.", "keep"
    )
    legs_wait_secs: Annotated[int, Duration(1, 24 * 3600)] = attribute(
        "legsWait",
        "With legs=fold: how long a call waits for its next leg before its row is written.",
        120,
    )
    columns: Many[Column] = element("Column", ())
    sources: Many[Source] = element("Source", ())
    numbers: Numbers = element("Numbers", Numbers)
    phone_books: Many[PhoneBook] = element("PhoneBook", ())
    extensions: Many[Extensions] = element("Extensions", ())
    tariffs: Tariffs | None = element("Tariffs", None)
    privacy: Privacy | None = element("Privacy", None)
    spool: SpoolSettings = element("Spool", SpoolSettings)

    def rules(self, known: Known) -> Iterator[Problem]:
        yield from self._unmasked()
        try:
            parse_table_name(self.table)
        except UsageError as error:
            yield ("@table",), error.message
        names = [(source.name.casefold(), source.name) for source in self.sources]
        yield from repeated("Source", names, "name")
        types = [find_type(column.type) for column in self.columns]
        yield from repeated("Column", [(each, each.name) for each in types if each], "type")
        names = [
            ((column.name or each.column).casefold(), column.name or each.column)
            for column, each in zip(self.columns, types, strict=True)
            if each
        ]
        yield from repeated("Column", names, "name")

    def _unmasked(self) -> Iterator[Problem]:
        if self.privacy is None:
            return
        names = registry.names()
        for index, source in enumerate(self.sources):
            if source.format in names and registry.get(source.format).spans_records:
                text = f"{source.format} cannot be masked: it tells one call in several records"
                yield ("Source", index, "@format"), f"{text}; take Privacy out, or this source"

    @property
    def selected_columns(self) -> tuple[JournalColumn, ...]:
        """The columns of the table, with the names and sizes that are in effect."""
        return select_columns(
            [column.type for column in self.columns],
            [f"{column.type}={column.name}" for column in self.columns if column.name],
            [f"{column.type}={column.size}" for column in self.columns if column.size],
        )
