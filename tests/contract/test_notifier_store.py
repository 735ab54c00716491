"""What both stores of the notifier promise: the one in memory and the one in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cmtel.adapters.notifier_state.store import SqliteNotifierStore
from cmtel.domain.incidents.actions import Level, Log
from cmtel.domain.incidents.states import (
    Ack,
    Downtime,
    FeedState,
    Incident,
    IncidentKind,
    Judgement,
    Pause,
    Silence,
    State,
)
from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.outbox import MailState, OutboxRow
from cmtel.services.notifier.changes import Changes, HistoryEvent, PastIncident, Request, Residual
from cmtel.services.notifier.ports import NotifierStore
from tests.notifier.memory_store import MemoryNotifierStore

NOW = datetime(2025, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    if request.param == "memory":
        yield MemoryNotifierStore()
        return
    made = SqliteNotifierStore(tmp_path / "notifier.sqlite3")
    yield made
    made.close()


def an_incident(id_: str = "i1", kind: IncidentKind = IncidentKind.STALL) -> Incident:
    return Incident(
        id_, kind, "Main", NOW, id_, NOW - MINUTE, told=("a@x", "b@x"), escalated=("managers",),
        ack=Ack("a@x", "known", NOW), seq=3, first_queued_at=NOW, reason="Ä\n",
    )  # fmt: skip


def a_state() -> FeedState:
    return FeedState(
        "Main", State.BLIND, NOW, NOW, 1, 2, NOW, 3, "first", NOW, "locked", State.STALLED,
        an_incident(), an_incident("i2", IncidentKind.BLIND),
        an_incident("i0")._replace(closed_at=NOW - MINUTE),
        (Downtime("d", NOW, NOW + MINUTE, "bob", "cable"),), Pause("p", NOW, NOW, "bob", "vacuum"),
        ((NOW, NOW + MINUTE),), NOW, 4, Judgement(Silence.LATE, 60.5, 1.5, None, NOW, None, True),
    )  # fmt: skip


def a_row(
    seq: int = 1, kind: MailKind = MailKind.FIRST, state: MailState = MailState.QUEUED,
    to: str = "a@x", minutes: int = 0, **changes: object,
) -> OutboxRow:  # fmt: skip
    facts = MailFacts(
        "Main",
        NOW,
        silent_since=NOW,
        undeliverable=("c@x",),
        lines=(("k", "v"),),
        is_blind=True,
        resumed_at=NOW,
        next_repeat_at=NOW,
    )
    at = NOW + minutes * MINUTE
    is_over = state in (MailState.ACCEPTED, MailState.REFUSED, MailState.SUPERSEDED)
    row = OutboxRow(
        "i1", "t1", seq, kind, to, f"<i1.{seq}.{to}>", "<root>", b"From: \xff", facts, at,
        None if is_over else at, state, finished_at=at if is_over else None,
    )  # fmt: skip
    return row._replace(**changes)  # type: ignore[arg-type] # keywords come from the tests


def put(store: NotifierStore, *rows: OutboxRow) -> None:
    store.commit(Changes(rows={row.key: row for row in rows}))


def test_a_state_comes_back_as_it_was(store: NotifierStore) -> None:
    store.commit(Changes(state=a_state(), cursor="17"))
    store.commit(Changes(state=a_state()))

    assert store.feed("Main") == (a_state(), "17")
    assert store.feed("other") == (None, None)
    assert store.feeds() == ["Main"]


def test_an_incident_that_closes_is_open_no_more(store: NotifierStore) -> None:
    store.commit(Changes(state=a_state()))
    closed = an_incident()._replace(closed_at=NOW)
    bare = FeedState("Main", stall=an_incident("i3"), last_closed=closed)
    blind = an_incident("i2", IncidentKind.BLIND)._replace(closed_at=NOW)
    store.commit(Changes(state=bare, archived=[closed, blind]))

    assert store.feed("Main")[0] == bare


def test_a_feed_that_is_forgotten_is_gone(store: NotifierStore) -> None:
    store.commit(Changes(state=FeedState("Main"), cursor="1"))
    store.commit(Changes(forgotten_feed="Main"))

    assert store.feeds() == []


def test_rows_come_back_as_they_were(store: NotifierStore) -> None:
    row = a_row(attempts=2, last_code=451, last_text="é", has_resorted=True, doubts=1)
    put(store, row)

    assert store.rows("i1") == [row]
    assert store.rows("i1", "a@x") == [row]
    assert store.rows("i1", "b@x") == []
    assert store.rows("i2") == []


def test_open_rows_are_those_to_which_something_may_happen(store: NotifierStore) -> None:
    retried = a_row(3, state=MailState.UNCERTAIN, doubts=1, minutes=1)
    given_up = a_row(4, state=MailState.UNCERTAIN, doubts=2, next_try=None)
    waiting = [a_row(5, state=MailState.DEFERRED, minutes=3), a_row(6, state=MailState.SENDING)]
    ended = [a_row(7, state=state) for state in (MailState.ACCEPTED, MailState.REFUSED)]
    put(store, retried, given_up, *waiting, *ended, a_row(1, minutes=2))

    assert [row.seq for row in store.open_rows()] == [6, 3, 1, 5]


def test_old_repeats_are_left_out_but_the_last_of_each_end_and_those_in_doubt(
    store: NotifierStore,
) -> None:
    repeat, accepted, refused = MailKind.REPEAT, MailState.ACCEPTED, MailState.REFUSED
    put(
        store,
        a_row(1, state=accepted),
        a_row(2, repeat, accepted),
        a_row(3, repeat, refused),
        a_row(4, repeat, accepted),
        a_row(5, repeat, refused, doubts=1),
        a_row(6, repeat, refused),
        a_row(7, repeat, MailState.SUPERSEDED),
        a_row(8, repeat),
    )

    assert [row.seq for row in store.rows("i1")] == [1, 4, 5, 6, 8]


def test_the_root_of_a_thread_is_its_first_mail_to_the_recipient(store: NotifierStore) -> None:
    put(store, a_row(2, minutes=5), a_row(1), a_row(1, to="b@x"))
    put(store, a_row(1, state=MailState.ACCEPTED))

    assert store.thread_root("t1", "a@x") == "<i1.1.a@x>"
    assert store.thread_root("t1", "c@x") == ""


def test_the_record_of_a_recipient(store: NotifierStore) -> None:
    put(
        store,
        a_row(1, state=MailState.REFUSED),
        a_row(2, state=MailState.ACCEPTED, minutes=1),
        a_row(3, state=MailState.REFUSED, minutes=2),
        a_row(4, state=MailState.REFUSED, minutes=3),
        a_row(5, state=MailState.SUPERSEDED, minutes=4),
        a_row(6, to="b@x"),
    )
    record = store.mail_record("a@x", NOW + timedelta(days=1))

    assert record.last_day == 3
    assert record.last_at == NOW + 3 * MINUTE
    assert (record.refusals, record.last_refused_at) == (2, NOW + 3 * MINUTE)
    assert store.last_accepted_at() == NOW + MINUTE
    assert store.accepted_since(NOW) == 1
    assert store.accepted_since(NOW + MINUTE) == 0


def test_requests_are_there_until_they_are_done(store: NotifierStore) -> None:
    store.add_request(Request("ack", "Main", {"by": "bob"}))
    store.add_request(Request("pause", None, {"by": "zoë"}))
    first, second = store.requests()
    store.commit(Changes(done_requests=[first.id]))

    assert (first.verb, first.feed, dict(first.arguments)) == ("ack", "Main", {"by": "bob"})
    assert store.requests() == [second]


def test_a_request_is_known_by_the_id_that_was_returned(store: NotifierStore) -> None:
    ids = [store.add_request(Request("ack", None, {"by": "bob"})) for _ in range(2)]

    assert [request.id for request in store.requests()] == ids


def test_incidents_with_the_mails_that_were_taken(store: NotifierStore) -> None:
    old = an_incident("i0")._replace(opened_at=NOW - 9 * MINUTE, closed_at=NOW - 5 * MINUTE)
    recent = old._replace(id="i1", opened_at=NOW - 4 * MINUTE, closed_at=NOW - MINUTE)
    blind = an_incident("i2", IncidentKind.BLIND)
    store.commit(Changes(archived=[old]))
    store.commit(Changes(archived=[recent], state=FeedState("Main", blind=blind)))
    put(store, a_row(1, state=MailState.ACCEPTED), a_row(2, MailKind.REPEAT, MailState.ACCEPTED))
    put(store, a_row(3, state=MailState.REFUSED))

    assert store.incidents_since(NOW - 2 * MINUTE) == [
        PastIncident(recent, 2),
        PastIncident(blind, 0),
    ]
    assert len(store.incidents_since(NOW - 9 * MINUTE, "Main")) == 3
    assert store.incidents_since(NOW - 9 * MINUTE, "Other") == []


def test_the_last_mail_is_that_which_was_taken_last(store: NotifierStore) -> None:
    nothing = store.last_mail()
    first, last = a_row(5, state=MailState.ACCEPTED), a_row(2, state=MailState.ACCEPTED, minutes=1)
    put(store, first, last, a_row(7, state=MailState.REFUSED, minutes=3))

    assert (nothing, store.last_mail()) == (None, last)


def test_history_residuals_meta_and_profile(store: NotifierStore) -> None:
    old = HistoryEvent(NOW, Log(Level.INFO, "STATE", (("feed", "Main"), ("n", 1))))
    new = HistoryEvent(NOW + MINUTE, Log(Level.ERROR, "READ", (("feed", "Other"), ("x", None))))
    gap = Residual("Main", NOW, 90.5, 1.25)
    store.commit(Changes(events=[old, new], residuals=[gap]))
    store.commit(Changes(meta={"k": "1"}, profiles={"Main": "{}"}))

    assert store.history(NOW) == [old, new]
    assert store.history(NOW + MINUTE) == [new]
    assert store.history(NOW, "Main") == [old]
    assert store.residuals("Main", NOW) == [gap]
    assert (store.meta("k"), store.meta("x")) == ("1", None)
    assert (store.profile("Main"), store.profile("x")) == ("{}", None)


def test_what_is_purged_is_old_and_over(store: NotifierStore) -> None:
    event = HistoryEvent(NOW, Log(Level.INFO, "STATE", (("feed", "Main"),)))
    store.commit(Changes(state=FeedState("Main", stall=an_incident()), events=[event]))
    put(store, a_row(1, state=MailState.ACCEPTED))
    done = a_row(1, state=MailState.ACCEPTED)._replace(incident_id="i9")
    put(store, done, a_row(2))
    store.purge(NOW + timedelta(days=1))

    assert store.history(NOW) == []
    assert [row.seq for row in store.rows("i1")] == [1, 2]
    assert store.rows("i9") == []
