"""Sources that speak HTTP, from their options and login."""

from __future__ import annotations

from collections.abc import Mapping

from cmtel.domain.source_address import SourceAddress
from cmtel.domain.source_options import parse_count, parse_networks, parse_word
from cmtel.errors import UsageError
from cmtel.formats.session import Login
from cmtel.services.ports import Clock, Source

#: More would be memory for an attacker, times the number of connections.
_MAX_BODY_KILOBYTES = 64 << 10


def make_http_listen(
    address: SourceAddress, clock: Clock, options: Mapping[str, str], login: Login
) -> Source:
    """Return the listener.

    Raises:
        UsageError: An option is wrong, or half of a login is missing.
    """
    from cmtel.adapters.sources.http_listen import (
        DEFAULT_MAX_BODY_BYTES,
        DEFAULT_MAX_CONNECTIONS,
        HttpListen,
        HttpRules,
    )

    scheme = parse_word("auth", options.get("auth", "basic"), ("basic", "bearer"))
    check_http_login(scheme, login)
    if "tls-key" in options and "tls-cert" not in options:
        raise UsageError("The source option 'tls-key' is of no use without 'tls-cert'.")
    kilobytes = options.get("max-kilobytes", str(DEFAULT_MAX_BODY_BYTES >> 10))
    connections = options.get("max-connections", str(DEFAULT_MAX_CONNECTIONS))
    rules = HttpRules(
        allow=parse_networks(options["allow"]) if "allow" in options else None,
        path=_path(options.get("path")),
        user=login.user,
        secret=login.password,
        max_body_bytes=min(parse_count("max-kilobytes", kilobytes), _MAX_BODY_KILOBYTES) << 10,
        max_connections=parse_count("max-connections", connections),
        tls_cert=options.get("tls-cert"),
        tls_key=options.get("tls-key"),
    )
    return HttpListen(address, clock, rules)


def make_http_poll(
    address: SourceAddress, clock: Clock, options: Mapping[str, str], login: Login, *, once: bool
) -> Source:
    """Return the source that asks a URL.

    Raises:
        UsageError: An option is wrong, or half of a login is missing.
    """
    from cmtel.adapters.sources.http_poll import DEFAULT_INTERVAL_SECS, HttpPoll, PollRules, basic

    scheme = parse_word("auth", options.get("auth", "basic"), ("basic", "bearer"))
    check_http_login(scheme, login)
    authorization = None
    if login.password is not None:
        is_token = login.user is None
        authorization = (
            f"Bearer {login.password}" if is_token else basic(login.user or "", login.password)
        )
    interval = options.get("interval", str(DEFAULT_INTERVAL_SECS))
    rules = PollRules(parse_count("interval", interval), authorization, options.get("tls-ca"))
    return HttpPoll(address, clock, rules, once=once)


def check_http_login(scheme: str, login: Login) -> None:
    """Return if the login is whole, or there is none at all.

    Raises:
        UsageError: User without secret or the other way round; or bearer with a user.
    """
    if scheme == "bearer":
        if login.user is not None:
            raise UsageError("With auth=bearer there is no user, only secretRef with the token.")
        if login.password is None:
            raise UsageError("auth=bearer needs secretRef: where the token is kept.")
    elif (login.user is None) != (login.password is None):
        missing = "secretRef" if login.password is None else "user"
        raise UsageError(f"The login of the source is not whole: {missing} is missing.")


def _path(text: str | None) -> str | None:
    if text is not None and not text.startswith("/"):
        raise UsageError(f"The source option 'path' must begin with / (got '{text}').")
    return text
