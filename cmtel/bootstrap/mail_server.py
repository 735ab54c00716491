"""Puts the mail server of ``cmtel simulate`` together: it shows each mail, and delivers nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from cmtel.errors import CmtelError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail
    from cmtel.services.ports import Clock

#: A mail is shown so late at most.
_LOOK_EVERY_SECS = 0.05


class ShownMail(NamedTuple):
    """A mail that was taken; ``file``: where it was put."""

    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    size_bytes: int
    file: Path | None


@dataclass(frozen=True, slots=True)
class MailServerOrder:
    """What ``cmtel simulate mail-server`` was asked for; port 0: any that is free."""

    host: str
    port: int
    behaviour: Behaviour
    folder: Path | None = None
    max_mails: int | None = None


def run_mail_server(
    order: MailServerOrder, clock: Clock, tell: Callable[[str], None],
    show: Callable[[ShownMail], None],
) -> int:  # fmt: skip
    """Listen until the clock is stopped or enough mails came; return how many did.

    Raises:
        CmtelError: The address is taken, the certificate unusable, or the folder not writable.
    """
    from cmtel.adapters.mail_sink.sink import MailSink

    arrived: SimpleQueue[SunkMail] = SimpleQueue()
    count = 0
    with MailSink(order.host, order.port, arrived.put, order.behaviour) as sink:
        tell(f"listening on {order.host}:{sink.port}")
        while count != order.max_mails:
            try:
                mail = arrived.get_nowait()
            except Empty:
                if clock.wait(_LOOK_EVERY_SECS):
                    break
                continue
            count += 1
            show(_shown(mail, clock.now(), order.folder))
    return count


def _shown(mail: SunkMail, at: datetime, folder: Path | None) -> ShownMail:
    from email import message_from_bytes, policy

    parsed = message_from_bytes(mail.content, policy=policy.default)
    subject, message_id = (str(parsed.get(name, "")) for name in ("Subject", "Message-ID"))
    file = _put(mail.content, at, folder) if folder is not None else None
    return ShownMail(at, mail.sender, mail.recipients, subject, message_id, len(mail.content), file)


def _put(content: bytes, at: datetime, folder: Path) -> Path:
    """Write a file that is not there yet: TIME-NUMBER.eml."""
    number = 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = folder / f"{at:%Y%m%dT%H%M%SZ}-{number}.eml"
            try:
                with path.open("xb") as file:
                    file.write(content)
            except FileExistsError:
                number += 1
                continue
            return path
    except OSError as exc:
        raise CmtelError(f"The mail cannot be put in {folder}: {exc.strerror}.") from exc
