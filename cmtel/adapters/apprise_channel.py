"""Channels other than mail (Teams, Slack, Telegram, SMS gateways, ...) through Apprise.

A channel gets what the mail says in short, a title and a paragraph. Apprise tells success or
failure and no more; why it failed is in what it logs meanwhile. A channel's URL has keys in it, so
nothing that could be a part of it gets out.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import Any

from cmtel.config.secret import MASK, Secret
from cmtel.domain.mails.recipients import channel_recipient
from cmtel.domain.mails.replies import Reply, SendReport, Stage
from cmtel.errors import ConfigError, MissingExtra
from cmtel.services.notifier.ports import Envelope

#: More is cut, in characters: a chat or SMS is glanced at.
MAX_TEXT = 1000
#: Parts of a URL shorter than this are words (https, hooks), not keys.
_KEY_CHARS = 6
_MAX_REASON = 300
_LOGGER = "apprise"
_CAPTURE = "LogCapture"

Brief = Callable[[bytes], tuple[str, str]]


class AppriseChannel:
    """One channel; implements Mailer."""

    def __init__(self, name: str, url: Secret, brief: Brief) -> None:
        """Make it; ``brief`` takes title and text out of a mail.

        Raises:
            MissingExtra: Apprise is not installed.
            ConfigError: The URL is none that Apprise knows.
        """
        try:
            import apprise
        except ImportError as exc:
            message = f"The channel {name} needs the package apprise."
            raise MissingExtra(message, hint="pip install 'cmtel[alerts]'") from exc
        self._name = channel_recipient(name)
        self._url = url
        self._brief = brief
        # What Apprise logs goes to nobody else: there may be keys in it.
        logging.getLogger(_LOGGER).propagate = False
        self._capture: Any = getattr(apprise, _CAPTURE)  # it has no types
        self._service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="cmtel"))
        with self._capture(level=logging.WARNING):
            is_known = self._service.add(url.reveal())
        if not is_known:
            hint = "Apprise's documentation has the URLs of all services."
            raise ConfigError(f"The URL of the channel {name} is none that is known.", hint=hint)

    @property
    def name(self) -> str:
        """``channel:NAME``."""
        return self._name

    def send(self, message: bytes, envelope: Envelope) -> SendReport:
        """Hand one mail's title and text over; see Mailer. Never raises."""
        begun_secs = time.monotonic()
        title, text = self._brief(message)
        reply = self._notify(title, text[:MAX_TEXT])
        elapsed_ms = round((time.monotonic() - begun_secs) * 1000)
        return SendReport(dict.fromkeys(envelope.recipients, reply), elapsed_ms)

    def _notify(self, title: str, text: str) -> Reply:
        with self._capture(level=logging.WARNING, fmt="%(message)s") as said:
            try:
                is_taken = self._service.notify(body=text, title=title)
                reason = "" if is_taken else str(said.getvalue())
            except Exception as exc:  # noqa: BLE001 - a service's own code, of any quality
                is_taken, reason = False, f"{type(exc).__name__}: {exc}"
        if is_taken:
            return Reply(Stage.END, 250, "taken")
        return Reply(Stage.CONNECT, None, self._masked(reason) or "not taken, for no reason given")

    def _masked(self, text: str) -> str:
        """Return the text in one line, without anything that is part of the URL."""
        for part in re.split(r"[^A-Za-z0-9_.%-]+", self._url.reveal()):
            if len(part) >= _KEY_CHARS:
                text = text.replace(part, MASK)
        return " ".join(text.split())[:_MAX_REASON]
