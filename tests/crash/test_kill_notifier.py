"""``cmtel notifier run`` is killed at random instants, and everybody is told of every stall.

Four sites at once, each with a journal, a mail server and a service of its own. Calls come and
stop; the service is killed and started again; one mail server in two has moods. At the end calls
flow again, and the service may run until nothing is open. Then, for every incident and recipient:

* the first mail has arrived, and the closing mail, or the one that says both;
* nobody got a closing mail without a first one;
* a mail arrived more than once only with the same Message-ID, and no more often than there were
  kills and lost answers.
"""

from __future__ import annotations

import random
import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail
from cmtel.adapters.mail_sink.sink import MailSink
from cmtel.adapters.notifier_state.opening import open_beside_service
from tests.crash.killable import CmtelProcess, cmtel, pause

#: Kills at each of the sites: 200 in all.
KILLS, SITES = 50, 4
SEED = random.SystemRandom().randrange(10**6)
PEOPLE = ("anna@x.test", "bob@x.test")
OPENING, CLOSING, BOTH = "FIRST", "RECOVERED", "SUMMARY"
#: How long the last mails may take: a mail that was put off twice waits for 30 and 60 seconds.
PATIENCE_SECS = 200
_MOODS = ({"DATA": "451 4.3.0 later"}, {"RCPT": "421 4.3.2 full"}, {"MAIL": "451 4.3.0 later"})

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

_SETTINGS = """<?xml version="1.0" encoding="utf-8"?>
<CmTelNotifier version="1" timeZone="UTC">
  <Database url="sqlite:///{folder}/journal.sqlite3"/>
  <Check every="1s"/>
  <Silence mode="fixed" after="3s"/>
  <Repeat every="2s"/>
  <Recover records="2" hold="1s" merge="2s"/>
  <Mail from="cmtel@x.test" maxPerMinute="1000">
    <Server host="127.0.0.1" port="{port}" tls="none"/>
  </Mail>
  <Recipients>{people}</Recipients>
  <Heartbeat digest="false"/>
</CmTelNotifier>
"""


