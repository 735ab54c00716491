"""The notifier's sections about mail, recipients and the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from cmtel.config.kinds import Duration, Known, Switch, Text, Whole
from cmtel.config.moments import TimeOfDay, TimeOfDaySpan, TimeSpan
from cmtel.config.networks import MailAddress, is_loopback
from cmtel.config.paths import FilePath
from cmtel.config.secret import Secret, SecretRef, SecretReference, SecretText, secret_rules
from cmtel.config.section import Many, Problem, Section, attribute, element


class Server(Section):
    """A mail server. May be repeated; they are tried in order."""

    host: Annotated[str, Text("a host name or address", r"[^\s/@]+")] = attribute(
        "host", "The server's name or address."
    )
    port: Annotated[int, Whole(1, 65_535)] | None = attribute(
        "port",
        "The server's TCP port.",
        None,
        default_says="587 with starttls, 465 with implicit, 25 with none",
    )
    tls: Literal["starttls", "implicit", "none"] = attribute(
        "tls", "How the connection is encrypted.", "starttls"
    )
    allow_insecure: Annotated[bool, Switch()] = attribute(
        "allowInsecure", "Must be true for tls none to another machine.", False
    )
    auth: Literal["auto", "none", "plain", "login", "xoauth2"] = attribute(
        "auth", "How to log in; auto: by what the server offers, if user is given.", "auto"
    )
    user: Annotated[str, Text("a user name")] | None = attribute(
        "user", "The user to log in with.", None
    )
    secret_ref: Annotated[SecretRef, SecretReference()] | None = attribute(
        "secretRef", "Where the password, or for xoauth2 the client secret, is kept.", None
    )
    password: Annotated[Secret, SecretText()] | None = attribute(
        "password", "That password itself; prefer secretRef.", None
    )
    tenant: Annotated[str, Text("a tenant")] | None = attribute(
        "tenant", "Auth xoauth2: the directory (tenant) of Microsoft 365.", None
    )
    client_id: Annotated[str, Text("a client id")] | None = attribute(
        "clientId", "Auth xoauth2: the application (client) id.", None
    )
    timeout_secs: Annotated[int, Duration(1, 600)] = attribute(
        "timeout", "How long one answer of the server may take.", 30
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        if self.tls == "none" and not self.allow_insecure and not is_loopback(self.host):
            yield ("@tls",), "none needs allowInsecure='true': mail and password cross in clear"
        yield from secret_rules(self.password, self.secret_ref)
        for name in self._needed():
            if getattr(self, name) is None:
                xml_name = "clientId" if name == "client_id" else name
                yield (f"@{xml_name}",), f"is needed by auth {self.auth}"
        if self.auth not in ("auto", "none") and not (self.password or self.secret_ref):
            yield ("@secretRef",), f"is needed by auth {self.auth}"

    def _needed(self) -> tuple[str, ...]:
        if self.auth == "xoauth2":
            return "tenant", "client_id"
        return ("user",) if self.auth in ("plain", "login") else ()


class LastResort(Section):
    """What is done when no mail server takes anything, beside the event log."""

    after_secs: Annotated[int, Duration(60, 86_400)] = attribute(
        "after", "How long no server has taken a mail.", 1800
    )
    folder: Annotated[Path, FilePath()] | None = attribute(
        "folder", "A folder in which the mails are put as .eml files.", None
    )
    command: Annotated[Path, FilePath()] | None = attribute(
        "command", "A program that is started, with the mail on its standard input.", None
    )


class Mail(Section):
    """How mails are written and sent."""

    sender: Annotated[str, MailAddress()] = attribute("from", "The sender's address.")
    subject_prefix: Annotated[str, Text("a text", may_be_empty=True)] = attribute(
        "subjectPrefix", "What every subject begins with.", "[CmTel]"
    )
    language: Literal["en", "de", "pt-BR"] | None = attribute(
        "language", "The language of the mails.", None, default_says="that of CmTelNotifier"
    )
    group: Annotated[bool, Switch()] = attribute(
        "group", "true: one mail to all; false: one a recipient, so that lists stay private.", False
    )
    max_per_minute: Annotated[int, Whole(1, 1000)] = attribute(
        "maxPerMinute", "How many mails a minute are sent at most; Microsoft 365 takes 30.", 20
    )
    servers: Many[Server] = element("Server", ())
    last_resort: LastResort = element("LastResort", LastResort)

    def rules(self, known: Known) -> Iterator[Problem]:
        if not self.servers:
            yield ("Server",), "is needed: no mail can be sent without a server"
        if not self.subject_prefix.isprintable():
            yield ("@subjectPrefix",), "must have no control characters"


class To(Section):
    """One recipient."""

    address: Annotated[str, MailAddress()] = attribute("#text", "The recipient's mail address.")
    quiet: Annotated[TimeSpan, TimeOfDaySpan()] | None = attribute(
        "quiet", "Local hours in which mails to this recipient wait.", None
    )
    quiet_pass: Literal["none", "first"] = attribute(
        "quietPass", "Which mails pass in quiet hours: none, or the first of an incident.", "none"
    )


class Recipients(Section):
    """A list of people to mail ("E-mails a serem notificados"). May be repeated."""

    list: Annotated[str, Text("a name", r"[^\s]{1,50}")] = attribute(
        "list", "The list's name.", "default"
    )
    to: Many[To] = element("To", ())

    def rules(self, known: Known) -> Iterator[Problem]:
        if not self.to:
            yield ("To",), "is needed: the list is empty"


class Heartbeat(Section):
    """Signs of life while all is well."""

    digest: Annotated[bool, Switch()] = attribute(
        "digest", "Whether a daily digest is mailed.", True
    )
    daily_at: Annotated[time, TimeOfDay()] = attribute(
        "dailyAt", "The local time of the digest.", time(8, 0)
    )
    url: Annotated[str, Text("an http or https URL", r"https?://\S+")] | None = attribute(
        "url", "A URL that is fetched at each check, for a monitor of your own.", None
    )


class LogSettings(Section):
    """The log of mails and errors."""

    file: Annotated[Path, FilePath()] | None = attribute(
        "file",
        "The log file.",
        None,
        default_says="CmTelNotifier.log in the platform's log folder",
    )
    max_megabytes: Annotated[int, Whole(1, 10_000)] = attribute(
        "maxMegabytes", "The size at which a new file is begun, in megabytes.", 10
    )
    keep: Annotated[int, Whole(1, 1000)] = attribute("keep", "How many old files are kept.", 10)
    level: Literal["debug", "info", "warning", "error"] = attribute(
        "level", "The least severe entries that are written.", "info"
    )
    time: Literal["local", "utc"] = attribute("time", "The clock of the entries.", "local")
