"""The whole settings file as one model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cmtel.config.journal import Journal, repeated
from cmtel.config.kinds import Known, Text
from cmtel.config.mail import Heartbeat, LogSettings, Mail, Recipients
from cmtel.config.moments import Zone
from cmtel.config.notifier import Blind, Check, Feed, Recover, Repeat, Silence
from cmtel.config.secret import (
    ConnectionUrl,
    Secret,
    SecretRef,
    SecretReference,
    SecretText,
    secret_rules,
)
from cmtel.config.section import Many, Problem, Section, attribute, element
from cmtel.config.suggest import near

#: The root element, and the file's name without its ending.
ROOT = "CmTelNotifier"


class Hotel(Section):
    """Which site this is ('Identificador do Hotel')."""

    id: Annotated[str, Text("a text")] | None = attribute(
        "id", "The identifier of the hotel.", None
    )
    name: Annotated[str, Text("a text")] | None = attribute(
        "name", "The hotel's name, for mails.", None
    )
    registry_key: (
        Annotated[str, Text(r"a registry key, HKLM\...", r"(HKLM|HKCU|HKEY_[A-Z_]+)\\.+")] | None
    ) = attribute("registryKey", "The Windows registry value that has the identifier.", None)

    def rules(self, known: Known) -> Iterator[Problem]:
        if self.id is not None and self.registry_key is not None:
            yield ("@registryKey",), "cannot stand beside id"


class Database(Section):
    """The database that has the journal table."""

    url: Annotated[str, ConnectionUrl()] = attribute("url", "The database.")
    user: Annotated[str, Text("a user name")] | None = attribute(
        "user", "The database user.", None, default_says="that of the URL or data source"
    )
    secret_ref: Annotated[SecretRef, SecretReference()] | None = attribute(
        "secretRef", "Where that user's password is kept.", None
    )
    password: Annotated[Secret, SecretText()] | None = attribute(
        "password", "That user's password itself; prefer secretRef.", None
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        yield from secret_rules(self.password, self.secret_ref)


class Config(Section):
    """The settings of cmtel, for the journal and the notifier."""

    version: Literal["1"] = attribute("version", "The version of the file's layout.")
    time_zone: Annotated[ZoneInfo, Zone()] | None = attribute(
        "timeZone",
        "The time zone of the site, for switches, hours and holidays.",
        None,
        default_says="this machine's",
    )
    language: Literal["en", "de", "pt-BR"] | None = attribute(
        "language", "The language of messages and mails.", None, default_says="the system's"
    )
    hotel: Hotel = element("Hotel", Hotel)
    database: Database | None = element("Database", None)
    journal: Journal = element("Journal", Journal)
    check: Check = element("Check", Check)
    feeds: Many[Feed] = element("Feed", ())
    silence: Silence = element("Silence", Silence)
    repeat: Repeat = element("Repeat", Repeat)
    recover: Recover = element("Recover", Recover)
    blind: Blind = element("Blind", Blind)
    mail: Mail | None = element("Mail", None)
    recipients: Many[Recipients] = element("Recipients", ())
    heartbeat: Heartbeat = element("Heartbeat", Heartbeat)
    log: LogSettings = element("Log", LogSettings)

    def rules(self, known: Known) -> Iterator[Problem]:
        yield from repeated("Feed", [(each.name, each.name) for each in self.feeds], "name")
        lists = [each.list for each in self.recipients]
        yield from repeated("Recipients", [(name, name) for name in lists], "list")
        yield from self._list_rules(lists)
        yield from self._channel_rules()
        yield from self._database_rules()

    def _list_rules(self, lists: list[str]) -> Iterator[Problem]:
        used: list[tuple[tuple[str | int, ...], str | None]] = [
            (("Repeat", "Escalate", index, "@list"), each.list)
            for index, each in enumerate(self.repeat.escalate)
        ]
        for path, name in [*used, (("Blind", "@list"), self.blind.list)]:
            if name is not None and name not in lists:
                hint = near(name, lists)
                yield path, f"{name!r} is the list of no Recipients" + (f"; {hint}" if hint else "")

    def _channel_rules(self) -> Iterator[Problem]:
        """A channel may be in several lists; it is the same one then."""
        known: dict[str, tuple[object, object]] = {}
        for index, each in enumerate(self.recipients):
            for place, channel in enumerate(each.channels):
                way = (channel.secret_ref, channel.url)
                if known.setdefault(channel.name, way) != way:
                    path = ("Recipients", index, "Channel", place, "@name")
                    yield path, f"{channel.name!r} is already the name of another channel"

    def _database_rules(self) -> Iterator[Problem]:
        if self.database is not None:
            return
        for index, feed in enumerate(self.feeds):
            if feed.source == "journal":
                yield ("Feed", index, "@source"), "journal needs a Database"
            elif feed.source == "database" and feed.connection is None:
                yield ("Feed", index, "@connection"), "is needed where there is no Database"
        for index, book in enumerate(self.journal.phone_books):
            if book.kind == "sql" and book.url is None:
                path = ("Journal", "PhoneBook", index, "@url")
                yield path, "is needed where there is no Database"
        for index, each in enumerate(self.journal.extensions):
            if each.kind == "sql" and each.url is None:
                path = ("Journal", "Extensions", index, "@url")
                yield path, "is needed where there is no Database"