class Site:
    """A journal to which calls come, a mail server, and a notifier that is killed."""

    def __init__(self, folder: Path, seed: int, *, has_moods: bool) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.has_moods = has_moods
        self.answers: dict[str, str] = {}
        self.mails: list[SunkMail] = []
        self.kills = 0
        self._flow = threading.Event()
        self._over = threading.Event()

    def run(self) -> None:
        """Kill as often as is asked for, then let everything come to its end."""
        behaviour = Behaviour(answers=self.answers, drop_first=3 if self.has_moods else 0)
        with MailSink("127.0.0.1", 0, self.mails.append, behaviour) as sink:
            notifier = self._notifier(sink.port)
            switch = threading.Thread(target=self._calls)
            switch.start()
            try:
                self._kill_often(notifier)
                self._settle(notifier)
            finally:
                self._over.set()
                switch.join()

    def _notifier(self, port: int) -> CmtelProcess:
        people = "".join(f"<To>{to}</To>" for to in PEOPLE)
        settings = self.folder / "CmTelNotifier.xml"
        settings.write_text(
            _SETTINGS.format(folder=self.folder, port=port, people=people), encoding="utf-8"
        )
        made = cmtel("--config", str(settings), "journal", "create-table", folder=self.folder)
        assert made.returncode == 0, made.stderr
        words = ("--config", str(settings), "notifier", "run")
        return CmtelProcess(self.folder, *words, log="notifier.out")

    def _kill_often(self, notifier: CmtelProcess) -> None:
        while self.kills < KILLS:
            notifier.start()
            is_long = self.random.random() < 0.3  # long enough for a stall to be seen and mailed
            pause(self.random.uniform(5, 9) if is_long else self.random.uniform(0.4, 2.5))
            self._change_moods()
            notifier.kill()
            self.kills += 1

    def _change_moods(self) -> None:
        """For one run of the service in five, a mail server says no."""
        self.answers.clear()
        if self.has_moods and self.random.random() < 0.2:
            self.answers.update(self.random.choice(_MOODS))

    def _settle(self, notifier: CmtelProcess) -> None:
        """Calls flow, and the service runs until nothing is open and nothing waits."""
        self.answers.clear()
        self._flow.set()
        process = notifier.start()
        settled_secs = 0
        for _ in range(PATIENCE_SECS):
            pause(1)
            assert process.poll() is None, notifier.log()
            settled_secs = settled_secs + 1 if self._is_settled() else 0
            if settled_secs >= 8:  # by then it has looked again, and found nothing
                break
        assert notifier.end() == 0, notifier.log()

    def _is_settled(self) -> bool:
        store = open_beside_service(self.folder / "state")
        if store is None:
            return False
        with closing(store):
            is_open = any(state and state.stall for state, _ in map(store.feed, store.feeds()))
            return not is_open and not store.open_rows()

    def _calls(self) -> None:
        """Calls come for some seconds, and stop for some; at the end they flow."""
        path = self.folder / "journal.sqlite3"
        while not self._over.is_set():
            until = self.random.uniform(1, 5)
            while until > 0 or self._flow.is_set():
                self._call(path)
                until -= 0.4
                if self._over.wait(0.4):
                    return
            self._over.wait(self.random.uniform(3, 9))

    @staticmethod
    def _call(path: Path) -> None:
        if not path.exists():
            return
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat(" ")
        with closing(sqlite3.connect(path, timeout=30)) as journal, journal:
            journal.execute(
                "INSERT INTO journal (in_out, zeitpunkt_numerisch, verb_zustand)"
                " VALUES ('o', ?, 'CONN')",
                (now,),
            )

    def arrived(self) -> Counter[tuple[str, str, str]]:
        """How often which mail reached whom: (incident, kind, recipient)."""
        return Counter(key[:3] for key in self._keys())

    def copies(self) -> Counter[tuple[str, str, str, str]]:
        """The same by Message-ID."""
        return Counter(self._keys())

    def _keys(self) -> list[tuple[str, str, str, str]]:
        parsed = [(mail, message_from_bytes(mail.content)) for mail in self.mails]
        return [
            (str(m["X-CmTel-Incident"]), str(m["X-CmTel-Kind"]), to, str(m["Message-ID"]))
            for mail, m in parsed
            for to in mail.recipients
        ]

    def incidents(self) -> set[str]:
        """The stalls that were opened and told of."""
        store = open_beside_service(self.folder / "state")
        assert store is not None
        with closing(store):
            past = store.incidents_since(datetime.now(UTC) - timedelta(days=1))
            # One that began and ended while nobody looked is only logged: nobody was told.
            return {i.incident.id for i in past if i.incident.first_queued_at is not None}


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> list[Site]:
    print(f"seed {SEED}")  # noqa: T201  # the way to repeat a failure
    made = [
        Site(tmp_path_factory.mktemp(f"site{n}"), SEED + n, has_moods=n % 2 == 1)
        for n in range(SITES)
    ]
    with ThreadPoolExecutor(SITES) as pool:
        for site in [pool.submit(site.run) for site in made]:
            site.result()
    return made


def test_the_services_were_killed_and_there_was_something_to_tell(sites: list[Site]) -> None:
    assert sum(site.kills for site in sites) == KILLS * SITES
    assert all(len(site.incidents()) >= 3 for site in sites)


def test_everybody_is_told_of_every_stall_and_of_its_end(sites: list[Site]) -> None:
    for site in sites:
        arrived = site.arrived()
        for incident in site.incidents():
            for to in PEOPLE:
                opened, closed, both = (
                    arrived[incident, kind, to] for kind in (OPENING, CLOSING, BOTH)
                )
                assert both or (opened and closed), f"{site.folder} {incident} {to}: {arrived}"


def test_nobody_is_told_of_an_end_without_a_beginning(sites: list[Site]) -> None:
    for site in sites:
        arrived = site.arrived()
        for incident, kind, to in arrived:
            if kind == CLOSING:
                assert arrived[incident, OPENING, to], f"{site.folder} {incident} {to}"


def test_a_mail_comes_again_at_most_once_a_kill(sites: list[Site]) -> None:
    for site in sites:
        again = sum(count - 1 for count in site.copies().values())
        lost_answers = 3 if site.has_moods else 0
        assert again <= site.kills + lost_answers
        assert max(site.copies().values(), default=1) <= 3
