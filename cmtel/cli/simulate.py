"""``cmtel simulate``: stand-ins for what stands around cmtel, to try it and to load it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cmtel.cli.output import emit_json, emit_pairs, settings, tell
from cmtel.errors import ExitStatus

if TYPE_CHECKING:
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.simulation import SwitchOrder, WayOut
    from cmtel.cli import simulate_words as words
    from cmtel.domain.traffic import TrafficPlan

    clock = SystemClock()
    begin = words.start_moment(start, timezone, clock.now())
    plan = TrafficPlan(seed, begin, rate, calls_per_day or 1200.0)
    dialled, port = words.address(connect), words.address(listen)
    way_out = WayOut(dialled, port, output, many, rotate, rotate_bytes)
    max_secs = words.duration_secs(duration)
    order = SwitchOrder(plan, way_out, speed or 1.0, calls, max_secs, manifest, repeat_last)
    words.check(order, is_paced=bool(speed or calls_per_day))
    return _play(order, format_name, clock)


def _play(order: SwitchOrder, format_name: str, clock: SystemClock) -> ExitStatus:
    """Run until the end, a signal or for ever; stopping what has no end is no failure."""
    from cmtel.bootstrap.simulation import format_encoder, switch_simulation
    from cmtel.cli.signals import stopped_by_signals

    encode = format_encoder(format_name)
    with stopped_by_signals(clock) as stopping:
        simulation = switch_simulation(order, encode, clock, tell)
        plan = order.plan
        tell(f"run {plan.run_id}: --seed {plan.seed} --start {plan.start.isoformat()}")
        summary = simulation.run()
    _show({"run_id": plan.run_id, "format": format_name, **summary._asdict()})
    has_end = (order.max_calls or order.max_secs) is not None
    return ExitStatus.INTERRUPTED if stopping.was_signalled and has_end else ExitStatus.DONE


def _show(result: dict[str, object]) -> None:
    emit = emit_json if settings.is_json else emit_pairs
    emit(result)
