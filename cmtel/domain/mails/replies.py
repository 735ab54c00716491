"""What the answer of a mail server means for a mail: a pure function over the answer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Stage(StrEnum):
    """How far the dialogue with the server had come when it was decided."""

    CONNECT = "connect"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    #: The server's answer to DATA, or the text on its way, before the final dot.
    DATA = "data"
    #: After the final dot.
    END = "end"
    #: The dialogue had ended before this recipient's turn.
    UNTRIED = "untried"


class Outcome(StrEnum):
    """What becomes of the mail to one recipient."""

    ACCEPTED = "accepted"
    #: Try again later.
    DEFERRED = "deferred"
    #: This recipient, for this mail.
    REFUSED = "refused"
    #: Perhaps accepted.
    UNCERTAIN = "uncertain"
    #: Nobody gets mail through this server until its settings are put right.
    MISCONFIGURED = "misconfigured"


class Reply(NamedTuple):
    """The answer that decided. ``code`` None: no answer (refused, cut off, timed out)."""

    stage: Stage
    code: int | None
    text: str = ""


class SendReport(NamedTuple):
    """What one server said about one mail: an answer for every recipient."""

    replies: Mapping[str, Reply]
    elapsed_ms: int = 0


def outcome(reply: Reply) -> Outcome:
    """Return what the answer means.

    Source:
        RFC 5321 section 4.2.1 (classes of codes), 4.5.3.2 (time-outs) and 6.1 (a lost answer
        after the final dot leaves the mail in doubt); notifier.md 2.5.
    """
    code, stage = reply.code, reply.stage
    if code is None:
        return Outcome.UNCERTAIN if stage is Stage.END else Outcome.DEFERRED
    if stage is Stage.END and 200 <= code < 300:
        return Outcome.ACCEPTED
    if code < 500 or stage in (Stage.CONNECT, Stage.TLS, Stage.UNTRIED):
        return Outcome.DEFERRED
    return Outcome.REFUSED if stage is Stage.RCPT else Outcome.MISCONFIGURED


def is_for_next_server(reply: Reply) -> bool:
    """Tell whether another server may do better at once.

    Not where a recipient alone was put off (greylisting wants the same server again), and never
    where the mail may have been taken.
    """
    meaning = outcome(reply)
    if meaning is Outcome.DEFERRED:
        return reply.stage is not Stage.RCPT or reply.code in (None, 421)
    return meaning is Outcome.MISCONFIGURED
