"""The whole job on the embedded default: a simulated switch, TCP, spool, SQLite journal, notifier.

Everything is what a real installation uses; only the switch is simulated, and the mail server
keeps the mails. All lies in one folder, which is left for looking at.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.demo_notifier import SILENCE_SECS, watched
from cmtel.bootstrap.ingest import OpenIngest, open_ingest
from cmtel.bootstrap.ingest_order import IngestOrder, SourceOrder
from cmtel.bootstrap.journal import JournalTarget, create_table, open_target, resolve_target
from cmtel.bootstrap.simulation import SwitchOrder, WayOut, format_encoder, switch_simulation
from cmtel.domain.traffic import TrafficPlan
from cmtel.errors import CmtelError
from cmtel.services.books import total
from cmtel.services.spool_ports import LinkState, SpoolSource

FORMAT = "avaya-ipo"
_COLUMNS = (
    "Journal_Zeitpunkt", "Journal_In_Out", "Journal_Rufnummer", "Journal_Name",
    "Journal_LokaleRufnummer", "Journal_VerbZustand", "Journal_Rufdauer_ms",
    "Journal_VerbDauer_sec", "ID",
)  # fmt: skip
#: How long the last calls may take from the switch into the table, in seconds.
_PATIENCE_SECS = 20.0
#: The calls after the silence.
CALLS_BACK = 5


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demonstration did: the two counts agree, or something is wrong."""

    sent_calls: int
    rows: int
    books: dict[str, int]
    journal: Path
    #: The kinds of the mails that came, in their order.
    mails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoShow:
    """How the demonstration tells what happens: a sentence, a row of the table, a mail."""

    tell: Callable[[str], None]
    row: Callable[[Sequence[Any]], None]
    mail: Callable[[EmailMessage], None]


def run_demo(
    folder: Path, clock: SystemClock, *, calls: int, calls_per_sec: float, show: DemoShow,
    language: str | None = None,
) -> DemoResult:  # fmt: skip
    """Play ``calls`` calls through the whole way, fall silent, and come back with some more.

    Raises:
        CmtelError: The calls or the mails did not arrive in time, or something on the way failed.
    """
    journal = folder / "journal.sqlite3"
    target = resolve_target(f"sqlite:///{journal}", None, columns=_COLUMNS)
    create_table(target, if_missing=True)
    port = _free_port()
    address = f"tcp-listen:127.0.0.1:{port}"
    order = IngestOrder(
        target, [SourceOrder("demo", [address], FORMAT)], spool_folder=folder / "spool"
    )
    watcher = _Watcher(target, show.row)
    with (
        open_ingest(order, clock) as opened,
        _running(opened),
        watched(folder, f"sqlite:///{journal}", language, show.mail) as mailbox,
    ):
        _wait_until(clock, lambda: any(s.link is LinkState.LISTENING for s in _sources(opened)))
        sent = _play(clock, port, calls, calls_per_sec, show.tell, watcher)
        show.tell(f"The switch falls silent; after {SILENCE_SECS} seconds that is too long.")
        _wait_until(clock, lambda: mailbox.count("REPEAT") > 0)
        show.tell("The switch comes back.")
        sent += _play(clock, port, CALLS_BACK, calls_per_sec, show.tell, watcher)
        _wait_until(clock, lambda: mailbox.count("RECOVERED") > 0)
        books = _settled_books(opened, clock)
    return DemoResult(sent, watcher.count(), books, journal, tuple(mailbox.kinds))


def _play(
    clock: SystemClock, port: int, calls: int, calls_per_sec: float,
    tell: Callable[[str], None], watcher: _Watcher,
) -> int:  # fmt: skip
    plan = TrafficPlan(1, clock.now().replace(microsecond=0), calls_per_sec)
    order = SwitchOrder(plan, WayOut(connect=("127.0.0.1", port)), max_calls=calls)
    simulation = switch_simulation(order, format_encoder(FORMAT), clock, tell)
    sent: list[int] = []
    player = threading.Thread(
        target=lambda: sent.append(simulation.run().calls), name="switch", daemon=True
    )
    player.start()
    expected = watcher.shown + calls
    deadline = clock.monotonic() + calls / calls_per_sec + _PATIENCE_SECS
    while player.is_alive() or watcher.shown < expected:
        watcher.look()
        if clock.wait(0.2) or clock.monotonic() > deadline:
            break
    watcher.look()
    return sent[0] if sent else 0


class _Watcher:
    """Shows the rows of the table as they appear."""

    def __init__(self, target: JournalTarget, show: Callable[[Sequence[Any]], None]) -> None:
        self._engine = open_target(target)
        self._show = show
        self.shown = 0

    def look(self) -> None:
        from sqlalchemy import text

        query = text(
            "SELECT zeitpunkt, in_out, rufnummer, name, lokale_rufnummer, verb_zustand, "
            "verb_dauer_sec FROM journal WHERE id > :seen ORDER BY id"
        )
        with self._engine.connect() as connection:
            for row in connection.execute(query, {"seen": self.shown}):
                self.shown += 1
                self._show(tuple(row))

    def count(self) -> int:
        from sqlalchemy import text

        with self._engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM journal")).scalar_one())


@contextmanager
def _running(opened: OpenIngest) -> Iterator[None]:
    """Run the ingest beside the block, and stop it at the block's end."""
    failures: list[CmtelError] = []

    def run() -> None:
        try:
            opened.ingest.run()
        except CmtelError as error:
            failures.append(error)

    runner = threading.Thread(target=run, name="ingest")
    runner.start()
    try:
        yield
    finally:
        opened.clock.stop()
        runner.join()
    if failures:
        raise failures[0]


def _settled_books(opened: OpenIngest, clock: SystemClock) -> dict[str, int]:
    """Return the books once nothing waits any more: counting follows the commit."""
    _wait_until(clock, lambda: total(_sources(opened))["waiting"] == 0)
    return total(_sources(opened))


def _sources(opened: OpenIngest) -> list[SpoolSource]:
    return opened.spool.sources()


def _wait_until(clock: SystemClock, is_so: Callable[[], bool]) -> None:
    """Return when it is so, or after twelve seconds, or when all is to stop."""
    for _ in range(120):
        if is_so() or clock.wait(0.1):
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
