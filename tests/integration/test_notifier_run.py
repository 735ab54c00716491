"""``cmtel notifier run`` as a process of its own, on every kind of database: the whole story.

Calls come and stop; the mails come; operators ask what they ask; calls come back. Then settings
that change while it runs, and what a start says of bad ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from cmtel.adapters.mail_sink.behaviour import SunkMail
from cmtel.adapters.mail_sink.sink import MailSink
from tests.crash.killable import CmtelProcess, cmtel, pause
from tests.databases import Database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ANNA, BOB = "anna@x.test", "bob@x.test"
#: How long anything may take on a busy machine, in seconds.
PATIENCE_SECS = 45

_SETTINGS = """<?xml version="1.0" encoding="utf-8"?>
<CmTelNotifier version="1" timeZone="UTC">
  <Hotel id="H042" name="Hotel Atlântico"/>
  <Database url={url}/>
  <Check every="1s"/>
  <Silence mode="fixed" after="4s"/>
  <Repeat every="2s"/>
  <Recover records="2" hold="1s"/>
  <Blind grace="2s"/>
  <Mail from="cmtel@x.test" language="{language}">
    <Server host="127.0.0.1" port="{port}" tls="none"/>
  </Mail>
  <Recipients>{people}</Recipients>
  <Heartbeat digest="false"/>
</CmTelNotifier>
"""


class Site:
    """A journal, a mail server and a notifier over them."""

    def __init__(self, folder: Path, database: Database, port: int) -> None:
        self.folder = folder
        self.database = database
        self.port = port
        self.mails: list[SunkMail] = []
        self.settings = folder / "CmTelNotifier.xml"
        self.write_settings(ANNA)
        words = ("--config", str(self.settings), "notifier", "run")
        self.notifier = CmtelProcess(folder, *words, log="notifier.out")

    def write_settings(self, *people: str, language: str = "en") -> None:
        listed = "".join(f"<To>{to}</To>" for to in people)
        text = _SETTINGS.format(
            url=quoteattr(self.database.url), port=self.port, people=listed, language=language
        )
        self.settings.write_text(text, encoding="utf-8")

    def call(self, count: int = 1) -> None:
        """Calls come, by another program."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat(" ")
        for _ in range(count):
            self.database.run(
                "INSERT INTO journal (in_out, zeitpunkt_numerisch, verb_zustand, rufnummer)"
                f" VALUES ('o', '{now}', 'CONN', '030123')"
            )

    def ask(self, *words: str, status: int = 0) -> Any:
        """Run a command beside the service, and return its JSON."""
        done = cmtel("--config", str(self.settings), "--json", *words, folder=self.folder)
        assert done.returncode == status, (words, done.stdout, done.stderr, self.notifier.log())
        return json.loads(done.stdout) if done.stdout else None

    def kinds(self, to: str = ANNA) -> list[str]:
        """The kinds of the mails that reached somebody, in their order."""
        return [str(message_from_bytes(mail.content)["X-CmTel-Kind"])
                for mail in self.mails if to in mail.recipients]  # fmt: skip

    def wait_for(self, kind: str, to: str = ANNA, count: int = 1) -> None:
        for _ in range(PATIENCE_SECS * 5):
            if self.kinds(to).count(kind) >= count:
                return
            pause(0.2)
        raise AssertionError(f"no {kind} to {to}: {self.kinds(to)}; {self.log()}")

    def wait_for_calls(self, kind: str) -> None:
        """Let calls flow until a mail has come."""
        for _ in range(PATIENCE_SECS * 2):
            self.call()
            if kind in self.kinds():
                return
            pause(0.5)
        raise AssertionError(f"no {kind}: {self.kinds()}; {self.log()}")

    def log(self) -> str:
        path = self.folder / "state" / "CmTelNotifier.log"
        return path.read_text("utf-8") if path.exists() else self.notifier.log()


@contextmanager
def site(folder: Path, database: Database) -> Iterator[Site]:
    mails: list[SunkMail] = []
    with MailSink("127.0.0.1", 0, mails.append) as sink:
        made = Site(folder, database, sink.port)
        made.mails = mails
        made.ask("journal", "create-table")
        made.call()
        process = made.notifier.start()
        try:
            yield made
            assert process.poll() is None, made.notifier.log()
            assert made.notifier.end() == 0, made.notifier.log()
        finally:
            if process.poll() is None:
                made.notifier.kill()


