"""The settings as what a notifier is made of; made anew whenever the settings change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from cmtel.bootstrap.mail import (
    make_channels,
    make_heartbeat,
    make_last_resort,
    make_mailers,
    make_system_log,
)
from cmtel.bootstrap.mail_texts import make_renderer, registered_site_id
from cmtel.bootstrap.notifier_feeds import make_feed_set, site_zone
from cmtel.bootstrap.silence_settings import incident_rules
from cmtel.bootstrap.way import make_way_report
from cmtel.domain.mails.quiet import QuietHours
from cmtel.errors import ConfigError
from cmtel.services.notifier.delivery import DeliverySettings
from cmtel.services.notifier.digest import DigestSettings
from cmtel.services.notifier.outbox import OutboxSettings
from cmtel.services.notifier.servers import Servers

if TYPE_CHECKING:
    from cmtel.config.mail import Mail
    from cmtel.config.model import Config
    from cmtel.services.notifier.ports import (
        EventLog,
        LastResort,
        NotifierStore,
        Renderer,
        SystemLog,
        WayReport,
    )
    from cmtel.services.notifier.watch import WatchedFeed
    from cmtel.services.ports import Clock


class Feeds(Protocol):
    """What is watched; it may change while it learns."""

    def watched(self) -> Sequence[WatchedFeed]:
        """Return the feeds as they are to be watched now."""

    def tick(self, now: datetime) -> bool:
        """Learn what is to be learned, in the background; True: ``watched`` has changed."""

    def close(self) -> None:
        """Let go of the sources."""


@dataclass(frozen=True, slots=True)
class NotifierParts:
    """Everything of a notifier that settings decide.

    Attributes:
        admins: Who is told of trouble with the notifier itself.
        ping: Called after each check: the sign of life to a monitor.
        close_ping: Ends what ``ping`` has begun.
    """

    check_secs: int
    feeds: Feeds
    renderer: Renderer
    servers: Servers
    outbox: OutboxSettings
    delivery: DeliverySettings
    last_resort: LastResort
    system_log: SystemLog
    way_report: WayReport | None = None
    digest: DigestSettings | None = None
    admins: tuple[str, ...] = ()
    ping: Callable[[], None] = lambda: None
    close_ping: Callable[[], None] = lambda: None

    def close(self) -> None:
        """Let go of feeds and monitor."""
        self.feeds.close()
        self.close_ping()


def make_parts(
    config: Config, store: NotifierStore, clock: Clock, log: EventLog, *, is_service: bool = False
) -> NotifierParts:
    """Return what the settings make; nothing is connected yet.

    Args:
        is_service: Run by a service manager: the system's own log is written, too.

    Raises:
        ConfigError, MissingExtra, AccessDenied, UsageError: The settings cannot work.
        SpoolError: The store cannot be read.
    """
    mail = config.mail
    if mail is None:
        raise ConfigError("The settings have no Mail.", hint="'cmtel init' writes a sample of it.")
    zone = site_zone(config)
    admins = incident_rules(config, store.namespace).blind_recipients
    heartbeat = make_heartbeat(config.heartbeat, log, clock)
    return NotifierParts(
        config.check.every_secs,
        make_feed_set(config, store, clock, log),
        make_renderer(config, zone=zone, site_id=registered_site_id(config)),
        Servers(make_mailers(mail, clock), make_channels(config.recipients)),
        outbox_settings(config, mail),
        delivery_settings(config, mail, zone),
        make_last_resort(mail.last_resort, log, clock),
        make_system_log(is_service=is_service),
        make_way_report(config, clock),
        digest_settings(config, admins, zone),
        admins,
        heartbeat.ping if heartbeat is not None else lambda: None,
        heartbeat.close if heartbeat is not None else lambda: None,
    )


def delivery_settings(config: Config, mail: Mail, zone: tzinfo) -> DeliverySettings:
    """Return how mails go out."""
    resort_after = timedelta(seconds=mail.last_resort.after_secs)
    return DeliverySettings(
        mail.sender, mail.max_per_minute, resort_after, _quiet_hours(config, zone)
    )


def outbox_settings(config: Config, mail: Mail) -> OutboxSettings:
    """Return how mails are queued. Message ids have the sender's domain, as servers expect."""
    domain = mail.sender.rpartition("@")[2]
    return OutboxSettings(domain, config.repeat.max_per_day, mail.group)


def digest_settings(
    config: Config, recipients: tuple[str, ...], zone: ZoneInfo
) -> DigestSettings | None:
    """Return when the daily digest goes out, or None if there is none."""
    if not config.heartbeat.digest or not recipients:
        return None
    return DigestSettings(recipients, zone, config.heartbeat.daily_at)


def _quiet_hours(config: Config, zone: tzinfo) -> dict[str, QuietHours]:
    return {
        to.address: QuietHours(to.quiet.start, to.quiet.end, zone, to.lets_first_pass)
        for recipients in config.recipients
        for to in recipients.to
        if to.quiet is not None
    }
