"""Headers and MIME: two texts as one message, the same bytes for the same input."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import cast

from cmtel.domain.mails.recipients import is_channel


class MailPolicy(EmailPolicy):
    """RFC 5322 with CR LF; ids, subject and addresses are written by this module.

    Python's own policy writes an In-Reply-To or References that does not fit into 78 characters
    as encoded words, which RFC 2047 section 5 forbids there; Exchange then drops the header, and
    the thread with it (CPython issue 100991). And it loses blanks between the encoded words of
    a long subject. What comes here as plain text is on the wire as it is, folds included.
    """

    _OURS = frozenset({"message-id", "in-reply-to", "references", "subject", "from", "to"})

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        if name.lower() not in self._OURS:
            return super().header_store_parse(name, value)
        if {"\r", "\n"} & {*value.replace(f"{self.linesep} ", "")}:
            raise ValueError(f"the value of {name} has a line break: {value!r}")
        return name, value

    def fold(self, name: str, value: str) -> str:
        if name.lower() in self._OURS:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in self._OURS:
            return self.fold(name, value).encode(errors="surrogateescape")
        return bytes(super().fold_binary(name, value))


POLICY = MailPolicy(linesep=SMTP.linesep)
#: RFC 2047 section 2: a line with encoded words has at most so many characters.
_LINE_CHARS = 76
#: What an address of the settings never has (config/networks.py).
_NEVER = frozenset(' <>,;"')
#: What a local part may have in quotes only (RFC 5322, section 3.2.3).
_QUOTED = frozenset("()[]:\\@")


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


def _headers(heading: Heading) -> list[tuple[str, str]]:
    sender = f"{_phrase(heading.sender_name)} <{_address(heading.sender)}>"
    # A mail for a channel has nobody in To, which RFC 5322 section 3.6 allows.
    people = [_address(to) for to in heading.recipients if not is_channel(to)]
    headers = [
        ("From", sender),
        *([("To", f",{POLICY.linesep} ".join(people))] if people else []),
        ("Subject", _encoded(heading.subject, "Subject")),
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


def _encoded(text: str, name: str) -> str:
    """Return the text as a header has it: ASCII, folded, nothing lost."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, _LINE_CHARS, name).encode(linesep=POLICY.linesep)


def _phrase(name: str) -> str:
    """Return a display name: quoted, or encoded if it is not ASCII."""
    if not name.isascii():
        return _encoded(name, "From")
    return '"{}"'.format(name.replace("\\", "").replace('"', "'"))


def _address(address: str) -> str:
    """Return an address as a header has it: the domain in ASCII, the local part quoted if need be.

    A local part that is not ASCII stays as it is (RFC 6532); whether it is reached, the mail
    server says.

    Raises:
        ValueError: It is none, or would end the header (CPython issue 39073).
    """
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or not address.isprintable() or _NEVER & {*address}:
        raise ValueError(f"{address!r} is no mail address")
    if _QUOTED & {*local}:
        local = '"{}"'.format(local.replace("\\", "\\\\"))
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain  # no domain at all; the mail server says so, to this recipient alone


def _boundary(message_id: str) -> str:
    """Return a boundary that quoted-printable text cannot contain ("=_"; RFC 2045, 6.7)."""
    return f"=_cmtel_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
