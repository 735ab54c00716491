"""Access tokens from an OAuth 2.0 token server, kept until shortly before they end.

Two ways to a token: the application's own (client credentials: Microsoft 365 with
``SMTP.SendAsApp``), and by the consent that a person gave once (refresh token: Gmail and others).
A server may answer with a new refresh token in place of the old one; it is kept where the old one
is, and if that place cannot be written, for as long as this process lives, with a warning.

Source: RFC 6749 sections 4.4 (client credentials), 5 (answers and errors) and 6 (refreshing);
Microsoft, "Authenticate an IMAP, POP or SMTP connection using OAuth".
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cmtel.config.secret import MASK, Secret
from cmtel.errors import CmtelError, MailError, MailUnavailable
from cmtel.services.ports import Clock
from cmtel.services.secret_ports import SecretStore

#: A token is not used in its last minutes: the dialogue with the mail server takes a while.
_MARGIN = timedelta(minutes=5)
#: What an answer without expires_in is good for (RFC 6749 section 5.1 leaves that open).
_UNKNOWN_LIFE_SECS = 600
#: Tokens have a few kilobytes.
_MAX_ANSWER_BYTES = 1_000_000
#: Errors that pass by themselves, though the status may be 400 (RFC 6749 section 4.1.2.1).
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_MAX_SHOWN = 300


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What a token is asked with; ``scope`` empty: as consented."""

    url: str
    client_id: str
    client_secret: Secret | None = None
    scope: str = ""
    timeout_secs: float = 30.0


class RefreshToken:
    """A refresh token where it is kept; a newer one of the server's goes there."""

    def __init__(self, store: SecretStore, name: str, warn: Callable[[str], None]) -> None:
        self._store = store
        self._name = name
        self._warn = warn
        self._unsaved: tuple[Secret, Secret] | None = None

    def read(self) -> Secret:
        """Return the newest one: the operator's, if he has put another there since.

        Raises:
            ConfigError, MissingExtra, AccessDenied: It cannot be read.
        """
        stored = self._store.read(self._name)
        if self._unsaved is not None and self._unsaved[0] == stored:
            return self._unsaved[1]
        return stored

    def replace(self, token: Secret) -> None:
        """Keep the server's new one; if that fails, warn, and remember it."""
        stored = self._store.read(self._name)
        try:
            self._store.write(self._name, token)
        except CmtelError as exc:
            if self._unsaved is None:
                self._warn(
                    "The token server gave a new refresh token, which cannot be kept: "
                    f"{exc.message} It is lost when cmtel stops; keep it by file: or dpapi:."
                )
            self._unsaved = (stored, token)
        else:
            self._unsaved = None


class OAuthTokens:
    """One token at a time; implements TokenSource."""

    def __init__(
        self, request: TokenRequest, clock: Clock, refresh_token: RefreshToken | None = None
    ) -> None:
        self._request = request
        self._clock = clock
        self._refresh_token = refresh_token
        self._token: Secret | None = None
        self._until = datetime.min.replace(tzinfo=UTC)
        self._is_old = False

    def token(self) -> Secret:
        """Return a token; see TokenSource."""
        now = self._clock.now()
        self._is_old = self._token is not None and now < self._until
        if self._token is None or not self._is_old:
            self._token, self._until = self._fetch(now)
        return self._token

    def forget(self) -> bool:
        """Drop the token; see TokenSource."""
        self._token = None
        return self._is_old

    @property
    def _host(self) -> str:
        return urllib.parse.urlsplit(self._request.url).hostname or self._request.url

    def _fetch(self, now: datetime) -> tuple[Secret, datetime]:
        answer = self._ask()
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise MailError(f"The token server {self._host} answers without a token.")
        newer = answer.get("refresh_token")
        if self._refresh_token is not None and isinstance(newer, str) and newer:
            self._refresh_token.replace(Secret(newer))
        return Secret(token), now + _good_for(answer.get("expires_in"))

    def _ask(self) -> dict[str, Any]:
        # The settings allow https, and http to this machine only; redirects are not followed.
        request = urllib.request.Request(self._request.url, self._form())  # noqa: S310
        opener = urllib.request.build_opener(_NoRedirects)
        try:
            with opener.open(request, timeout=self._request.timeout_secs) as response:
                return _document(response.read(_MAX_ANSWER_BYTES))
        except urllib.error.HTTPError as exc:
            with exc:
                raise self._refusal(exc.code, _document(_rest(exc))) from exc
        except (OSError, http.client.HTTPException) as exc:
            why = getattr(exc, "reason", None) or exc
            message = f"The token server {self._host} does not answer: {why}."
            raise MailUnavailable(message) from exc

    def _form(self) -> bytes:
        asked, fields = self._request, {"client_id": self._request.client_id}
        if asked.client_secret is not None:
            fields["client_secret"] = asked.client_secret.reveal()
        if asked.scope:
            fields["scope"] = asked.scope
        if self._refresh_token is None:
            fields["grant_type"] = "client_credentials"
        else:
            fields["grant_type"] = "refresh_token"
            fields["refresh_token"] = _kept(self._refresh_token).reveal()
        return urllib.parse.urlencode(fields).encode("ascii")

    def _refusal(self, status: int, answer: dict[str, Any]) -> MailError:
        """Return what a status of 300 and more means."""
        error = str(answer.get("error") or f"HTTP {status}")
        words = f"{error}: {answer.get('error_description') or 'no reason given'}"
        shown = " ".join(self._without_secret(words).split())[:_MAX_SHOWN]
        if status >= 500 or status in (408, 429) or error in _PASSING:
            return MailUnavailable(f"The token server {self._host} gives no token now: {shown}")
        return MailError(f"The token server {self._host} refuses: {shown}")

    def _without_secret(self, words: str) -> str:
        """Return the server's words; one that repeats what it was asked gives nothing away."""
        secret = self._request.client_secret
        return words.replace(secret.reveal(), MASK) if secret is not None else words


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A secret goes where the settings say and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _kept(refresh_token: RefreshToken) -> Secret:
    try:
        return refresh_token.read()
    except CmtelError as exc:
        raise MailError(exc.message) from exc


def _good_for(expires_in: object) -> timedelta:
    """Return for how long a token is used: to the margin, of a short-lived one half of its life."""
    try:
        secs = max(0, int(str(expires_in)))
    except ValueError:
        secs = _UNKNOWN_LIFE_SECS
    life = timedelta(seconds=min(secs, 86_400))
    return max(life - _MARGIN, life / 2)


def _rest(error: urllib.error.HTTPError) -> bytes:
    try:
        return error.read(_MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException):
        return b""


def _document(body: bytes) -> dict[str, Any]:
    """Return the JSON object that the body is; an empty one if it is none."""
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
