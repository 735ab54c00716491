"""``cmtel simulate``: stand-ins for what stands around cmtel, to try it and to load it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cmtel.cli import simulate_mail
from cmtel.cli.output import emit_json, emit_pairs, settings, tell
from cmtel.errors import ExitStatus

if TYPE_CHECKING:
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.simulation import SwitchOrder

app = typer.Typer(
    help="Play a switch or a mail server, to try cmtel or to load it.", no_args_is_help=True
)
app.add_typer(simulate_mail.app)


@app.callback()
def simulate() -> None:
    """Play a switch or a mail server, to try cmtel or to load it."""


@app.command()
def switch(
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help="The switch format to speak.")
    ],
    connect: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Dial there, again and again when it is lost."),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Wait for one client there; port 0: any port."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Append to this file.")
    ] = None,
    many: Annotated[
        bool, typer.Option("--many", help="Listening: serve several clients, each with all.")
    ] = False,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Constant rate, N calls a second; 0: as fast as the peer takes. "
            "Without it: realistic traffic in simulated time.",
        ),
    ] = None,
    calls_per_day: Annotated[
        float | None,
        typer.Option(min=1, metavar="N", help="Realistic traffic: calls a weekday (1200)."),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            metavar="N",
            help="Realistic traffic: simulated seconds a second (1); 1440: a day in a minute.",
        ),
    ] = None,
    calls: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="End after N calls.")
    ] = None,
    duration: Annotated[
        str | None, typer.Option(metavar="TIME", help="End after this time: 60s, 5m, 2h.")
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", help="Equal seed, start and rate give equal calls.")
    ] = 1,
    start: Annotated[
        str | None,
        typer.Option(metavar="ISO", help="The switch's time at the beginning (now)."),
    ] = None,
    timezone: Annotated[
        str, typer.Option(metavar="TZ", help="The zone of the switch's clock.")
    ] = "UTC",
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a JSON line there for each call sent."),
    ] = None,
    repeat_last: Annotated[
        int, typer.Option(min=0, metavar="N", help="Send N records again after a lost link.")
    ] = 0,
    rotate: Annotated[
        Literal["rename", "copytruncate", "day-log"] | None,
        typer.Option(help="Turn the file over; at --rotate-bytes, a day-log also each day."),
    ] = None,
    rotate_bytes: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Turn the file over at N bytes.")
    ] = None,
    drop_after: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Listening: cut the line after each N records."),
    ] = None,
    switch_opt: Annotated[
        list[str] | None,
        typer.Option(
            "--switch-opt",
            metavar="NAME=VALUE",
            help="Listening: what the switch demands, as in --source-opt of 'journal ingest': "
            "user, secretRef, or session=none.",
        ),
    ] = None,
) -> ExitStatus:
    """Send believable calls as a switch of the format does."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.simulation import SwitchOrder, WayOut
    from cmtel.cli import simulate_words as words
    from cmtel.domain.traffic import TrafficPlan

    clock = SystemClock()
    begin = words.start_moment(start, timezone, clock.now())
    plan = TrafficPlan(seed, begin, rate, calls_per_day or 1200.0)
    dialled, port = words.address(connect), words.address(listen)
    talk = words.talk(format_name, switch_opt) if port else None
    way_out = WayOut(dialled, port, output, many, rotate, rotate_bytes, drop_after, talk)
    max_secs = words.duration_secs(duration)
    order = SwitchOrder(plan, way_out, speed or 1.0, calls, max_secs, manifest, repeat_last)
    words.check(order, is_paced=bool(speed or calls_per_day), has_talk=bool(switch_opt))
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
