"""The test mail: one real mail through each server and channel, and what was said meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from cmtel.bootstrap.config import load_config
from cmtel.bootstrap.mail import make_channels, make_mailer, recipients_of
from cmtel.bootstrap.mail_texts import make_renderer
from cmtel.bootstrap.notifier_feeds import site_zone
from cmtel.domain.mails.recipients import is_channel
from cmtel.domain.mails.remedies import remedy_of
from cmtel.domain.mails.replies import Outcome, Reply, outcome
from cmtel.errors import ConfigError, UsageError
from cmtel.services.notifier.ports import Envelope

if TYPE_CHECKING:
    from datetime import datetime

    from cmtel.config.mail import Mail
    from cmtel.config.model import Config
    from cmtel.services.notifier.ports import Mailer
    from cmtel.services.ports import Clock


class TrialMail(NamedTuple):
    """A test mail to be written."""

    sender: str
    recipient: str
    #: The server or channel that is tried.
    through: str
    written_at: datetime


Write = Callable[[TrialMail], bytes]


@dataclass(frozen=True, slots=True)
class TrialReport:
    """What became of the test mail to one recipient.

    Attributes:
        through: The server or channel.
        dialogue: What was said with the server, secrets masked.
    """

    through: str
    recipient: str
    reply: Reply
    elapsed_ms: int
    dialogue: tuple[str, ...]

    @property
    def is_accepted(self) -> bool:
        """The server took it."""
        return outcome(self.reply) is Outcome.ACCEPTED

    @property
    def remedy(self) -> str:
        """What can be done about it; empty if nothing is known."""
        return "" if self.is_accepted else remedy_of(self.reply.code, self.reply.text)


def send_test_mail(
    config_path: str | None, to: str | None, server_number: int | None, clock: Clock,
    write: Write | None = None,
) -> list[TrialReport]:  # fmt: skip
    """Send one real mail through each server and channel, or those that are chosen.

    Args:
        config_path: The settings file, as given.
        to: One recipient, an address or ``channel:NAME``; None: all lists.
        server_number: The server, from 1; None: all, and the channels.
        clock: For the date, and for tokens.
        write: Writes the mail; None: :func:`site_test_mail`.

    Raises:
        ConfigError: The settings are not usable, or say nothing of mail or recipients.
        UsageError: There is no such server, or the recipient is none.
    """
    config = load_config(config_path)
    recipients = _recipients(config, to)
    people = tuple(each for each in recipients if not is_channel(each))
    if server_number is not None and not people:
        raise UsageError("No server delivers to a channel; leave --server out.")
    _mail(config)
    write = write or site_test_mail(config)
    reports = []
    if people:
        reports += _through_servers(config, people, server_number, clock, write)
    if server_number is None:
        chosen = [each for each in recipients if is_channel(each)]
        reports += _through_channels(config, chosen, clock, write)
    return reports


def site_test_mail(config: Config) -> Write:
    """Return what writes the test mail as all mails of the site are written."""
    from email.utils import make_msgid

    writer = make_renderer(config, zone=site_zone(config))

    def write(order: TrialMail) -> bytes:
        message_id = make_msgid(domain=order.sender.rpartition("@")[2])
        return writer.test_message(order.recipient, message_id, order.written_at, order.through)

    return write


def _recipients(config: Config, to: str | None) -> tuple[str, ...]:
    """Return who gets the test mail."""
    if to is None:
        found = recipients_of(config.recipients)
        if not found:
            hint = "--to names one; the settings have them in Recipients."
            raise ConfigError("There are no recipients in the settings.", hint=hint)
        return found
    if is_channel(to):
        if to in recipients_of(config.recipients):
            return (to,)
        raise UsageError(f"There is no {to} in the settings.")
    from cmtel.config.kinds import Known
    from cmtel.config.networks import MailAddress

    try:
        return (MailAddress().read(to, Known()),)
    except ValueError as error:
        raise UsageError(f"The recipient {error}.") from error


def _through_servers(
    config: Config, recipients: tuple[str, ...], number: int | None, clock: Clock, write: Write
) -> list[TrialReport]:
    from cmtel.adapters.smtp.dialogue import Dialogue

    mail = _mail(config)
    if number is not None and not 1 <= number <= len(mail.servers):
        raise UsageError(f"There is no server {number}; the settings have {len(mail.servers)}.")
    reports = []
    for server in mail.servers if number is None else [mail.servers[number - 1]]:
        dialogue = Dialogue()
        mailer = make_mailer(server, mail.sender, clock, dialogue)
        reports += _send(mail, mailer, recipients, clock, write, dialogue.lines)
    return reports


def _through_channels(
    config: Config, recipients: list[str], clock: Clock, write: Write
) -> list[TrialReport]:
    if not recipients:
        return []
    mail = _mail(config)
    channels = [each for each in make_channels(config.recipients) if each.name in recipients]
    return [
        report
        for channel in channels
        for report in _send(mail, channel, (channel.name,), clock, write, [])
    ]


def _send(
    mail: Mail, mailer: Mailer, recipients: tuple[str, ...], clock: Clock, write: Write,
    dialogue: list[str],
) -> list[TrialReport]:  # fmt: skip
    """Send a mail to each, so that nobody sees who else is on the list."""
    reports = []
    for to in recipients:
        order = TrialMail(mail.sender, to, mailer.name, clock.now())
        report = mailer.send(write(order), Envelope(mail.sender, (to,), f"test-{uuid4()}"))
        reply, said = report.replies[to], tuple(dialogue)
        reports.append(TrialReport(mailer.name, to, reply, report.elapsed_ms, said))
    return reports


def _mail(config: Config) -> Mail:
    if config.mail is None:
        hint = "Mail has the sender and the servers; 'cmtel init' writes an example."
        raise ConfigError("The settings say nothing of mail.", hint=hint)
    return config.mail
