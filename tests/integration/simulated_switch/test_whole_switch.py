"""The simulation over real sockets, with peers that come and go."""

from __future__ import annotations

import json
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.simulation import SwitchOrder, WayOut, switch_simulation
from cmtel.domain.traffic import TrafficPlan
from tests.fakes_switch import one_line
from tests.integration.simulated_switch.peers import print_nothing, read_all

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def call_ids(manifest: Path) -> list[str]:
    return [json.loads(line)["call_id"] for line in manifest.read_bytes().splitlines()]


def ids_received(received: bytes) -> list[str]:
    whole = received[: received.rfind(b"\n") + 1]
    return [line.split(b";")[0].decode() for line in whole.splitlines()]


def test_what_arrives_is_what_the_manifest_says(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as server:
        order = SwitchOrder(
            TrafficPlan(1, MONDAY, 0.0),
            WayOut(connect=server.getsockname()),
            max_calls=20_000,
            manifest=manifest,
        )
        received: list[bytes] = []
        reader = threading.Thread(target=lambda: received.append(read_all(server.accept()[0])))
        reader.start()
        summary = switch_simulation(order, one_line, SystemClock(), print_nothing).run()
        reader.join()

    assert ids_received(received[0]) == call_ids(manifest)
    assert summary.calls == summary.records == len(set(call_ids(manifest))) == 20_000
    assert summary.sent_bytes == len(received[0])


def test_a_peer_that_drains_and_closes_again_and_again_loses_no_record() -> None:
    """The peer shuts down between records; nothing is in flight then, so nothing may be lost."""
    received: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        order = SwitchOrder(
            TrafficPlan(1, MONDAY, 40.0), WayOut(connect=server.getsockname()), max_calls=20
        )

        def serve() -> None:
            while len(received) < 20:
                link, _ = server.accept()
                received.extend(ids_received(link.recv(65_536)))
                link.close()

        server.settimeout(10)
        peer = threading.Thread(target=serve)
        peer.start()
        summary = switch_simulation(order, one_line, SystemClock(), print_nothing).run()
        peer.join()

    assert len(received) == len(set(received)) == 20
    assert summary.links > 5


def test_a_duration_ends_a_simulation_that_nobody_listens_to() -> None:
    order = SwitchOrder(
        TrafficPlan(1, MONDAY, 10.0), WayOut(connect=("127.0.0.1", 1)), max_secs=0.3
    )

    summary = switch_simulation(order, one_line, SystemClock(), print_nothing).run()

    assert summary.records == 0
    assert summary.links == 0
    assert not summary.is_complete
    assert summary.elapsed_secs < 3
