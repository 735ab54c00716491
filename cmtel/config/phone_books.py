"""The sections of the settings file for phone books and lists of extensions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from cmtel.config.kinds import Duration, Known, Switch, Text
from cmtel.config.paths import FilePath
from cmtel.config.secret import (
    ConnectionUrl,
    Secret,
    SecretRef,
    SecretReference,
    SecretText,
    secret_rules,
)
from cmtel.config.section import Problem, Section, attribute

#: Columns of a CSV file, a table or a query; attributes of a directory.
_Columns = Text("column names, parted by commas", r"[^,]+(,[^,]+)*")
_Column = Text("a column name")


class Records(Section):
    """Where records lie, of whatever kind: what PhoneBook and Extensions have in common."""

    url: Annotated[str, ConnectionUrl()] | None = attribute(
        "url",
        "The database, or ldap(s)://HOST:PORT.",
        None,
        default_says="kind sql: that of Database",
    )
    query: Annotated[str, Text("a SELECT")] | None = attribute(
        "query", "A SELECT that gives the columns, in place of table; for the kind sql.", None
    )
    path: Annotated[Path, FilePath()] | None = attribute(
        "path", "The file of the kinds csv and vcard; a folder of .vcf files for vcard.", None
    )
    encoding: Literal["utf-8", "latin-1", "cp1252", "cp850"] = attribute(
        "encoding", "The encoding of the kinds csv and vcard.", "utf-8"
    )
    delimiter: Annotated[str, Text("one character, or tab", ".|tab")] = attribute(
        "delimiter", "What parts the columns of the kind csv.", ","
    )
    header: Annotated[bool, Switch()] = attribute(
        "header",
        "Kind csv: the first line names the columns; without one they are called 1, 2, 3.",
        True,
    )
    base: Annotated[str, Text("a distinguished name")] | None = attribute(
        "base", "Where the kind ldap searches, such as ou=people,dc=example,dc=org.", None
    )
    filter: Annotated[str, Text("an LDAP filter", r"\(.+\)")] | None = attribute(
        "filter",
        "Which entries the kind ldap takes, such as (objectClass=person).",
        None,
        default_says="every entry that has one of the attributes",
    )
    start_tls: Annotated[bool, Switch()] = attribute(
        "startTls", "Encrypt an ldap:// connection before the login (ldaps:// always is).", False
    )
    ca_file: Annotated[Path, FilePath()] | None = attribute(
        "caFile",
        "The certificates (PEM) by which the directory is known.",
        None,
        default_says="the system's",
    )
    user: Annotated[str, Text("a user name")] | None = attribute(
        "user", "The user to log in with; a distinguished name for the kind ldap.", None
    )
    secret_ref: Annotated[SecretRef, SecretReference()] | None = attribute(
        "secretRef", "Where that user's password is kept.", None
    )
    password: Annotated[Secret, SecretText()] | None = attribute(
        "password", "That user's password itself; prefer secretRef.", None
    )
    refresh_secs: Annotated[int, Duration(10, 7 * 86_400)] = attribute(
        "refresh", "How often the local copy is made anew; look-ups ask the copy only.", 3600
    )

    def needed(self, kind: str, *columns: str) -> Iterator[Problem]:
        """Yield what the kind needs and is not given, of the places and of ``columns``."""
        places = {"sql": [], "csv": ["path"], "vcard": ["path"], "ldap": ["url", "base"]}[kind]
        for name in [*places, *columns]:
            if getattr(self, name) is None:
                yield (f"@{name}",), f"is needed by kind {kind}"
        if kind == "ldap" and self.url is not None and not self.url.startswith(_LDAP):
            yield ("@url",), "must begin with ldap:// or ldaps:// for kind ldap"
        if self.start_tls and (self.url or "").startswith("ldaps:"):
            yield ("@startTls",), "is not for ldaps://, which is encrypted from the start"
        yield from secret_rules(self.password, self.secret_ref)

    def table_rules(self, kind: str, table: str | None) -> Iterator[Problem]:
        """Yield what is wrong between table and query, which the kind sql has one of."""
        if kind == "sql" and table is None and self.query is None:
            yield ("@table",), "is needed by kind sql, or query"
        if kind != "sql" and self.query is not None:
            yield ("@query",), f"is not for kind {kind}"


_LDAP = ("ldap://", "ldaps://")


class PhoneBook(Records):
    """Where names for numbers are looked up. May be repeated; the first hit counts."""

    kind: Literal["sql", "ldap", "csv", "vcard"] = attribute("kind", "What the phone book is.")
    table: Annotated[str, Text("a table name")] | None = attribute(
        "table",
        "The table of the kind sql; also what Journal_DatensatzTabelle says, for every kind.",
        None,
        default_says="the file's name, or the kind",
    )
    number: Annotated[str, _Columns] | None = attribute(
        "number",
        "The column or columns that have numbers, parted by commas.",
        None,
        default_says="none; needed by all kinds but vcard",
    )
    name: Annotated[str, _Columns] | None = attribute(
        "name",
        "The column that has the name; several, parted by commas, are joined (givenName,sn).",
        None,
        default_says="none; kind vcard: FN",
    )
    company: Annotated[str, _Columns] | None = attribute(
        "company", "The column that has the company.", None, default_says="none; kind vcard: ORG"
    )
    id: Annotated[str, _Column] | None = attribute(
        "id", "The column that has the record's id.", None, default_says="none; kind vcard: UID"
    )
    switchboard: Annotated[bool, Switch()] = attribute(
        "switchboard",
        "A number that is in no book gets the entry whose number it begins with: its switchboard.",
        False,
    )
    switchboard_mark: Annotated[str, Text("a text", may_be_empty=True)] = attribute(
        "switchboardMark", "What stands behind the name that a switchboard gave.", "(Zentrale)"
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        yield from self.needed(self.kind, *([] if self.kind == "vcard" else ["number"]))
        yield from self.table_rules(self.kind, self.table)
        if self.kind != "vcard" and self.name is None and self.company is None:
            yield ("@name",), "is needed, or company: there would be nothing to find"


class Extensions(Records):
    """Whose extension is whose: rooms and departments for calls. May be repeated."""

    kind: Literal["sql", "ldap", "csv"] = attribute("kind", "What the list of extensions is.")
    table: Annotated[str, Text("a table name")] | None = attribute(
        "table", "The table of the kind sql.", None
    )
    extension: Annotated[str, _Column] = attribute(
        "extension", "The column that has the extension, as calls have it.", "extension"
    )
    room: Annotated[str, _Column] | None = attribute("room", "The column that has the room.", None)
    department: Annotated[str, _Column] | None = attribute(
        "department", "The column that has the department.", None
    )
    cost_centre: Annotated[str, _Column] | None = attribute(
        "costCentre", "The column that has the cost centre.", None
    )
    extension_class: Annotated[str, _Column] | None = attribute(
        "class", "The column that has the class: guest, admin or house.", None
    )
    valid_from: Annotated[str, _Column] | None = attribute(
        "validFrom", "The column that has the first day, or the moment from which it holds.", None
    )
    valid_to: Annotated[str, _Column] | None = attribute(
        "validTo", "The column that has the last day, or the moment at which it ends.", None
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        yield from self.needed(self.kind)
        yield from self.table_rules(self.kind, self.table)
        if self.room is None and self.department is None:
            yield ("@room",), "is needed, or department: calls would get nothing"
