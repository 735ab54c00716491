"""The test mail: one real mail through each server and channel, and what was said meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from cmtel.bootstrap.config import load_config
from cmtel.bootstrap.mail import make_channels, make_mailer, recipients_of
from cmtel.bootstrap.mail_texts import make_renderer, registered_site_id
from cmtel.bootstrap.notifier_feeds import site_zone
from cmtel.domain.mails.message_id import message_id
from cmtel.domain.mails.recipients import is_channel
from cmtel.domain.mails.remedies import remedy_of
from cmtel.domain.mails.replies import Outcome, Reply, outcome
from cmtel.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmtel.adapters.mail_texts.writer import MailWriter
    from cmtel.adapters.smtp.dialogue import Dialogue
    from cmtel.config.mail import Mail
    from cmtel.config.model import Config
    from cmtel.services.notifier.ports import Mailer
    from cmtel.services.ports import Clock


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
    config_path: str | None, to: str | None, server_number: int | None, clock: Clock
) -> list[TrialReport]:
    """Send a real mail to each recipient through each server, and over his channel.

    Args:
        config_path: The settings file, as given.
        to: One recipient, an address or ``channel:NAME``; None: all lists.
        server_number: The server, from 1; None: all, and the channels.
        clock: For the date, and for tokens.

    Raises:
        ConfigError: The settings are not usable, or say nothing of mail or recipients.
        UsageError: There is no such server, or the recipient is none.
    """
    config = load_config(config_path)
    mail = _mail(config)
    recipients = _recipients(config, to)
    people = [each for each in recipients if not is_channel(each)]
    if server_number is not None and not people:
        raise UsageError("No server delivers to a channel; leave --server out.")
    renderer = make_renderer(config, zone=site_zone(config), site_id=registered_site_id(config))
    trial = _Trial(mail, renderer, clock)
    reports = trial.through_servers(people, server_number)
    if server_number is None and len(people) < len(recipients):
        channels = [each for each in make_channels(config.recipients) if each.name in recipients]
        reports += [trial.send(channel, channel.name) for channel in channels]
    return reports


class _Trial:
    """Sends the test mails of one call."""

    def __init__(self, mail: Mail, writer: MailWriter, clock: Clock) -> None:
        self._mail = mail
        self._writer = writer
        self._clock = clock

    def through_servers(self, people: Sequence[str], number: int | None) -> list[TrialReport]:
        """One mail to each person through each server, or the one of this number."""
        from cmtel.adapters.smtp.dialogue import Dialogue

        servers = self._mail.servers
        if number is not None and not 1 <= number <= len(servers):
            raise UsageError(f"There is no server {number}; the settings have {len(servers)}.")
        reports = []
        for server in servers if number is None else [servers[number - 1]]:
            dialogue = Dialogue()
            mailer = make_mailer(server, self._mail.sender, self._clock, dialogue)
            reports += [self.send(mailer, to, dialogue) for to in people]
        return reports

    def send(self, mailer: Mailer, to: str, dialogue: Dialogue | None = None) -> TrialReport:
        """One mail to one recipient."""
        from cmtel.services.notifier.ports import Envelope

        before = len(dialogue.lines) if dialogue else 0
        trial_id = str(uuid4())
        own_id = message_id(trial_id, 1, to, self._mail.sender.rpartition("@")[2])
        message = self._writer.test_message(to, own_id, self._clock.now(), mailer.name)
        report = mailer.send(message, Envelope(self._mail.sender, (to,), f"{trial_id}.1"))
        said = tuple(dialogue.lines[before:]) if dialogue else ()
        return TrialReport(mailer.name, to, report.replies[to], report.elapsed_ms, said)


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


def _mail(config: Config) -> Mail:
    if config.mail is None:
        hint = "Mail has the sender and the servers; 'cmtel init' writes an example."
        raise ConfigError("The settings say nothing of mail.", hint=hint)
    return config.mail
