"""How the mail sink answers: well, or badly in the ways that mail servers do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from cmtel.config.secret import Secret


class SunkMail(NamedTuple):
    """A mail that the sink took; ``content`` as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the sink demands, and how it misbehaves.

    Attributes:
        certificate: Certificate and key (PEM); needed by TLS.
        tls: starttls: offered and demanded; implicit: encrypted at once; none: clear.
        user, password: Demanded, if both are given.
        token: Demanded of XOAUTH2, if given.
        answers: What is always answered to MAIL, RCPT or DATA (there: after the final dot) in place
            of 250: ``{"RCPT": "451 4.7.1 later"}``; an answer 421 also closes the connection.
        refused: Recipients that are answered 550; in lower case.
        defer_first: So many mails are put off with 451 before one is taken.
        drop_first: So many mails are taken, and the connection cut in place of the answer.
        delay_secs: Before each answer to the final dot.
        max_bytes: Of a mail; announced with SIZE.
        takes_utf8: Whether SMTPUTF8 is offered.
    """

    certificate: Path | None = None
    tls: Literal["none", "starttls", "implicit"] = "none"
    user: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    defer_first: int = 0
    drop_first: int = 0
    delay_secs: float = 0.0
    max_bytes: int = 33_554_432
    takes_utf8: bool = True

    @property
    def wants_login(self) -> bool:
        """Whether mail is taken only after a login."""
        return self.token is not None or (self.user is not None and self.password is not None)
