"""Reads the words of ``cmtel simulate`` that are more than a number or a path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cmtel.bootstrap.simulation import SwitchOrder, WayOut, format_talk
from cmtel.cli.output import settings
from cmtel.config.durations import parse_duration
from cmtel.errors import UsageError

if TYPE_CHECKING:
    from cmtel.formats.peer import Switch


def address(text: str | None) -> tuple[str, int] | None:
    """Return host and port of ``HOST:PORT``; an IPv6 host stands in brackets.

    Raises:
        UsageError: It is no such address.
    """
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise UsageError(f"{text} is no address.", hint="Write HOST:PORT, as 127.0.0.1:9000.")
    return host.removeprefix("[").removesuffix("]"), int(port)


def duration_secs(text: str | None) -> float | None:
    """Return the seconds of ``90s``, ``5m``, ``2h`` or ``1d``.

    Raises:
        UsageError: It is no duration.
    """
    if text is None:
        return None
    secs = parse_duration(text)
    if secs is None:
        raise UsageError(f"{text} is no duration.", hint="Write it as 90s, 5m or 2h.")
    return float(secs)


def start_moment(text: str | None, zone_name: str, now: datetime) -> datetime:
    """Return the simulated start in the switch's zone, whole seconds; ``now`` without a text.

    Raises:
        UsageError: No such zone, or no ISO time.
    """
    try:
        zone = ZoneInfo(zone_name)
        moment = now if text is None else datetime.fromisoformat(text)
    except (ZoneInfoNotFoundError, OSError) as exc:
        raise UsageError(
            f"There is no time zone {zone_name}.", hint="Write it as Europe/Berlin."
        ) from exc
    except ValueError as exc:
        raise UsageError(
            f"{text or zone_name} cannot be read.",
            hint="A start is written as 2026-03-02T08:00:00, a zone as Europe/Berlin.",
        ) from exc
    aware = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    return aware.replace(microsecond=0)


def talk(format_name: str, switch_options: list[str] | None) -> Switch | None:
    """Return what the switch demands of whoever connects; see bootstrap.simulation."""
    return format_talk(format_name, switch_options or (), settings.config_path)


def check(order: SwitchOrder, *, is_paced: bool, has_talk: bool = False) -> SwitchOrder:
    """Return the order if its options go together.

    Args:
        order: What was asked for.
        is_paced: Whether --speed or --calls-per-day was given.
        has_talk: Whether --switch-opt was given.

    Raises:
        UsageError: They contradict each other, or nothing says where to send.
    """
    for is_wrong, message in (
        (
            is_paced and order.plan.calls_per_sec is not None,
            "--speed and --calls-per-day are for realistic traffic, without --rate.",
        ),
        (
            order.way_out.listen is None and (has_talk or order.way_out.drop_after is not None),
            "--drop-after and --switch-opt are for --listen.",
        ),
        *_checks(order.way_out),
    ):
        if is_wrong:
            raise UsageError(message, hint="'cmtel simulate switch --help' tells the options.")
    return order


def _checks(way: WayOut) -> Iterator[tuple[bool, str]]:
    places = (way.connect, way.listen, way.output)
    turning = (way.rotation, way.rotate_bytes)
    yield (
        sum(place is not None for place in places) != 1,
        "Give exactly one of --connect, --listen and --output.",
    )
    yield way.is_many and way.listen is None, "--many is for --listen."
    yield (
        way.is_many and way.talk is not None and way.talk.max_clients == 1,
        "--many is not for a switch that serves one client; --switch-opt session=none makes it.",
    )
    yield way.is_many and way.drop_after is not None, "--drop-after is not for --many."
    yield (
        turning != (None, None) and way.output is None,
        "--rotate and --rotate-bytes are for --output.",
    )
    yield (
        way.rotation in ("rename", "copytruncate") and way.rotate_bytes is None,
        "--rotate rename and copytruncate need --rotate-bytes.",
    )
