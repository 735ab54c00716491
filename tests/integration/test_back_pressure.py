"""A full spool holds its source back: nothing is accepted beyond the limit, and nothing is lost."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.sources.tcp_listen import TcpListen
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.domain.source_address import parse_source_address
from cmtel.formats.framers import LineFramer
from cmtel.services.intake import SpoolIntake
from cmtel.services.spool_ports import LinkState, Settlement, SpoolSource
from tests.crash.killable import a_line, free_port, pause
from tests.crash.test_kill_ingest import wait_until_listening

LIMIT_BYTES = 400_000
#: More than the limit and what the kernel holds for both ends of a connection together.
LINES = 60_000


def test_a_full_spool_holds_the_switch_back(tmp_path: Path) -> None:
    spool, clock, port = SqliteSpool(tmp_path, limit_bytes=LIMIT_BYTES), SystemClock(), free_port()
    source = TcpListen(parse_source_address(f"tcp-listen:127.0.0.1:{port}"), clock)
    intake = SpoolIntake(spool, clock, "feed", "j", LineFramer)
    listener = threading.Thread(target=source.run, args=(intake,))
    listener.start()
    wait_until_listening(port)
    lines = [a_line(f"1.{n}") for n in range(LINES)]
    sender = threading.Thread(target=send, args=(port, b"".join(lines)))
    sender.start()

    held_back = wait_for(spool, LinkState.HELD_BACK)
    assert held_back.received < LINES
    assert sender.is_alive(), "the switch was not held back"

    found = drain(spool, LINES)
    sender.join(30)
    clock.stop()
    listener.join(10)
    spool.close()
    assert found == lines


def send(port: int, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(data)


def peer_of(spool: SqliteSpool) -> SpoolSource | None:
    return next((s for s in spool.sources() if "@" in s.name and s.received), None)


def wait_for(spool: SqliteSpool, state: LinkState) -> SpoolSource:
    for _ in range(300):
        listener = next((s for s in spool.sources() if s.name == "feed"), None)
        peer = peer_of(spool)
        if listener and peer and listener.link is state:
            return peer
        pause(0.1)
    raise AssertionError(f"the link was never {state}")


def drain(spool: SqliteSpool, count: int) -> list[bytes]:
    """Take records out as delivery does, until ``count`` have come."""
    found: list[bytes] = []
    for _ in range(600):
        peer = peer_of(spool)
        assert peer is not None
        chunks = spool.read(peer.source_id, peer.settled_sequence, 5_000)
        records = [record for chunk in chunks for record in chunk.records]
        found += records
        if chunks:
            last = chunks[-1].last_sequence
            spool.settle(Settlement(peer.source_id, last, last + 1, len(records), 0, 0, last))
        if len(found) >= count:
            break
        pause(0 if chunks else 0.1)
    return found
