"""Puts together what carries mails: servers, logins, tokens, channels, last resort, heartbeat."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from cmtel.bootstrap.config import resolve_password, secret_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cmtel.adapters.heartbeat_url import HeartbeatUrl
    from cmtel.adapters.oauth_tokens import OAuthTokens
    from cmtel.adapters.smtp.dialogue import Dialogue
    from cmtel.adapters.smtp.login import Login
    from cmtel.adapters.smtp.server import SmtpServer
    from cmtel.config.mail import Heartbeat, Mail, Recipients, Server
    from cmtel.config.mail import LastResort as LastResortSettings
    from cmtel.services.notifier.ports import EventLog, LastResort, Mailer, SystemLog
    from cmtel.services.ports import Clock

log = logging.getLogger(__name__)

#: RFC 6409 (587), RFC 8314 (465), RFC 5321 (25).
_PORTS = {"starttls": 587, "implicit": 465, "none": 25}
#: Microsoft identity platform, "OAuth 2.0 client credentials flow".
_MICROSOFT_TOKEN_URL = "https://login.microsoftonline.com/{}/oauth2/v2.0/token"  # noqa: S105
_MICROSOFT_SCOPE = "https://outlook.office365.com/.default"


def make_mailers(mail: Mail, clock: Clock) -> list[Mailer]:
    """Return the mail servers in the order of the settings.

    Raises:
        ConfigError, MissingExtra, AccessDenied: A secret cannot be had.
    """
    return [make_mailer(server, mail.sender, clock) for server in mail.servers]


def make_mailer(
    server: Server, sender: str, clock: Clock, dialogue: Dialogue | None = None
) -> SmtpServer:
    """Return one mail server; ``dialogue`` records what is said with it, secrets masked."""
    from cmtel.adapters.smtp.server import SmtpServer, SmtpSettings

    settings = SmtpSettings(
        server.host.strip("[]"),
        server.port or _PORTS[server.tls],
        server.tls,
        server.ca_file,
        server.ehlo_name or "",
        server.timeout_secs,
    )
    return SmtpServer(settings, _login(server, sender, clock), dialogue)


def make_channels(lists: Iterable[Recipients]) -> list[Mailer]:
    """Return the channels of all lists, each once.

    Raises:
        MissingExtra: Apprise is not installed, and there is a channel.
        ConfigError, AccessDenied: A URL cannot be had, or is none.
    """
    from cmtel.adapters.apprise_channel import AppriseChannel
    from cmtel.adapters.mail_texts.brief import brief_of

    channels = {way.name: way for each in lists for way in each.channels}
    made: list[Mailer] = []
    for name, channel in channels.items():
        url = resolve_password(channel.url, channel.secret_ref)
        if url is not None:  # the settings have one of the two
            made.append(AppriseChannel(name, url, brief_of))
    return made


def recipients_of(lists: Iterable[Recipients], name: str | None = None) -> tuple[str, ...]:
    """Return who is on a list (None: on any), each once: addresses, then ``channel:NAME``."""
    from cmtel.domain.mails.recipients import channel_recipient

    chosen = [each for each in lists if name in (None, each.list)]
    people = [to.address for each in chosen for to in each.to]
    channels = [channel_recipient(way.name) for each in chosen for way in each.channels]
    return tuple(dict.fromkeys([*people, *channels]))


def make_last_resort(settings: LastResortSettings, event_log: EventLog, clock: Clock) -> LastResort:
    """Return what is left when no server takes anything; nothing, if nothing is set."""
    from cmtel.adapters.last_resort.eml_folder import EmlFolder
    from cmtel.adapters.last_resort.every import EveryResort
    from cmtel.adapters.last_resort.program import Program

    resorts: list[LastResort] = []
    if settings.folder is not None:
        resorts.append(EmlFolder(settings.folder, event_log, clock))
    if settings.command is not None:
        resorts.append(Program(settings.command, event_log, clock))
    return EveryResort(resorts)


def make_system_log(*, is_service: bool) -> SystemLog:
    """Return the system's own log for a service; in the foreground there is none."""
    from cmtel.adapters.system_log.nowhere import NoSystemLog
    from cmtel.adapters.system_log.syslog import Syslog
    from cmtel.adapters.system_log.windows_event_log import WindowsEventLog

    if not is_service:
        return NoSystemLog()
    return WindowsEventLog() if sys.platform == "win32" else Syslog()


def make_heartbeat(settings: Heartbeat, event_log: EventLog, clock: Clock) -> HeartbeatUrl | None:
    """Return what tells a monitor that checks go on; None without a URL.

    Its thread runs until ``close``.
    """
    from cmtel.adapters.heartbeat_url import HeartbeatUrl

    return HeartbeatUrl(settings.url, event_log, clock) if settings.url is not None else None


def _login(server: Server, sender: str, clock: Clock) -> Login | None:
    from cmtel.adapters.smtp.login import PasswordLogin, TokenLogin

    if server.auth == "xoauth2":
        return TokenLogin(server.user or sender, _tokens(server, clock))
    password = resolve_password(server.password, server.secret_ref)
    if server.auth == "none" or server.user is None or password is None:
        return None
    return PasswordLogin(server.user, password, server.auth)


def _tokens(server: Server, clock: Clock) -> OAuthTokens:
    from cmtel.adapters.oauth_tokens import OAuthTokens, RefreshToken, TokenRequest

    is_own = server.grant == "client-credentials"
    request = TokenRequest(
        server.token_url or _MICROSOFT_TOKEN_URL.format(server.tenant),
        server.client_id or "",
        resolve_password(server.password, server.secret_ref),
        server.scope or (_MICROSOFT_SCOPE if is_own else ""),
        server.timeout_secs,
    )
    reference = server.refresh_token_ref
    if is_own or reference is None:
        return OAuthTokens(request, clock)
    store = secret_store(reference.scheme)
    return OAuthTokens(request, clock, RefreshToken(store, reference.name, log.warning))
