"""Headers and MIME: two texts as one message, the same bytes for the same input."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import cast


class MailPolicy(EmailPolicy):
    """RFC 5322 with CR LF, and message ids left alone.

    Python writes an In-Reply-To or References that does not fit into 78 characters as encoded
    words, which RFC 2047 section 5 forbids there; Exchange then drops the header, and the thread
    with it (CPython issue 100991). Lines may have 998 characters.
    """

    _IDS = frozenset({"message-id", "in-reply-to", "references"})

    def fold(self, name: str, value: str) -> str:
        if name.lower() in self._IDS:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in self._IDS:
            return self.fold(name, value).encode("ascii", "replace")
        return bytes(super().fold_binary(name, value))


POLICY = MailPolicy(linesep=SMTP.linesep)


@dataclass(frozen=True, slots=True)
class Heading:
    """The headers of a mail. ``references``: the id that it answers to; empty: none.

    ``written_at`` is on the site's clock. ``others``: further headers, names and values.
    """

    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    references: str
    written_at: datetime
    language: str
    is_urgent: bool = False
    others: tuple[tuple[str, str], ...] = ()


def message_bytes(heading: Heading, plain: str, html: str) -> bytes:
    """Return the message as it goes over the wire."""
    message = EmailMessage(policy=POLICY)
    for name, value in _headers(heading):
        message[name] = value
    message.set_content(plain, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = heading.language
    message.set_boundary(_boundary(heading.message_id))
    return message.as_bytes()


def parsed(message: bytes) -> EmailMessage:
    """Return a message that :func:`message_bytes` made, to be read or changed."""
    return cast("EmailMessage", message_from_bytes(message, policy=POLICY))


def _headers(heading: Heading) -> list[tuple[str, str | Address | tuple[Address, ...]]]:
    headers: list[tuple[str, str | Address | tuple[Address, ...]]] = [
        ("From", Address(heading.sender_name, addr_spec=heading.sender)),
        ("To", tuple(Address(addr_spec=to) for to in heading.recipients)),
        ("Subject", heading.subject),
        ("Date", format_datetime(heading.written_at)),
        ("Message-ID", heading.message_id),
    ]
    if heading.references:
        headers += [("In-Reply-To", heading.references), ("References", heading.references)]
    if heading.is_urgent:
        headers.append(("Importance", "high"))
    # RFC 3834 section 5, and what Exchange has for it: nobody's absence note is to answer.
    headers += [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")]
    return [*headers, *heading.others]


def _boundary(message_id: str) -> str:
    """Return a boundary that quoted-printable text cannot contain ("=_"; RFC 2045, 6.7)."""
    return f"=_cmtel_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
