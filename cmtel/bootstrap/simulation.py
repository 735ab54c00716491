"""Puts a simulated switch together: format, traffic, outlet, manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.domain.traffic import TrafficPlan
from cmtel.errors import CmtelError, UsageError
from cmtel.services.playback import Encode, Playback
from cmtel.services.simulation import LimitedClock, Outlet, SwitchSimulation

if TYPE_CHECKING:
    from cmtel.services.ports import Clock


@dataclass(frozen=True, slots=True)
class SwitchOrder:
    """What ``cmtel simulate switch`` was asked for. Exactly one of the three ways out is set.

    Attributes:
        plan: The traffic.
        connect: Address to dial.
        listen: Address to listen on.
        output: File to write.
        is_many: Listening: serve several clients.
        speed: Simulated seconds a real second, for realistic traffic.
        max_calls: Where the traffic ends.
        max_secs: When it ends, in real seconds.
        manifest: File for a JSON line for each call sent.
        repeat_last: How many records are sent again after a lost link.
        rotation: How the file is turned over: rename, copytruncate, day-log.
        rotate_bytes: At which size.
    """

    plan: TrafficPlan
    connect: tuple[str, int] | None = None
    listen: tuple[str, int] | None = None
    output: Path | None = None
    is_many: bool = False
    speed: float = 1.0
    max_calls: int | None = None
    max_secs: float | None = None
    manifest: Path | None = None
    repeat_last: int = 0
    rotation: str | None = None
    rotate_bytes: int | None = None


def format_encoder(name: str) -> Encode:
    """Return the encoder of a switch format.

    Raises:
        UsageError: There is no such format, or it cannot be simulated.
    """
    from cmtel.formats import registry

    encode = registry.get(name).encode
    if encode is None:
        able = ", ".join(each for each in registry.names() if registry.get(each).encode)
        raise UsageError(f"The format {name} cannot be simulated.", hint=f"These can be: {able}.")
    return encode


def switch_simulation(
    order: SwitchOrder, encode: Encode, clock: Clock, tell: Callable[[str], None]
) -> SwitchSimulation:
    """Return the simulation, its port bound or its file opened; ``run`` plays and closes it.

    Raises:
        AccessDenied, SourceError: The port or the file cannot be had.
    """
    from cmtel.adapters.simulated_switch.manifest import ManifestFile

    playback = Playback(
        plan=order.plan,
        encode=encode,
        speed=order.speed,
        max_calls=order.max_calls,
        has_manifest=order.manifest is not None,
    )
    manifest = ManifestFile(order.manifest) if order.manifest else None
    limited = LimitedClock(clock, order.max_secs)
    try:
        outlet = _outlet(order, limited, tell)
    except CmtelError:
        if manifest is not None:
            manifest.close()
        raise
    return SwitchSimulation(
        playback.batches(),
        outlet,
        limited,
        manifest=manifest,
        repeat_last=order.repeat_last,
    )


def _outlet(order: SwitchOrder, clock: Clock, tell: Callable[[str], None]) -> Outlet:
    if order.connect:
        from cmtel.adapters.simulated_switch.connecting import ConnectingSwitch

        return ConnectingSwitch(order.connect, clock, tell)
    if order.listen:
        from cmtel.adapters.simulated_switch.listening import ListeningSwitch

        return ListeningSwitch(order.listen, clock, tell, is_many=order.is_many)
    if order.output:
        from cmtel.adapters.simulated_switch.rotating_file import RotatingFile, Rotation

        rotation = Rotation(order.rotation) if order.rotation else None
        return RotatingFile(order.output, tell, rotation=rotation, rotate_bytes=order.rotate_bytes)
    raise UsageError("A simulated switch needs --connect, --listen or --output.")
