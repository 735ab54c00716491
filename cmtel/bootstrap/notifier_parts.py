"""The settings as what a notifier is made of; made anew whenever the settings change."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cmtel.config.model import Config
from cmtel.domain.mails.quiet import QuietHours
from cmtel.services.notifier.delivery import DeliverySettings
from cmtel.services.notifier.digest import DigestSettings
from cmtel.services.notifier.outbox import OutboxSettings
from cmtel.services.notifier.ports import LastResort, Renderer, SystemLog, WayReport
from cmtel.services.notifier.servers import Servers
from cmtel.services.notifier.watch import WatchedFeed

if TYPE_CHECKING:
    from cmtel.config.mail import Mail


@dataclass(frozen=True, slots=True)
class NotifierParts:
    """Everything of a notifier that settings decide.

    Attributes:
        admins: Who is told of trouble with the notifier itself.
    """

    check_secs: int
    feeds: list[WatchedFeed]
    renderer: Renderer
    servers: Servers
    outbox: OutboxSettings
    delivery: DeliverySettings
    last_resort: LastResort
    system_log: SystemLog
    way_report: WayReport | None = None
    digest: DigestSettings | None = None
    admins: tuple[str, ...] = ()
    heartbeat: Callable[[], None] = lambda: None

    def close(self) -> None:
        """Let go of the feeds."""
        for feed in self.feeds:
            feed.reader.close()


def delivery_settings(config: Config, mail: Mail) -> DeliverySettings:
    """Return how mails go out."""
    return DeliverySettings(
        mail.sender,
        mail.max_per_minute,
        timedelta(seconds=mail.last_resort.after_secs),
        _quiet_hours(config),
    )


def outbox_settings(config: Config, mail: Mail) -> OutboxSettings:
    """Return how mails are queued. Message ids carry the sender's domain, as servers expect."""
    domain = mail.sender.rpartition("@")[2]
    return OutboxSettings(domain or socket.getfqdn(), config.repeat.max_per_day, mail.group)


def digest_settings(
    config: Config, recipients: tuple[str, ...], zone: ZoneInfo
) -> DigestSettings | None:
    """Return when the daily digest goes out, or None if there is none."""
    if not config.heartbeat.digest or not recipients:
        return None
    return DigestSettings(recipients, zone, config.heartbeat.daily_at)


def _quiet_hours(config: Config, zone: ZoneInfo) -> dict[str, QuietHours]:
    return {
        to.address: QuietHours(to.quiet.start, to.quiet.end, zone, to.quiet_pass == "first")
        for recipients in config.recipients
        for to in recipients.to
        if to.quiet is not None
    }
