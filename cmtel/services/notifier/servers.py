"""Who delivers to a recipient: mail servers in order, the last good one first, or his channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cmtel.domain.mails.recipients import is_channel
from cmtel.domain.mails.replies import Reply, SendReport, Stage
from cmtel.services.notifier.ports import Envelope, Mailer

#: For so long the server that took the last mail stays the first choice.
STICKY_SECS = 30 * 60


class Servers:
    """The mail servers in the order of the settings, and the channels by their names."""

    def __init__(self, mailers: Sequence[Mailer], channels: Iterable[Mailer] = ()) -> None:
        """A channel's ``name`` is the recipient that it serves.

        Without a mail server all recipients must be channels.
        """
        self._mailers = tuple(mailers)
        self._channels = {channel.name: channel for channel in channels}
        if not self._mailers and not self._channels:
            raise ValueError("At least one mail server or channel is needed.")
        self._good: Mailer | None = None
        self._good_until_secs = 0.0

    def in_order(self, recipient: str, now_secs: float) -> tuple[Mailer, ...]:
        """Return who is to be tried for a recipient at this time (monotonic seconds)."""
        if is_channel(recipient):
            return (self._channels.get(recipient, _Unknown(recipient)),)
        if not self._mailers:
            return (_Unknown("no mail server"),)
        if self._good is None or now_secs >= self._good_until_secs:
            return self._mailers
        return (self._good, *(other for other in self._mailers if other is not self._good))

    def was_good(self, mailer: Mailer, now_secs: float) -> None:
        """Remember that a server took a mail."""
        if not any(mailer is each for each in self._mailers):
            return
        if self._good is not mailer or now_secs >= self._good_until_secs:
            self._good = mailer
            self._good_until_secs = now_secs + STICKY_SECS


class _Unknown:
    """Stands for what has gone from the settings while mails for it were waiting."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, message: bytes, envelope: Envelope) -> SendReport:
        """Refuse, as a server does for a recipient whom it does not know."""
        del message
        reply = Reply(Stage.RCPT, 550, f"{self.name} is not in the settings")
        return SendReport(dict.fromkeys(envelope.recipients, reply))
