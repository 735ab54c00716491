"""The renderer of the notifier: orders to messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from cmtel.adapters.mail_texts.cleaning import cleaned, cleaned_order
from cmtel.adapters.mail_texts.contents import letter
from cmtel.adapters.mail_texts.html import html_text
from cmtel.adapters.mail_texts.late import with_late_note
from cmtel.adapters.mail_texts.letter import Draft, Letter
from cmtel.adapters.mail_texts.message import Heading, message_bytes
from cmtel.adapters.mail_texts.plain import plain_text
from cmtel.adapters.mail_texts.sheet import Sheet
from cmtel.adapters.mail_texts.trial import trial_letter
from cmtel.adapters.mail_texts.words import Words, sentence
from cmtel.config.languages import Translator
from cmtel.domain.mails.kinds import ALONE, MailKind
from cmtel.services.notifier.ports import MailOrder

#: What opens an incident is not to drown in the inbox; a reminder is seen by its number.
_URGENT = frozenset({MailKind.FIRST, MailKind.BLIND})


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What is the same on every mail of a site; everything but ``sender`` may be empty.

    ``host`` is the computer that the notifier runs on.
    """

    sender: str
    subject_prefix: str = ""
    site_name: str = ""
    site_id: str = ""
    host: str = ""

    @property
    def site(self) -> str:
        """``Hotel Atlântico (H042)``, or the one of both that there is."""
        name, site_id = cleaned(self.site_name, 80), cleaned(self.site_id, 40)
        return f"{name} ({site_id})" if name and site_id else name or site_id


class MailWriter:
    """Implements Renderer: pure, and the same order gives the same bytes."""

    def __init__(self, letterhead: Letterhead, translator: Translator, zone: tzinfo) -> None:
        self._head = letterhead
        self._translator = translator
        self._zone = zone

    def render(self, order: MailOrder) -> bytes:
        """Return the mail as it goes over the wire: RFC 5322, CR LF."""
        order = cleaned_order(order)
        draft = Draft(order, self._words(order.written_at))
        written = letter(draft)
        sheet = self._sheet(written, draft.words, draft.facts.feed, self._footer(draft))
        heading = Heading(
            self._head.sender, self._sender_name, order.recipients,
            self._subject(written, draft.facts.feed), order.message_id, order.references,
            draft.words.local(order.written_at), draft.words.language,
            is_urgent=order.kind in _URGENT,
            others=(
                ("X-CmTel-Incident", order.incident_id),
                ("X-CmTel-Seq", str(order.seq)),
                ("X-CmTel-Kind", order.kind.value),
            ),
        )  # fmt: skip
        return message_bytes(heading, plain_text(sheet), html_text(sheet))

    def mark_late(self, message: bytes, written: datetime, delivered: datetime) -> bytes:
        """Return the mail with header and line "written 14:40, delivered 17:05"."""
        return with_late_note(message, self._words(delivered), written, delivered)

    def test_message(
        self, to: str, message_id: str, written_at: datetime, through: str = ""
    ) -> bytes:
        """Return a mail that says that the mail settings are right.

        ``through``: the server or channel that it is sent through.
        """
        words = self._words(written_at)
        written = trial_letter(words, cleaned(through))
        sheet = self._sheet(written, words, "", (self._origin(words),))
        heading = Heading(
            self._head.sender, self._sender_name, (to,), self._subject(written, ""),
            message_id, "", words.local(written_at), words.language,
            others=(("X-CmTel-Kind", "TEST"),),
        )  # fmt: skip
        return message_bytes(heading, plain_text(sheet), html_text(sheet))

    def _words(self, now: datetime) -> Words:
        return Words(self._translator, self._zone, now)

    def _sheet(self, written: Letter, words: Words, feed: str, footer: tuple[str, ...]) -> Sheet:
        title = words.gettext("What to do")
        return Sheet(written, words.language, self._head.site, feed, title, footer)

    @property
    def _sender_name(self) -> str:
        return f"CmTel {self._head.site}".strip()

    def _subject(self, written: Letter, feed: str) -> str:
        """Site and feed first: the stem, the same for every mail of an incident."""
        prefix = cleaned(self._head.subject_prefix, 40)
        stem = " \N{EN DASH} ".join(part for part in (self._head.site, feed) if part)
        told = f"{stem}: {written.subject}" if stem else sentence(written.subject)
        return f"{prefix} {told}".strip()

    def _footer(self, draft: Draft) -> tuple[str, ...]:
        words, facts = draft.words, draft.facts
        lines = [self._origin(words)]
        undeliverable = dict.fromkeys((*draft.order.undeliverable, *facts.undeliverable))
        if undeliverable:
            lines.insert(0, words.gettext("Could not be delivered to: {recipients}.",
                                          recipients=", ".join(undeliverable)))  # fmt: skip
        if draft.order.kind in ALONE:
            return tuple(lines)
        number = f"{draft.order.incident_id[:8]}.{draft.order.seq}"
        return (*lines, words.gettext("Incident {number}.", number=cleaned(number, 30)))

    def _origin(self, words: Words) -> str:
        zone = str(self._zone)
        if self._head.host:
            return words.gettext(
                "Sent by cmtel on {host}. Times are those of {zone}.",
                host=cleaned(self._head.host, 80), zone=zone,
            )  # fmt: skip
        return words.gettext("Sent by cmtel. Times are those of {zone}.", zone=zone)
