"""From settings to what writes the mails."""

from __future__ import annotations

import locale
import os
import socket
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmtel.adapters.mail_texts.writer import MailWriter
    from cmtel.config.languages import Language
    from cmtel.config.model import Config


def make_renderer(
    config: Config, *, zone: tzinfo | None = None, site_id: str | None = None
) -> MailWriter:
    """Return the writer of the mails of these settings, which must have a section Mail.

    Args:
        config: The settings.
        zone: The site's zone, where the settings name none; else UTC.
        site_id: The identifier of the hotel, where it is not in the settings but in the registry.
    """
    from cmtel.adapters.mail_texts.writer import Letterhead, MailWriter
    from cmtel.config.languages import translator
    from cmtel.errors import ConfigError

    if config.mail is None:
        raise ConfigError("The settings have no Mail.", hint="'cmtel init' writes a sample of it.")
    head = Letterhead(
        sender=config.mail.sender,
        subject_prefix=config.mail.subject_prefix,
        site_name=config.hotel.name or "",
        site_id=config.hotel.id or site_id or "",
        host=socket.gethostname(),
    )
    site_zone = config.time_zone or zone or UTC
    return MailWriter(head, translator(mail_language(config)), site_zone)


def registered_site_id(config: Config) -> str:
    """Return 'Identificador do Hotel' from the registry; "" if the settings name no key.

    Raises:
        ConfigError: There is no such value.
        AccessDenied: This user may not read it there.
    """
    from cmtel.adapters.windows_registry import registry_text

    key = config.hotel.registry_key
    return registry_text(key) if key is not None else ""


def mail_language(config: Config) -> Language:
    """Return the language of the mails: that of Mail, else that of the file, else the system's."""
    from cmtel.config.languages import language_of

    named = config.mail.language if config.mail else None
    return named or config.language or language_of(os.environ, locale.getlocale()[0] or "")
