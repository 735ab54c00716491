"""What the state machine wants done. All of one step is committed together with its state."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from cmtel.domain.incidents.states import Incident
from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import MailKind


class Level(IntEnum):
    """How much an entry of the log matters; the numbers order them."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


FieldValue = str | int | float | bool | None


class QueueMail(NamedTuple):
    """One mail to each of ``recipients``; (incident_id, seq, recipient) names it for ever."""

    kind: MailKind
    incident_id: str
    thread_id: str
    seq: int
    recipients: tuple[str, ...]
    facts: MailFacts


class Log(NamedTuple):
    """One entry of the log and of the history."""

    level: Level
    topic: str
    fields: tuple[tuple[str, FieldValue], ...]


class Archive(NamedTuple):
    """An incident that closed."""

    incident: Incident


Action = QueueMail | Log | Archive
