"""The journal's sections of the settings file: where records come from and where calls go."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cmtel.config.kinds import Known, Text, Whole
from cmtel.config.moments import Day, Zone
from cmtel.config.networks import Networks, is_host_and_port
from cmtel.config.paths import FilePath
from cmtel.config.secret import ConnectionUrl, Secret, SecretRef, SecretReference, SecretText
from cmtel.config.section import Many, Problem, Section, attribute, element
from cmtel.config.suggest import near

SourceKind = Literal[
    "tcp-listen", "tcp", "file", "serial", "stdin", "udp-listen", "http-listen", "http", "nats"
]

#: What a kind of source is found by: the attribute, and what it must look like.
_NEEDS: dict[SourceKind, str] = {
    "tcp-listen": "address",
    "tcp": "address",
    "udp-listen": "address",
    "http-listen": "address",
    "http": "address",
    "nats": "address",
    "file": "path",
    "serial": "device",
}
#: Kinds whose address is a URL, and how that begins.
_URLS: dict[SourceKind, tuple[str, ...]] = {"http": ("http://", "https://"), "nats": ("nats://",)}

#: Options of formats that are regular expressions (formats.md 1.11).
_EXPRESSIONS = frozenset({"internal", "skip"})


def secret_rules(password: Secret | None, secret_ref: SecretRef | None) -> Iterator[Problem]:
    """Yield a problem if a secret is given twice."""
    if password is not None and secret_ref is not None:
        yield ("@password",), "cannot stand beside secretRef; keep the reference"


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
    size: Annotated[int, Whole(1, 65_535)] | None = attribute(
        "size", "The size of a text column, in characters.", None, default_says="the type's size"
    )


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
    kind: SourceKind = attribute("kind", "How the records come.")
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
    mode: Annotated[str, Text("data bits, parity, stop bits", "[5-8][NEOMS][12]")] = attribute(
        "mode", "Data bits, parity (N, E, O, M, S) and stop bits of the serial line.", "8N1"
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

    def rules(self, known: Known) -> Iterator[Problem]:
        yield from self._place_rules()
        yield from secret_rules(self.password, self.secret_ref)
        if known.formats is not None and self.format not in known.formats:
            hint = near(self.format, known.formats) or "see 'cmtel format list'"
            yield ("@format",), f"{self.format!r} is no known format; {hint}"
        for name, options in (("Option", self.options), ("SourceOption", self.source_options)):
            yield from repeated(name, [(each.name, each.name) for each in options], "name")

    def _place_rules(self) -> Iterator[Problem]:
        needed = _NEEDS.get(self.kind)
        for name in ("address", "path", "device"):
            if name == needed and getattr(self, name) is None:
                yield (f"@{name}",), f"is needed by kind {self.kind}"
            elif name != needed and getattr(self, name) is not None:
                yield (f"@{name}",), f"is not for kind {self.kind}"
        if self.address is not None and needed == "address":
            yield from self._address_rules(self.address)

    def _address_rules(self, address: str) -> Iterator[Problem]:
        beginnings = _URLS.get(self.kind)
        if beginnings is None and not is_host_and_port(address):
            yield ("@address",), f"must be HOST:PORT with a port up to 65535 (got {address!r})"
        if beginnings is not None and not address.startswith(beginnings):
            yield ("@address",), f"must begin with {' or '.join(beginnings)}"


class Numbers(Section):
    """How numbers are split and written in full."""

    country: Annotated[str, Text("two capital letters, such as DE", "[A-Z]{2}")] | None = attribute(
        "country", "The country of the switch (ISO 3166), for numbers in international form.", None
    )
    area_code: Annotated[str, Text("digits", "[0-9]{1,10}")] | None = attribute(
        "areaCode", "The area code of the switch, without the leading 0.", None
    )
    outside_line: Annotated[str, Text("digits, * or #", "[0-9*#]{1,4}")] | None = attribute(
        "outsideLine", "The outside-line code that is dialled first.", None
    )
    lcr_prefixes: (
        Annotated[
            str, Text("digits, parted by commas; x is any digit", "[0-9x]{1,10}(,[0-9x]{1,10})*")
        ]
        | None
    ) = attribute(
        "lcrPrefixes",
        "Least-cost-routing prefixes, parted by commas; x is any digit, as in 010xx.",
        None,
    )


class PhoneBook(Section):
    """Where names for numbers are looked up. May be repeated; the first hit counts."""

    kind: Literal["sql", "ldap", "csv", "vcard"] = attribute("kind", "What the phone book is.")
    url: Annotated[str, ConnectionUrl()] | None = attribute(
        "url",
        "The database, or ldap(s)://HOST:PORT.",
        None,
        default_says="kind sql: that of Database",
    )
    table: Annotated[str, Text("a table name")] | None = attribute(
        "table", "The table of the kind sql; also what Journal_DatensatzTabelle says.", None
    )
    path: Annotated[Path, FilePath()] | None = attribute(
        "path", "The file of the kinds csv and vcard.", None
    )
    base: Annotated[str, Text("a distinguished name")] | None = attribute(
        "base", "Where the kind ldap searches, such as ou=people,dc=example,dc=org.", None
    )
    number: Annotated[str, Text("column names")] | None = attribute(
        "number",
        "The column or columns that have numbers, parted by commas.",
        None,
        default_says="none; needed by all kinds but vcard",
    )
    name: Annotated[str, Text("a column name")] | None = attribute(
        "name", "The column that has the name.", None
    )
    company: Annotated[str, Text("a column name")] | None = attribute(
        "company", "The column that has the company.", None
    )
    id: Annotated[str, Text("a column name")] | None = attribute(
        "id", "The column that has the record's id.", None
    )
    encoding: Literal["utf-8", "latin-1", "cp1252", "cp850"] = attribute(
        "encoding", "The encoding of the kind csv.", "utf-8"
    )
    delimiter: Annotated[str, Text("one character, or tab", ".|tab")] = attribute(
        "delimiter", "What parts the columns of the kind csv.", ","
    )
    user: Annotated[str, Text("a user name")] | None = attribute(
        "user", "The user to log in with.", None
    )
    secret_ref: Annotated[SecretRef, SecretReference()] | None = attribute(
        "secretRef", "Where that user's password is kept.", None
    )
    password: Annotated[Secret, SecretText()] | None = attribute(
        "password", "That user's password itself; prefer secretRef.", None
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        needs = {"sql": ["table", "number"], "csv": ["path", "number"], "vcard": ["path"]}
        for name in needs.get(self.kind, ["url", "base", "number"]):
            if getattr(self, name) is None:
                yield (f"@{name}",), f"is needed by kind {self.kind}"
        yield from secret_rules(self.password, self.secret_ref)


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
    columns: Many[Column] = element("Column", ())
    sources: Many[Source] = element("Source", ())
    numbers: Numbers = element("Numbers", Numbers)
    phone_books: Many[PhoneBook] = element("PhoneBook", ())
    spool: SpoolSettings = element("Spool", SpoolSettings)

    def rules(self, known: Known) -> Iterator[Problem]:
        names = [(source.name.casefold(), source.name) for source in self.sources]
        yield from repeated("Source", names, "name")
        yield from repeated("Column", [(each.type, each.type) for each in self.columns], "type")
        yield from self._column_names()
        yield from self._column_types(known.column_types)

    def _column_names(self) -> Iterator[Problem]:
        named = [(each.name or "").casefold() or index for index, each in enumerate(self.columns)]
        shown = [each.name or "" for each in self.columns]
        yield from repeated("Column", list(zip(named, shown, strict=True)), "name")

    def _column_types(self, column_types: Iterable[str] | None) -> Iterator[Problem]:
        if column_types is None:
            return
        for index, column in enumerate(self.columns):
            if column.type not in column_types:
                hint = near(column.type, column_types) or "see 'cmtel journal columns'"
                message = f"{column.type!r} is no column type; {hint}"
                yield ("Column", index, "@type"), message
