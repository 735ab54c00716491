"""The demo's second half: the notifier over the demo's journal, and a mail server that keeps mails.

Only the times are short, so that nobody has to wait: it is told by a settings file of its own,
which can be looked at and used again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from xml.sax.saxutils import quoteattr

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.mail_sink.sink import MailSink
from cmtel.adapters.notifier_log.writer import NotifierLog
from cmtel.bootstrap.notifier_log import FILE_NAME
from cmtel.bootstrap.notifier_service import opened_notifier
from cmtel.bootstrap.notifier_settings import NotifierOrder
from cmtel.errors import CmtelError

#: So much silence is too much here; a real one learns what is.
SILENCE_SECS = 4
RECIPIENT = "reception@example.org"
_SETTINGS = f"""<?xml version="1.0" encoding="utf-8"?>
<CmTelNotifier version="1" language={{language}}>
  <Hotel id="DEMO" name="Demo"/>
  <Database url={{url}}/>
  <Journal><Spool folder="spool"/></Journal>
  <Check every="1s"/>
  <Silence mode="fixed" after="{SILENCE_SECS}s"/>
  <Repeat every="3s"/>
  <Recover records="3" hold="1s"/>
  <Mail from="cmtel@example.org"><Server host="127.0.0.1" port="{{port}}" tls="none"/></Mail>
  <Recipients list="default"><To>{RECIPIENT}</To></Recipients>
  <Heartbeat digest="false"/>
</CmTelNotifier>
"""


@dataclass
class Mailbox:
    """The mails that have arrived; ``on_mail`` is called with each, by another thread."""

    on_mail: Callable[[EmailMessage], None]
    kinds: list[str] = field(default_factory=list)

    def take(self, content: bytes) -> None:
        """Take a mail as it came over the wire."""
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 - what policy.default makes
        self.on_mail(mail)
        self.kinds.append(str(mail["X-CmTel-Kind"]))

    def count(self, kind: str) -> int:
        """Return how many mails of a kind have arrived."""
        return self.kinds.count(kind)


@contextmanager
def watched(
    folder: Path, url: str, language: str | None, on_mail: Callable[[EmailMessage], None]
) -> Iterator[Mailbox]:
    """Let a notifier watch the journal during the block.

    Raises:
        CmtelError: At the end of the block: the notifier could not run.
    """
    mailbox = Mailbox(on_mail)
    with MailSink("127.0.0.1", 0, lambda mail: mailbox.take(mail.content)) as sink:
        settings = folder / "CmTelNotifier.xml"
        settings.write_text(
            _SETTINGS.format(language=quoteattr(language or "en"), url=quoteattr(url),
                             port=sink.port),
            encoding="utf-8",
        )  # fmt: skip
        with _running(NotifierOrder(str(settings), folder / "state", folder / FILE_NAME)):
            yield mailbox


@contextmanager
def _running(order: NotifierOrder) -> Iterator[None]:
    clock = SystemClock()
    failures: list[CmtelError] = []

    def run() -> None:
        log = NotifierLog(order.log_file or Path(FILE_NAME))
        try:
            # Its end is that of the demo, no wish that nobody be told any more.
            with opened_notifier(order, clock, log, lambda: False) as service:
                service.run()
        except CmtelError as error:
            failures.append(error)
        finally:
            log.close()

    thread = threading.Thread(target=run, name="notifier")
    thread.start()
    try:
        yield
    finally:
        clock.stop()
        thread.join()
    if failures:
        raise failures[0]
