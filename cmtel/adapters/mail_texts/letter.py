"""What a mail says, before it has a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cmtel.adapters.mail_texts.words import Words
from cmtel.domain.mails.facts import MailFacts
from cmtel.services.notifier.ports import MailOrder


class Tone(StrEnum):
    """How bad it is; the HTML has a colour for each."""

    ALARM = "alarm"
    WARNING = "warning"
    GOOD = "good"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Step:
    """What the reader can do: a sentence, and the command that does it."""

    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of a mail in the order in which they are read.

    Attributes:
        subject: The changing end of the subject.
        lead: The one paragraph that says it all; other channels get it alone.
        rows: Facts: label and value.
        steps: What to do.
        notes: Small print.
    """

    tone: Tone
    subject: str
    headline: str
    lead: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What the texts of a kind are written from: the order, cleaned, and the language."""

    order: MailOrder
    words: Words

    @property
    def facts(self) -> MailFacts:
        return self.order.facts

    @property
    def now(self) -> datetime:
        return self.order.written_at
