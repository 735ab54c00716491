"""What the notifier needs from the outside, as Protocols; adapters implement them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID

from cmtel.domain.incidents.actions import Log
from cmtel.domain.incidents.states import FeedState, Judgement
from cmtel.domain.mails.allowance import MailRecord
from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.outbox import OutboxRow
from cmtel.domain.mails.replies import SendReport
from cmtel.domain.way import Way
from cmtel.services.notifier.changes import Changes, HistoryEvent, PastIncident, Request, Residual

if TYPE_CHECKING:  # its module needs pydantic, which services do not load
    from cmtel.config.secret import Secret

Spans = tuple[tuple[datetime, datetime], ...]


class Uptime(Protocol):
    """How long the machine has been running; tells sleep from a clock that was set."""

    def elapsed_secs(self) -> float:
        """Seconds since some start, time asleep included; never goes back."""

    def awake_secs(self) -> float:
        """Seconds since some start, time asleep excluded; never goes back."""


# --- feeds -------------------------------------------------------------------------------------


class NewRecord(NamedTuple):
    """A record that had not been seen before."""

    #: The record's own time, aware; None if it has none.
    event_utc: datetime | None
    #: The record, for people; short, one line.
    text: str = ""


class FeedReading(NamedTuple):
    """What is new in a feed, oldest first, and where to go on next time."""

    cursor: str
    records: Sequence[NewRecord]


class FeedReader(Protocol):
    """Reads a feed from where it was left. Used by one thread."""

    def read(self, cursor: str | None) -> FeedReading:
        """Return the records after ``cursor``.

        ``cursor`` None is the first sight of the source: only its last record is returned, or
        none if it is empty. A record is known by source, row or offset, and content, so that a
        second look, a vacuum, a rotation or a restored backup brings nothing new.

        Raises:
            CmtelError: It cannot be read now: unreachable, other columns, no right.
        """

    def close(self) -> None: ...


class Judge(Protocol):
    """The silence rule with a feed's profile, level and calendar."""

    def judge(self, now: datetime, last_arrival: datetime, suspended: Spans) -> Judgement:
        """Judge the silence since ``last_arrival``; ``suspended`` stretches do not count.

        Raises:
            CmtelError: The time zone or the holidays are not known here.
        """

    def observe(self, previous: datetime, arrival: datetime) -> float | None:
        """Take note of an arrival; return the calls missed in the gap before it, if known."""


class WayReport(Protocol):
    """Looks along the way of the records, for the mails."""

    def way(self, feed: str) -> Way | None:
        """Return what is known of the stages before this feed; never raises."""


# --- mails -------------------------------------------------------------------------------------


class MailOrder(NamedTuple):
    """A mail to be written."""

    kind: MailKind
    #: All who are to stand in To; one, unless mails go to the group.
    recipients: tuple[str, ...]
    message_id: str
    #: The id that it answers to; empty: it opens a thread.
    references: str
    incident_id: str
    seq: int
    facts: MailFacts
    written_at: datetime
    #: Recipients whose server refused them lately: "could not be delivered to".
    undeliverable: tuple[str, ...] = ()


class Renderer(Protocol):
    """Writes mails. Pure: the same order gives the same bytes."""

    def render(self, order: MailOrder) -> bytes:
        """Return the mail as it goes over the wire: RFC 5322, CR LF."""

    def mark_late(self, message: bytes, written: datetime, delivered: datetime) -> bytes:
        """Return the mail with header and line "written 14:40, delivered 17:05"."""


class Envelope(NamedTuple):
    """For whom one mail is. ``envelope_id``: for delivery reports (RFC 3461 ENVID)."""

    sender: str
    recipients: tuple[str, ...]
    envelope_id: str


class Mailer(Protocol):
    """One mail server. Used by one thread."""

    @property
    def name(self) -> str:
        """``host:port``, for log and status."""

    def send(self, message: bytes, envelope: Envelope) -> SendReport:
        """Hand one mail over, within the server's time-out.

        A failure is an answer, not an exception: the report has a reply for every recipient.
        """


class TokenSource(Protocol):
    """Access tokens for one mailbox (OAuth 2.0). Used by one thread."""

    def token(self) -> Secret:
        """Return a token that is good for some minutes yet.

        Raises:
            MailUnavailable: The token server gives none now.
            MailError: It never will with these settings; the message has its words.
        """

    def forget(self) -> bool:
        """The mail server did not take the token: the next one is a new one.

        True if this one was kept from earlier, so that a new one may do better at once.
        """


class LastResort(Protocol):
    """What is left when no mail server takes anything."""

    def resort(self, row: OutboxRow) -> None:
        """Tell by other means; what fails is logged by the implementation, never raised."""


class SystemLog(Protocol):
    """The system's own log (Windows Event Log, journald). Never raises."""

    def error(self, text: str) -> None: ...


class EventLog(Protocol):
    """CmTelNotifier.log. Never raises: it is never the reason why the service stops."""

    def write(self, at: datetime, entry: Log) -> None: ...


# --- state -------------------------------------------------------------------------------------


class NotifierStore(Protocol):
    """State, outbox and history. Thread-safe; instants come back in milliseconds.

    Raises:
        SpoolError: From every method: the file cannot be read or written.
    """

    @property
    def namespace(self) -> UUID:
        """Drawn when the store was made; incident ids come from it."""

    def exclusive(self) -> AbstractContextManager[object]:
        """Nobody else of this process commits meanwhile; hold it from reading to commit."""

    def commit(self, changes: Changes) -> None:
        """Write all of it in one transaction that is on disk when this returns."""

    def feeds(self) -> list[str]:
        """The names of the feeds that have a state."""

    def feed(self, name: str) -> tuple[FeedState | None, str | None]:
        """State and cursor of a feed; None where there is none yet."""

    def rows(self, incident_id: str, recipient: str | None = None) -> list[OutboxRow]:
        """The rows of an incident that still matter: all but old repeats."""

    def open_rows(self) -> list[OutboxRow]:
        """All rows to which something may still happen, in the order of queueing."""

    def thread_root(self, thread_id: str, recipient: str) -> str:
        """The message id of the first mail of a thread to a recipient; empty if there is none."""

    def mail_record(self, recipient: str, now: datetime) -> MailRecord:
        """What a recipient got in the last 24 hours, and how often he was refused."""

    def last_accepted_at(self) -> datetime | None:
        """When a mail server last took a mail."""

    def accepted_since(self, since: datetime) -> int:
        """How many mails servers took since an instant."""

    def last_mail(self) -> OutboxRow | None:
        """The mail that a server took last."""

    def add_request(self, request: Request) -> int:
        """Leave a request for the service; return the id by which :meth:`requests` has it."""

    def requests(self) -> list[Request]:
        """Requests not yet done, in their order."""

    def meta(self, name: str) -> str | None:
        """A value kept beside the state."""

    def profile(self, feed: str) -> str | None:
        """What the silence rule has learned of a feed, as it was saved."""

    def history(self, since: datetime, feed: str | None = None) -> list[HistoryEvent]:
        """The history since an instant, oldest first."""

    def incidents_since(self, since: datetime, feed: str | None = None) -> list[PastIncident]:
        """The incidents that are open or closed since an instant, in the order of opening."""

    def residuals(self, feed: str, since: datetime) -> list[Residual]:
        """The gaps of a feed that ended since an instant, oldest first."""

    def purge(self, before: datetime) -> None:
        """Delete what ended before an instant: history, gaps, mails, closed incidents."""
