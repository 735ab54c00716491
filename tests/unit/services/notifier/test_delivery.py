"""Delivery: servers, back-off, refusals, quiet hours, late mails, the last resort, and stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cmtel.domain.incidents.actions import FieldValue
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.outbox import MailState, OutboxRow
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import ANNA, BOB, CEO, MailServer, World, some_rules

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
MINUTE = 60


def a_world(start: datetime = START, **rules: object) -> World:
    store = MemoryNotifierStore()
    world = World(store, start, some_rules(store, **rules))
    world.source.add()
    world.start()
    return world


def rows(world: World, kind: MailKind, to: str = ANNA) -> list[OutboxRow]:
    assert isinstance(world.store, MemoryNotifierStore)
    every = [row for rows in world.store.mails.values() for row in rows.values()]
    return sorted(
        (row for row in every if row.kind is kind and row.recipient == to),
        key=lambda row: row.created_at,
    )


def delivered(world: World, to: str = ANNA) -> list[str]:
    return [kind for _, _, kind, recipient in world.delivered if recipient == to]


def lines(world: World, **wanted: object) -> list[dict[str, FieldValue]]:
    found = [dict(entry.fields) for _, entry in world.lines if entry.topic == "MAIL"]
    return [fields for fields in found if wanted.items() <= fields.items()]


def test_the_next_server_is_tried_at_once_and_stays_the_first_choice_for_a_while() -> None:
    world = a_world()
    world.servers[0].mood, world.servers[1].mood = "bad-login", "fine"
    world.run(31 * MINUTE)
    world.servers[0].mood = "fine"
    world.run(10 * MINUTE)
    soon = {str(line["server"]) for line in lines(world, kind="REPEAT")}
    world.run(31 * MINUTE)

    assert len(rows(world, MailKind.FIRST)) == 1
    assert [line["state"] for line in lines(world, kind="FIRST", to=ANNA)] == [
        "next server",
        "accepted",
    ]
    assert soon == {"two"}


def test_a_sticky_server_is_left_after_half_an_hour() -> None:
    from cmtel.services.notifier.servers import STICKY_SECS, Servers

    one, two = a_world().servers
    servers = Servers([one, two])
    servers.was_good(two, 100.0)

    assert servers.in_order(ANNA, 100.0 + STICKY_SECS - 1) == (two, one)
    assert servers.in_order(ANNA, 100.0 + STICKY_SECS) == (one, two)


def test_while_no_server_answers_only_one_repeat_waits_and_waits_grow() -> None:
    world = a_world()
    world.servers[0].mood = "timeout"
    world.run(3 * 60 * MINUTE)
    waiting = [row for row in rows(world, MailKind.REPEAT) if row.is_waiting]
    first = rows(world, MailKind.FIRST)[0]
    world.servers[0].mood = "fine"
    world.run(80 * MINUTE)

    assert len(waiting) == 1
    assert first.state is MailState.DEFERRED
    assert 5 <= first.attempts <= 12
    assert delivered(world)[:2] == ["FIRST", "REPEAT"]
    assert world.resorted


def test_what_could_not_be_delivered_in_time_is_one_summary() -> None:
    world = a_world()
    world.servers[0].mood = "down"
    world.run(60 * MINUTE)
    world.source.add(5)
    world.run(10 * MINUTE)
    world.servers[0].mood = "fine"
    world.run(10 * MINUTE)

    assert delivered(world) == ["SUMMARY"]
    assert rows(world, MailKind.FIRST)[0].state is MailState.SUPERSEDED


def test_a_late_mail_says_so() -> None:
    messages: list[bytes] = []
    world = a_world()
    server = world.servers[0]
    server._deliver = lambda message, to: messages.append(message)  # type: ignore[method-assign]
    world.servers[0].mood = "down"
    world.run(40 * MINUTE)
    world.servers[0].mood = "fine"
    world.run(20 * MINUTE)

    assert messages[0].endswith(b" late")
    assert not messages[-1].endswith(b" late")


def test_a_refused_recipient_holds_up_nobody_and_is_tried_with_repeats_then_daily() -> None:
    world = a_world()
    world.servers[0].refused = {ANNA}
    world.run(24 * 60 * MINUTE)
    refused = rows(world, MailKind.FIRST) + rows(world, MailKind.REPEAT)

    assert len(rows(world, MailKind.REPEAT, BOB)) > 24
    assert {row.state for row in refused} == {MailState.REFUSED}
    assert 3 <= len(refused) <= 4


def test_who_was_never_reached_gets_no_closing_mail() -> None:
    world = a_world()
    world.servers[0].refused = {ANNA}
    world.run(60 * MINUTE)
    world.servers[0].refused = set()
    world.source.add(5)
    world.run(10 * MINUTE)

    assert delivered(world) == []
    assert delivered(world, BOB)[-1] == "RECOVERED"


def test_a_wrong_login_is_tried_every_quarter_of_an_hour() -> None:
    world = a_world()
    world.servers[0].mood = "bad-login"
    world.servers[1].mood = "bad-login"
    world.run(2 * 60 * MINUTE)
    is_misconfigured = world.delivery.is_misconfigured
    attempts = rows(world, MailKind.FIRST)[0].attempts
    world.servers[0].mood = "fine"
    world.run(20 * MINUTE)

    assert is_misconfigured
    assert 5 <= attempts <= 7
    assert not world.delivery.is_misconfigured


def test_mails_wait_for_the_end_of_quiet_hours_and_lapse_meanwhile() -> None:
    """The boss is quiet from 22:00 in Vienna; the first mail of an incident passes."""
    world = a_world(datetime(2025, 3, 1, 20, 30, tzinfo=UTC), recipients=(CEO, BOB))
    world.run(5 * 60 * MINUTE)
    night = delivered(world, CEO)
    world.run(4 * 60 * MINUTE)

    assert night == ["FIRST"]
    assert delivered(world, CEO)[:2] == ["FIRST", "REPEAT"]
    assert len(delivered(world, BOB)) > 10


def test_closing_mails_are_given_up_after_three_days() -> None:
    world = a_world()
    world.run(40 * MINUTE)
    for server in world.servers:
        server.mood = "down"
    world.source.add(5)
    world.run(10 * MINUTE)
    for _ in range(73):
        world.source.add()
        world.clock.suspend(3600)
        world.run(6 * MINUTE)

    assert rows(world, MailKind.RECOVERED)[0].state is MailState.EXPIRED
    assert lines(world, state="expired")


def test_a_mailer_with_a_fault_is_logged_and_its_mail_is_in_doubt() -> None:
    world = a_world()

    def fault(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    world.servers[0].send = fault  # type: ignore[method-assign, assignment]
    world.run(36 * MINUTE)

    row = rows(world, MailKind.FIRST)[0]
    faults = [entry for _, entry in world.lines if entry.topic == "FAULT"]
    assert (row.state, row.doubts) == (MailState.UNCERTAIN, 2)
    assert len(faults) >= 2


def test_mails_to_the_group_go_together_under_one_id() -> None:
    world = a_world()
    world.is_group = True
    world.start()
    world.run(32 * MINUTE)

    first = [rows(world, MailKind.FIRST, to)[0] for to in (ANNA, BOB)]
    assert first[0].message_id == first[1].message_id
    assert world.attempts[first[0].message_id, ANNA] == 1


def test_at_most_so_many_mails_go_out_a_minute() -> None:
    world = a_world(recipients=tuple(f"{number}@x.test" for number in range(30)))
    world.delivery._settings = world.delivery._settings.__class__("c@x.test", 20)
    world.run(30 * MINUTE + 30)
    world.notifier.tick()
    world.deliver()
    at_once = len(world.delivered)
    world.clock.advance(60)
    world.deliver()

    assert (at_once, len(world.delivered)) == (20, 30)


def test_an_operators_stop_is_told_and_the_next_start_goes_on() -> None:
    world = a_world()
    world.run(40 * MINUTE)
    world.notifier.stop(is_by_operator=True)
    world.deliver()
    world.clock.advance(timedelta(hours=3).total_seconds())
    world.start()
    world.run(MINUTE)

    assert delivered(world) == ["FIRST", "REPEAT", "STOPPED", "REPEAT"]


TEAMS = "channel:teams"


def a_world_with_a_channel() -> World:
    world = a_world(recipients=(ANNA, BOB, TEAMS))
    world.channels = [MailServer(TEAMS, world)]
    world.start()
    return world


def test_a_channel_gets_its_own_and_the_servers_the_rest() -> None:
    world = a_world_with_a_channel()
    world.run(32 * MINUTE)
    servers = {(line["to"], line["server"]) for line in lines(world, kind="FIRST")}

    assert servers == {(ANNA, "one"), (BOB, "one"), (TEAMS, TEAMS)}
    assert delivered(world, TEAMS) == ["FIRST"]


def test_a_channel_that_fails_is_tried_again_and_holds_up_nobody() -> None:
    world = a_world_with_a_channel()
    world.channels[0].mood = "down"
    world.run(40 * MINUTE)
    waiting = rows(world, MailKind.FIRST, TEAMS)[0]
    world.channels[0].mood = "fine"
    world.source.add(5)
    world.run(10 * MINUTE)

    assert waiting.state is MailState.DEFERRED
    assert waiting.attempts > 1
    assert delivered(world)[0] == "FIRST"
    assert delivered(world, TEAMS) == ["SUMMARY"]


def test_a_channel_is_never_the_server_that_is_tried_first_for_mail() -> None:
    world = a_world_with_a_channel()
    world.servers[0].mood = "bad-login"
    world.servers[1].mood = "bad-login"
    world.run(40 * MINUTE)

    assert delivered(world, TEAMS)
    assert delivered(world) == []
    assert world.delivery.is_misconfigured


def test_a_channel_has_mails_of_its_own_beside_those_to_the_group() -> None:
    world = a_world_with_a_channel()
    world.is_group = True
    world.start()
    world.run(32 * MINUTE)
    ids = {to: rows(world, MailKind.FIRST, to)[0].message_id for to in (ANNA, BOB, TEAMS)}

    assert ids[ANNA] == ids[BOB] != ids[TEAMS]
    assert delivered(world, TEAMS) == delivered(world) == ["FIRST"]


def test_what_waits_for_a_channel_that_is_gone_is_refused() -> None:
    world = a_world_with_a_channel()
    world.channels = []
    world.start()
    world.run(32 * MINUTE)
    row = rows(world, MailKind.FIRST, TEAMS)[0]

    assert row.state is MailState.REFUSED
    assert row.last_text == "channel:teams is not in the settings"


def test_the_log_says_what_to_do_about_an_answer_that_is_known() -> None:
    world = a_world()
    world.servers[0].mood = world.servers[1].mood = "bad-login"
    world.run(32 * MINUTE)
    hints = {str(line.get("hint")) for line in lines(world, kind="FIRST")}

    assert len(hints) == 1
    assert hints.pop().startswith("Microsoft 365: passwords are switched off here")


def test_each_mail_goes_to_the_last_resort_once() -> None:
    world = a_world()
    world.servers[0].mood = "down"
    world.run(6 * 60 * MINUTE)
    first = [key for key in world.resorted if key[1] == 1]

    assert sorted(to for _, _, to in first) == [ANNA, BOB]
    assert len(world.resorted) == len(set(world.resorted))
