"""The notifier's delivery over real SMTP: time is the world's, the servers are on loopback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import cast

from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail
from cmtel.adapters.mail_sink.sink import MailSink
from cmtel.adapters.smtp.server import SmtpServer, SmtpSettings
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.outbox import MailState, OutboxRow
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import ANNA, BOB, MailServer, World

MINUTE = 60


class Arrived:
    """What one server took."""

    def __init__(self) -> None:
        self.mails: list[SunkMail] = []

    def kinds(self, to: str) -> list[str]:
        return [mail.content.split()[1].decode() for mail in self.mails if to in mail.recipients]

    def ids(self, to: str) -> Counter[bytes]:
        return Counter(mail.content.split()[0] for mail in self.mails if to in mail.recipients)


@contextmanager
def a_world(*behaviours: Behaviour) -> Iterator[tuple[World, list[Arrived]]]:
    """A world whose mail servers are real, in this order."""
    world = World(MemoryNotifierStore(), datetime(2025, 3, 1, 12, tzinfo=UTC))
    arrived = [Arrived() for _ in behaviours]
    with ExitStack() as stack:
        mailers = []
        for behaviour, box in zip(behaviours, arrived, strict=True):
            sink = stack.enter_context(MailSink("127.0.0.1", 0, box.mails.append, behaviour))
            mailers.append(SmtpServer(SmtpSettings("127.0.0.1", sink.port, "none", timeout_secs=5)))
        world.servers = cast("list[MailServer]", mailers)
        world.source.add()
        world.start()
        yield world, arrived


def first(world: World, to: str) -> OutboxRow:
    assert isinstance(world.store, MemoryNotifierStore)
    rows = [row for rows in world.store.mails.values() for row in rows.values()]
    return next(row for row in rows if row.kind is MailKind.FIRST and row.recipient == to)


def test_every_recipient_gets_his_first_and_closing_mail() -> None:
    with a_world(Behaviour()) as (world, (box,)):
        world.run(36 * MINUTE)
        world.source.add(5)
        world.run(10 * MINUTE)

        for to in (ANNA, BOB):
            kinds = box.kinds(to)
            assert (kinds[0], kinds[-1]) == ("FIRST", "RECOVERED")
            assert set(box.ids(to).values()) == {1}


def test_a_mail_that_is_in_doubt_comes_twice_under_one_id_and_not_again() -> None:
    with a_world(Behaviour(drop_first=1)) as (world, (box,)):
        world.run(45 * MINUTE)
        copies = [box.ids(to).most_common(1)[0][1] for to in (ANNA, BOB)]

        assert sorted(copies) == [1, 2]
        assert {first(world, to).state for to in (ANNA, BOB)} == {MailState.ACCEPTED}


def test_the_next_server_takes_what_the_first_puts_off() -> None:
    busy = Behaviour(answers={"MAIL": "421 4.3.2 too many connections"})
    with a_world(busy, Behaviour()) as (world, (none, box)):
        world.run(32 * MINUTE)

        assert not none.mails
        assert box.kinds(ANNA) == ["FIRST"]


def test_who_is_refused_holds_up_nobody() -> None:
    with a_world(Behaviour(refused=frozenset({ANNA}))) as (world, (box,)):
        world.run(32 * MINUTE)

        assert first(world, ANNA).state is MailState.REFUSED
        assert first(world, ANNA).last_text == "5.1.1 User unknown"
        assert (box.kinds(ANNA), box.kinds(BOB)) == ([], ["FIRST"])


def test_greylisting_is_waited_out() -> None:
    with a_world(Behaviour(defer_first=2)) as (world, (box,)):
        world.run(45 * MINUTE)

        assert box.kinds(ANNA)[0] == box.kinds(BOB)[0] == "FIRST"
        assert first(world, ANNA).attempts + first(world, BOB).attempts == 4