def test_the_whole_story(database: Database, tmp_path: Path) -> None:
    with site(tmp_path, database) as hotel:
        hotel.wait_for("FIRST")
        hotel.wait_for("REPEAT")
        checked = hotel.ask("notifier", "check", "--explain", status=10)
        assert checked["feeds"][0]["state"] == "stalled"

        hotel.ask("notifier", "ack", "--by", ANNA, "--reason", "cable")
        pause(1)
        acked = hotel.kinds().count("REPEAT")
        pause(5)
        assert hotel.kinds().count("REPEAT") == acked

        hotel.wait_for_calls("RECOVERED")
        incident = hotel.ask("notifier", "history")["incidents"][0]
        assert incident["acked_by"] == ANNA
        assert hotel.ask("notifier", "feeds")["feeds"][0]["feed"] == "Main"
        assert hotel.ask("notifier", "explain")["feeds"][0]["feed"] == "Main"

        hotel.ask("notifier", "pause", "--reason", "work")
        hotel.ask("notifier", "check", status=9)
        hotel.ask("notifier", "resume")
        hotel.ask("notifier", "downtime", "add", "--for", "1h", "--reason", "switch is moved")
        assert len(hotel.ask("notifier", "downtime", "list")) == 1
        hotel.ask("notifier", "test-mail")
    assert hotel.kinds()[0] == "FIRST"
    assert "result=250" in hotel.log()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_settings_that_change_are_taken_up_and_bad_ones_are_not(
    database: Database, tmp_path: Path
) -> None:
    with site(tmp_path, database) as hotel:
        hotel.wait_for("FIRST")
        hotel.write_settings(ANNA, BOB, language="de")
        hotel.wait_for("JOINING", BOB)
        hotel.settings.write_text("<CmTelNotifier version='1'>", encoding="utf-8")
        hotel.wait_for("NOTICE")
        hotel.write_settings(BOB)
        hotel.wait_for("REMOVED")
        hotel.call(3)
        hotel.wait_for("RECOVERED", BOB)
    assert "settings refused" in hotel.log()
    assert "RECOVERED" not in hotel.kinds(ANNA)


@pytest.mark.parametrize("database", ["postgresql", "mariadb"], indirect=True)
def test_a_table_that_is_gone_is_blindness_and_its_return_the_end_of_it(
    database: Database, tmp_path: Path
) -> None:
    with site(tmp_path, database) as hotel:
        hotel.wait_for("FIRST")
        database.run("ALTER TABLE journal RENAME TO away")
        hotel.wait_for("BLIND")
        hotel.ask("notifier", "check", status=10)  # stalled comes before blind
        database.run("ALTER TABLE away RENAME TO journal")
        hotel.wait_for("RECOVERED_BLIND")
        hotel.wait_for_calls("RECOVERED")


def test_bad_settings_are_named_in_the_log_and_end_with_six(tmp_path: Path) -> None:
    settings = tmp_path / "CmTelNotifier.xml"
    settings.write_text("<CmTelNotifier version='1'><Check every='0s'/></CmTelNotifier>", "utf-8")
    words = ("--config", str(settings), "notifier", "run", "--log", str(tmp_path / "log.txt"))
    done = cmtel(*words, folder=tmp_path)
    assert done.returncode == 6
    log = (tmp_path / "log.txt").read_text("utf-8")
    for said in (done.stderr, log):
        assert "Check/@every" in said


def test_a_log_that_cannot_be_written_is_said_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    log = tmp_path / "file" / "log.txt"
    words = ("--config", str(tmp_path / "none.xml"), "notifier", "run", "--log", str(log))
    done = cmtel(*words, folder=tmp_path)
    assert f"The log {log} cannot be written" in done.stderr
    assert done.returncode == 6


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_second_notifier_is_refused_and_leaves_the_log_alone(
    database: Database, tmp_path: Path
) -> None:
    with site(tmp_path, database) as hotel:
        hotel.wait_for("FIRST")
        words = ("--config", str(hotel.settings), "notifier", "run")
        second = CmtelProcess(tmp_path, *words, log="second.out")
        assert second.start().wait(30) == 13
        assert "is in use by another cmtel (process" in second.log()
        assert hotel.log().count("START") == 1
        assert not (tmp_path / "state" / "CmTelNotifier.log.1").exists()
