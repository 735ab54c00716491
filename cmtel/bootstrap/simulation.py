"""Puts a simulated switch together: format, traffic, outlet, manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.domain.traffic import TrafficPlan
from cmtel.errors import CmtelError, UsageError
from cmtel.services.playback import Encode, Playback
from cmtel.services.simulation import LimitedClock, Outlet, SwitchSimulation

if TYPE_CHECKING:
    from cmtel.formats.peer import Switch
    from cmtel.services.ports import Clock


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where a simulated switch sends. Exactly one of the first three is set.

    Attributes:
        connect: Address to dial.
        listen: Address to listen on.
        output: File to write.
        is_many: Listening: serve several clients.
        rotation: How the file is turned over: rename, copytruncate, day-log.
        rotate_bytes: At which size.
        drop_after: Listening: the line is cut after so many records, again and again.
        talk: Listening: what the switch wants to hear; None: nothing.
    """

    connect: tuple[str, int] | None = None
    listen: tuple[str, int] | None = None
    output: Path | None = None
    is_many: bool = False
    rotation: str | None = None
    rotate_bytes: int | None = None
    drop_after: int | None = None
    talk: Switch | None = None


@dataclass(frozen=True, slots=True)
class SwitchOrder:
    """What ``cmtel simulate switch`` was asked for.

    Attributes:
        plan: The traffic.
        way_out: Where it goes.
        speed: Simulated seconds a real second, for realistic traffic.
        max_calls: Where the traffic ends.
        max_secs: When it ends, in real seconds.
        manifest: File for a JSON line for each call sent.
        repeat_last: How many records are sent again after a lost link.
    """

    plan: TrafficPlan
    way_out: WayOut
    speed: float = 1.0
    max_calls: int | None = None
    max_secs: float | None = None
    manifest: Path | None = None
    repeat_last: int = 0


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


def format_talk(name: str, words: Sequence[str], config_path: str | None) -> Switch | None:
    """Return what the switch of a format wants to hear from whoever connects; None: nothing.

    Args:
        name: The format.
        words: ``NAME=VALUE``, as after ``--switch-opt``.
        config_path: Where relative paths of secretRef count from.

    Raises:
        UsageError: The switch has no such option.
        ConfigError, MissingExtra, AccessDenied: There is no secret behind the reference.
    """
    from cmtel.bootstrap.sessions import split_login, switch_for
    from cmtel.domain.source_address import SourceKind
    from cmtel.domain.source_options import parse_source_options
    from cmtel.formats import registry

    options, login = split_login(parse_source_options(SourceKind.TCP, words), config_path)
    return switch_for(registry.get(name), options, login)


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
    batches = playback.batches()  # makes the first block, which is no time of the simulation
    manifest = ManifestFile(order.manifest) if order.manifest else None
    limited = LimitedClock(clock, order.max_secs)
    try:
        outlet = _outlet(order.way_out, limited, tell)
    except CmtelError:
        if manifest is not None:
            manifest.close()
        raise
    return SwitchSimulation(
        batches,
        outlet,
        limited,
        manifest=manifest,
        repeat_last=order.repeat_last,
    )


def _outlet(way: WayOut, clock: Clock, tell: Callable[[str], None]) -> Outlet:
    if way.connect:
        from cmtel.adapters.simulated_switch.connecting import ConnectingSwitch

        return ConnectingSwitch(way.connect, clock, tell)
    if way.listen and (way.talk or way.drop_after):
        from cmtel.adapters.simulated_switch.talking import TalkingSwitch
        from cmtel.formats.peer import OpenSwitch

        talk = way.talk or OpenSwitch()
        return TalkingSwitch(way.listen, clock, tell, talk, drop_after=way.drop_after)
    if way.listen:
        from cmtel.adapters.simulated_switch.listening import ListeningSwitch

        return ListeningSwitch(way.listen, clock, tell, is_many=way.is_many)
    if way.output:
        from cmtel.adapters.simulated_switch.rotating_file import RotatingFile, Rotation

        rotation = Rotation(way.rotation) if way.rotation else None
        return RotatingFile(way.output, tell, rotation=rotation, rotate_bytes=way.rotate_bytes)
    raise UsageError("A simulated switch needs --connect, --listen or --output.")
