"""The invariants of notifier.md 2.7, asked of a world whose schedule has been played."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

from cmtel.domain.incidents.states import IncidentKind
from cmtel.domain.mails.kinds import CLOSING, OPENING, MailKind
from cmtel.domain.mails.outbox import MailState, OutboxRow
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import World

_TELLING = OPENING | {MailKind.REPEAT}


def check_all(world: World, rows: Iterable[OutboxRow], *, are_all_rows: bool = True) -> None:
    """Assert what can be asked of any schedule; a store leaves old repeats out of its rows."""
    rows = list(rows)
    nothing_is_left_open(rows)
    for episode in episodes(rows):
        closing_mails_are_right(episode)
    every_mail_is_delivered_once(world, rows)
    mails_stay_below_the_cap(world, rows)
    if are_all_rows:
        nothing_else_is_delivered(world, rows)
    mails_come_in_order(world)
    attempts_are_logged(world)
    one_first_each(rows)


def nothing_is_left_open(rows: list[OutboxRow]) -> None:
    left = [row for row in rows if row.is_open]
    assert not left, [(r.kind, r.recipient, r.state, r.next_try) for r in left]


def episodes(rows: list[OutboxRow]) -> list[list[OutboxRow]]:
    """Rows by incident and recipient, cut after each closing mail that was not superseded."""
    by_recipient: dict[tuple[str, str], list[OutboxRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.seq):
        if row.kind in _TELLING | CLOSING:
            by_recipient[row.incident_id, row.recipient].append(row)
    cut: list[list[OutboxRow]] = []
    for ordered in by_recipient.values():
        cut.append([])
        for row in ordered:
            cut[-1].append(row)
            if row.kind in CLOSING:
                cut.append([])
    return [episode for episode in cut if episode]


def closing_mails_are_right(episode: list[OutboxRow]) -> None:
    """I1 and I2, of one recipient and one incident, from the first mail to the closing one."""
    told = [row for row in episode if row.kind in _TELLING and row.may_have_arrived]
    closing = [row for row in episode if row.kind in CLOSING]
    arrived = [row for row in closing if row.may_have_arrived]
    shown = [(row.kind.value, row.state.value, row.doubts) for row in episode]
    if told:
        assert len(arrived) == 1, f"I1: {shown}"
        assert arrived[0].kind is not MailKind.SUMMARY, f"I1: {shown}"
    else:
        assert all(row.kind is MailKind.SUMMARY for row in arrived), f"I2: {shown}"


def every_mail_is_delivered_once(world: World, rows: list[OutboxRow]) -> None:
    """I4: at least once, and absent doubt at most once."""
    got = Counter((id_, to) for _, id_, _, to in world.delivered)
    for row in rows:
        count = got[row.message_id, row.recipient]
        if row.state is MailState.ACCEPTED:
            assert count >= 1, f"I4: {row.kind} was never delivered"
        assert row.doubts <= 2 + world.kills, f"I4: {row.kind} was retried more than once"
        assert count <= 1 + row.doubts, f"I4: {row.kind} was delivered {count} times"


def nothing_else_is_delivered(world: World, rows: list[OutboxRow]) -> None:
    known = {(row.message_id, row.recipient) for row in rows}
    assert {(id_, to) for _, id_, _, to in world.delivered} <= known


def mails_come_in_order(world: World) -> None:
    """FIRST before REPEAT before the closing mail, by what reached the mailbox."""
    last: dict[tuple[str, str], int] = defaultdict(int)
    for _, message_id, kind, to in world.delivered:
        incident, seq, _ = message_id.split(".", 2)
        assert int(seq) >= last[incident, to], f"{kind} to {to} came after a later mail"
        last[incident, to] = int(seq)


def mails_stay_below_the_cap(world: World, rows: list[OutboxRow]) -> None:
    """I9: past the cap of a day repeats come an hour apart."""
    if world.is_clock_set:
        return
    mails = [row for row in rows if row.state is not MailState.SUPERSEDED]
    for row in mails:
        if row.kind is not MailKind.REPEAT:
            continue
        since = row.created_at - timedelta(days=1)
        before = [
            other.created_at
            for other in mails
            if other.recipient == row.recipient and since < other.created_at < row.created_at
        ]
        if len(before) >= world.max_per_day:
            gap = row.created_at - max(before)
            assert gap >= timedelta(hours=1), f"I9: {row.recipient} got one more after {gap}"


def attempts_are_logged(world: World) -> None:
    """I10, where neither a kill nor a failing log came between."""
    if world.kills or world.did_logs_fail:
        return
    lines = Counter(
        (str(fields["id"]), str(fields["to"]))
        for _, entry in world.lines
        if entry.topic == "MAIL" and "result" in (fields := dict(entry.fields))
    )
    assert lines == +world.attempts, "I10"


def one_first_each(rows: list[OutboxRow]) -> None:
    """A restart, a flap, a downtime: never a second FIRST of one incident."""
    firsts = Counter((r.incident_id, r.recipient) for r in rows if r.kind is MailKind.FIRST)
    assert all(count == 1 for count in firsts.values())


def incidents_are_closed(store: MemoryNotifierStore) -> None:
    """I3 is watched by the store at each commit; at a peaceful end nothing is open."""
    left = [incident for incident in store.incidents.values() if incident.closed_at is None]
    assert not left, left


def opened_stalls(store: MemoryNotifierStore) -> int:
    return sum(i.kind is IncidentKind.STALL for i in store.incidents.values())
