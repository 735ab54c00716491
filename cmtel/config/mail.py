"""The notifier's sections about mail, recipients and the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

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
    ca_file: Annotated[Path, FilePath()] | None = attribute(
        "caFile",
        "The authorities (PEM) whose certificates are trusted, in place of the system's.",
        None,
        default_says="those of the system",
    )
    ehlo_name: Annotated[str, Text("a host name", r"[A-Za-z0-9._:\[\]-]{1,255}")] | None = (
        attribute(
            "ehloName",
            "What cmtel calls itself towards the server.",
            None,
            default_says="this machine's name if it has a domain, else its address",
        )
    )
    allow_insecure: Annotated[bool, Switch()] = attribute(
        "allowInsecure", "Must be true for tls none to another machine.", False
    )
    auth: Literal["auto", "none", "plain", "login", "xoauth2"] = attribute(
        "auth", "How to log in; auto: by what the server offers, if user is given.", "auto"
    )
    user: Annotated[str, Text("a user name")] | None = attribute(
        "user", "The user to log in with.", None, default_says="auth xoauth2: the sender's address"
    )
    secret_ref: Annotated[SecretRef, SecretReference()] | None = attribute(
        "secretRef", "Where the password, or for xoauth2 the client secret, is kept.", None
    )
    password: Annotated[Secret, SecretText()] | None = attribute(
        "password", "That password itself; prefer secretRef.", None
    )
    grant: Literal["client-credentials", "refresh-token"] = attribute(
        "grant",
        "Auth xoauth2: for what the token server gives a token: to the application itself "
        "(Microsoft 365), or for the consent that a person gave once (Gmail).",
        "client-credentials",
    )
    tenant: Annotated[str, Text("a tenant", r"[A-Za-z0-9.-]+")] | None = attribute(
        "tenant", "Auth xoauth2: the directory (tenant) of Microsoft 365.", None
    )
    token_url: Annotated[str, Text("an https URL", r"https?://[^\s@]+")] | None = attribute(
        "tokenUrl",
        "Auth xoauth2: the token server.",
        None,
        default_says="that of Microsoft for the tenant",
    )
    scope: Annotated[str, Text("a scope")] | None = attribute(
        "scope",
        "Auth xoauth2: what the token is for.",
        None,
        default_says="https://outlook.office365.com/.default; grant refresh-token: as consented",
    )
    refresh_token_ref: Annotated[SecretRef, SecretReference()] | None = attribute(
        "refreshTokenRef",
        "Grant refresh-token: where that token is kept; a new one is put there, too.",
        None,
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
        for name, xml_name in self._needed():
            if getattr(self, name) is None:
                yield (f"@{xml_name}",), f"is needed by auth {self.auth}"
        if self._needs_secret and not (self.password or self.secret_ref):
            yield ("@secretRef",), f"is needed by auth {self.auth}"
        yield from self._token_rules()

    def _needed(self) -> tuple[tuple[str, str], ...]:
        if self.auth != "xoauth2":
            return (("user", "user"),) if self.auth in ("plain", "login") else ()
        needed = [("client_id", "clientId")]
        if self.token_url is None:
            needed.append(("tenant", "tenant"))
        if self.grant == "refresh-token":
            needed.append(("refresh_token_ref", "refreshTokenRef"))
        return tuple(needed)

    @property
    def _needs_secret(self) -> bool:
        """A public client has a refresh token, and no secret."""
        if self.auth == "xoauth2":
            return self.grant == "client-credentials"
        return self.auth in ("plain", "login") or (self.auth == "auto" and self.user is not None)

    def _token_rules(self) -> Iterator[Problem]:
        if self.token_url is None:
            return
        address = urlsplit(self.token_url)
        if self.tenant is not None:
            yield ("@tokenUrl",), "cannot stand beside tenant"
        if address.scheme == "http" and not is_loopback(address.hostname or ""):
            yield ("@tokenUrl",), "must be https: the client secret goes there"


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

    @property
    def lets_first_pass(self) -> bool:
        """The first mail of an incident does not wait for the end of the quiet hours."""
        return self.quiet_pass == "first"  # noqa: S105 - a word of the settings


class Channel(Section):
    """Another way to tell the list: Teams, Slack, Telegram, SMS and what else Apprise knows.

    May be repeated. Needs the extra ``alerts``.
    """

    name: Annotated[str, Text("a name", r"[A-Za-z0-9._-]{1,50}")] = attribute(
        "name", "The channel's name in the log, of letters, digits, dot, hyphen and underscore."
    )
    secret_ref: Annotated[SecretRef, SecretReference()] | None = attribute(
        "secretRef", "Where the channel's URL is kept: there is a key in it.", None
    )
    url: Annotated[Secret, SecretText()] | None = attribute(
        "url", "That URL itself, as Apprise writes it; prefer secretRef.", None
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        if (self.url is None) == (self.secret_ref is None):
            yield (), "needs either secretRef or url"


class Recipients(Section):
    """A list of people to mail ("E-mails a serem notificados"). May be repeated."""

    list: Annotated[str, Text("a name without blanks", r"[^\s]{1,50}")] = attribute(
        "list", "The list's name.", "default"
    )
    to: Many[To] = element("To", ())
    channels: Many[Channel] = element("Channel", ())

    def rules(self, known: Known) -> Iterator[Problem]:
        if not self.to and not self.channels:
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
