"""The note on a mail that went out later than it was written: "written 14:40, delivered 17:05"."""

from __future__ import annotations

from datetime import datetime
from email.message import MIMEPart
from html import escape

from cmtel.adapters.mail_texts.message import parsed
from cmtel.adapters.mail_texts.words import Words

HEADER = "X-CmTel-Late"
#: Where letter.html wants the note.
_MARK = "<!--late-->"
_ROW = (
    '<tr><td bgcolor="#fff4ce" style="background-color:#fff4ce;color:#5c4300;'
    'padding:8px 20px;font-size:14px;line-height:20px;">{}</td></tr>'
)


def with_late_note(message: bytes, words: Words, written: datetime, delivered: datetime) -> bytes:
    """Return the message with header and line; all other headers stay as they are."""
    mail = parsed(message)
    if HEADER in mail:
        return message
    note = words.gettext(
        "Written {written}, delivered {delivered}: no mail server took it before.",
        written=words.short(written), delivered=words.short(delivered),
    )  # fmt: skip
    mail[HEADER] = (
        f"written {words.local(written).isoformat(timespec='minutes')},"
        f" sent {words.local(delivered).isoformat(timespec='minutes')}"
    )
    for part in mail.iter_parts():
        if part.get_content_type() == "text/plain":
            _replace(part, f"{note}\n\n{part.get_content()}", "plain")
        elif part.get_content_type() == "text/html":
            html = part.get_content().replace(_MARK, _ROW.format(escape(note)), 1)
            _replace(part, html, "html")
    return mail.as_bytes()


def _replace(part: MIMEPart, text: str, subtype: str) -> None:
    part.set_content(text.replace("\r\n", "\n"), subtype=subtype, cte="quoted-printable")
