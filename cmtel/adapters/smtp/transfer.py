"""One mail over an open connection: MAIL, RCPT for each, DATA, and an answer for every recipient.

Source: RFC 5321; RFC 1870 (SIZE), RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8), RFC 3461 (DSN).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email import message_from_bytes, policy

from cmtel.adapters.smtp.addresses import wire_address, xtext
from cmtel.adapters.smtp.connection import Answer, Connection, Ended
from cmtel.domain.mails.replies import Reply, Stage
from cmtel.services.notifier.ports import Envelope

_GO_AHEAD = 354
#: "Service not available, closing transmission channel" (RFC 5321 section 4.2.3).
_CLOSING = 421
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_SEVEN_BIT = policy.SMTP.clone(cte_type="7bit")


class Replies:
    """Who got which answer so far."""

    def __init__(self, recipients: Iterable[str]) -> None:
        self._open = list(dict.fromkeys(recipients))
        self._asked: set[str] = set()
        self.decided: dict[str, Reply] = {}

    @property
    def open(self) -> list[str]:
        """Those without an answer yet."""
        return list(self._open)

    def asked(self, recipient: str) -> None:
        """His turn has come."""
        self._asked.add(recipient)

    def decide(self, recipient: str, reply: Reply) -> None:
        """That was the answer to one."""
        self._open.remove(recipient)
        self.decided[recipient] = reply

    def decide_rest(self, reply: Reply) -> None:
        """That was the answer to all who have none; a dialogue that ended at RCPT, to the asked."""
        for recipient in self.open:
            is_untried = reply.stage is Stage.RCPT and recipient not in self._asked
            own = Reply(Stage.UNTRIED, None, f"not tried: {reply.text}") if is_untried else reply
            self.decide(recipient, own)


def transfer(connection: Connection, message: bytes, envelope: Envelope, replies: Replies) -> None:
    """Hand one mail over; whoever has no reply at the end was not decided by an answer.

    Raises:
        Ended: An answer decided for all who have none yet.
        OSError, SMTPException: No answer; ``connection.stage`` says where.
    """
    if not connection.has_extn("8bitmime") and not message.isascii():
        message = seven_bit(message)
    message = _LINE_END.sub(b"\r\n", message).removesuffix(b"\r\n") + b"\r\n"
    if _name_recipients(connection, len(message), envelope, replies):
        _send_text(connection, message, replies)


def seven_bit(message: bytes) -> bytes:
    """Return the mail with its 8-bit parts encoded, for a server that takes none.

    One that does not say what its bytes are cannot be; it goes as it is, which most servers take.
    """
    try:
        return message_from_bytes(message, policy=_SEVEN_BIT).as_bytes()
    except (UnicodeError, LookupError):
        return message


def _name_recipients(
    connection: Connection, size_bytes: int, envelope: Envelope, replies: Replies
) -> bool:
    """MAIL, then RCPT for each; False if nobody is left to send to."""
    connection.stage = Stage.MAIL
    sender = wire_address(envelope.sender) if envelope.sender else ""
    if sender is None or not _is_taken(connection, sender):
        raise Ended(Reply(Stage.MAIL, 553, f"5.1.7 {_why_not(sender, envelope.sender)}"))
    addresses = _usable_addresses(connection, replies)
    if not addresses:
        return False
    is_utf8 = not all(address.isascii() for address in (sender, *addresses.values()))
    connection.expect(_mail(connection, sender, size_bytes, envelope.envelope_id, is_utf8=is_utf8))
    connection.stage = Stage.RCPT
    for recipient, address in addresses.items():
        _name(connection, recipient, address, replies)
    return bool(replies.open)


def _usable_addresses(connection: Connection, replies: Replies) -> dict[str, str]:
    """Return the addresses for RCPT; who has none that this server can take is refused."""
    usable = {}
    for recipient in replies.open:
        address = wire_address(recipient)
        if address is not None and _is_taken(connection, address):
            usable[recipient] = address
        else:
            text = f"5.1.3 {_why_not(address, recipient)}"
            replies.decide(recipient, Reply(Stage.RCPT, 553, text))
    return usable


def _is_taken(connection: Connection, address: str) -> bool:
    return address.isascii() or connection.has_extn("smtputf8")


def _why_not(address: str | None, given: str) -> str:
    """The codes beside these words are those with which a server would have refused."""
    if address is None:
        return f"{given!r} is no mail address"
    return f"{given} needs SMTPUTF8, which this server does not offer"


def _mail(
    connection: Connection, sender: str, size_bytes: int, envelope_id: str, *, is_utf8: bool
) -> Answer:
    most = connection.esmtp_features.get("size", "")
    if most.isdecimal() and 0 < int(most) < size_bytes:
        text = f"5.3.4 the mail has {size_bytes} bytes, the server takes {most}"
        raise Ended(Reply(Stage.MAIL, 552, text))
    words = [f"MAIL FROM:<{sender}>"]
    if connection.has_extn("size"):
        words.append(f"SIZE={size_bytes}")
    if connection.has_extn("8bitmime"):
        words.append("BODY=8BITMIME")
    if is_utf8:
        words.append("SMTPUTF8")
        connection.command_encoding = "utf-8"
    if connection.has_extn("dsn"):
        words += ["RET=HDRS", f"ENVID={xtext(envelope_id)}"]
    return connection.command(" ".join(words))


def _name(connection: Connection, recipient: str, address: str, replies: Replies) -> None:
    notify = " NOTIFY=FAILURE" if connection.has_extn("dsn") else ""
    replies.asked(recipient)
    answer = connection.command(f"RCPT TO:<{address}>{notify}")
    reply = Reply(Stage.RCPT, answer.code, answer.text)
    if answer.code in (None, _CLOSING):
        raise Ended(reply)
    if not answer.is_good:
        replies.decide(recipient, reply)


def _send_text(connection: Connection, message: bytes, replies: Replies) -> None:
    connection.stage = Stage.DATA
    connection.expect(connection.command("DATA"), _GO_AHEAD)
    connection.note(f"the mail, {len(message)} bytes")
    connection.send(_LEADING_DOT.sub(b"..", message))
    # From here on the server may have all of it, whatever happens.
    connection.stage = Stage.END
    connection.send(b".\r\n")
    answer = connection.final_answer()
    replies.decide_rest(Reply(Stage.END, answer.code, answer.text))
