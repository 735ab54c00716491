"""What is simulated can be read: overlapping calls of each format that can encode, decoded."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.simulation import SwitchOrder, WayOut, format_encoder, switch_simulation
from cmtel.domain.calls import CallRecord
from cmtel.domain.traffic import TrafficPlan
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions, Format
from cmtel.formats.switches import delimited, fixed
from tests.integration.simulated_switch.peers import print_nothing

#: A Monday morning of a busy site: at any time some ten calls are open.
PLAN = TrafficPlan(1, datetime(2026, 3, 2, 10, 0, tzinfo=UTC), calls_per_day=4000)
#: The options with which simulated records of the describable formats are read.
NEEDED = {
    "delimited": {"fields": delimited.SIMULATED_FIELDS},
    "fixed": {"fields": fixed.SIMULATED_FIELDS},
}
ABLE = [name for name in registry.names() if registry.get(name).encode]


def simulated(name: str, path: Path, max_calls: int) -> bytes:
    order = SwitchOrder(PLAN, WayOut(output=path), speed=1e9, max_calls=max_calls)
    switch_simulation(order, format_encoder(name), SystemClock(), print_nothing).run()
    return path.read_bytes()


def decoded(switch_format: Format, data: bytes) -> list[object]:
    framer = switch_format.make_framer()
    options = DecodeOptions(year_hint=PLAN.start.date(), values=NEEDED.get(switch_format.name, {}))
    decoder = switch_format.make_decoder(options)
    records = framer.feed(data) + framer.finish()
    outcomes = decoder.decode(records, 1, PLAN.start).outcomes
    return [*outcomes, *decoder.finish(len(records) + 1).outcomes]


@pytest.mark.parametrize("name", ABLE)
def test_every_simulated_call_is_decoded_and_nothing_else(name: str, tmp_path: Path) -> None:
    outcomes = decoded(registry.get(name), simulated(name, tmp_path / "records", 400))
    calls = [outcome for outcome in outcomes if isinstance(outcome, CallRecord)]

    assert [outcome for outcome in outcomes if not isinstance(outcome, CallRecord)] == []
    assert len(calls) == 400
    assert {call.state for call in calls} >= {"CONN", "RING"}
    assert all(call.ended_at for call in calls if call.state == "CONN" or name != "nec-sl")


def test_the_formats_that_the_demo_and_the_bench_play_can_be_simulated() -> None:
    assert "asterisk-csv" in ABLE
