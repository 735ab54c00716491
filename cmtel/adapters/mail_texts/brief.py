"""Title and one paragraph of a mail, for channels that take no mails: SMS, Teams, Telegram."""

from __future__ import annotations

from typing import NamedTuple

from cmtel.adapters.mail_texts.late import HEADER
from cmtel.adapters.mail_texts.message import parsed


class Brief(NamedTuple):
    """One line, and one paragraph of plain text."""

    title: str
    text: str


def brief_of(message: bytes) -> Brief:
    """Return the subject and the lead of a mail written by MailWriter; a late one says so."""
    mail = parsed(message)
    body = mail.get_body(("plain",))
    text = body.get_content().replace("\r\n", "\n") if body is not None else ""
    blocks = [" ".join(block.split()) for block in text.split("\n\n")]
    late = blocks[:1] if HEADER in mail else []
    blocks = blocks[len(late) :]
    return Brief(str(mail["Subject"]), " ".join([*blocks[1:2], *late]))
