"""Messages of an OmniPCX Enterprise on its ticket port, and tickets saved as lines.

Every message is a length of two bytes, high byte first, and so many bytes. A ticket has 772
(``03 04``); everything else is the talk of the session. Input that begins with neither ``00`` nor
``03 04`` is text, one ticket a line.

Source: Alcatel-Lucent, OmniPCX Enterprise, "Accounting: Real time CDR on IP (Ethernet tickets)".
"""

from __future__ import annotations

from cmtel.formats.framers import LineFramer

_LENGTH_BYTES = 2
#: The length of a ticket, as it stands before it.
TICKET_HEAD = b"\x03\x04"
_TICKET_BYTES = int.from_bytes(TICKET_HEAD)


class OxeFramer:
    """Cuts messages by their length; input that is text, into lines."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_begun = False
        self._lines: LineFramer | None = None

    @property
    def pending_bytes(self) -> int:
        """Bytes fed that no record has yet."""
        return self._lines.pending_bytes if self._lines else len(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the records that ``data`` completes, in order."""
        if self._lines:
            return self._lines.feed(data)
        self._rest += data
        if not self._is_begun and self._rest not in (b"", TICKET_HEAD[:1]):
            self._is_begun = True
            if not begins_as_message(self._rest):
                return self._go_on_with_lines()
        return self._messages()

    def idle(self) -> list[bytes]:
        """A message is never complete before its last byte; a line may be."""
        return self._lines.idle() if self._lines else []

    def finish(self) -> list[bytes]:
        """The input has ended: return what is left."""
        if self._lines:
            return self._lines.finish()
        rest, self._rest = self._rest, b""
        return [rest] if rest else []

    def _go_on_with_lines(self) -> list[bytes]:
        self._lines = LineFramer()
        rest, self._rest = self._rest, b""
        return self._lines.feed(rest)

    def _messages(self) -> list[bytes]:
        data, begin, messages = self._rest, 0, []
        while (end := message_end(data, begin)) <= len(data):
            messages.append(data[begin:end])
            begin = end
        self._rest = data[begin:]
        return messages


def begins_as_message(data: bytes) -> bool:
    """Tell if an input that begins like this is one of messages, not of lines."""
    return data.startswith((b"\0", TICKET_HEAD))


def is_whole_message(record: bytes) -> bool:
    """Tell if a record is as long as it says."""
    return message_end(record, 0) == len(record)


def ticket_body(message: bytes) -> bytes | None:
    """Return type and text of a message that is a ticket; None if it is another one."""
    body = message[_LENGTH_BYTES:]
    return body if len(body) == _TICKET_BYTES else None


def message_end(data: bytes, begin: int) -> int:
    """Return where the message at ``begin`` ends; beyond ``data`` if it is not whole."""
    text_begin = begin + _LENGTH_BYTES
    if text_begin > len(data):
        return text_begin
    return text_begin + int.from_bytes(data[begin:text_begin])
