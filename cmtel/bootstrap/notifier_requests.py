"""From the words of ``notifier ack|pause|downtime ...`` to what is asked of the service."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.notifier_state import notifier_process, opened_store, site_zone
from cmtel.config.durations import parse_duration
from cmtel.config.instants import FUTURE_EXAMPLES, future_instant
from cmtel.domain.incidents.rules import MAX_PAUSE
from cmtel.errors import UsageError
from cmtel.services.notifier.asking import Asking

#: Longer announced work is a slip of the pen; it would keep the notifier silent as long.
MAX_DOWNTIME = timedelta(days=366)


class Desk(NamedTuple):
    """Where an operator asks: the service's store, the site's zone, and what time it is."""

    asking: Asking
    zone: tzinfo | None
    now: datetime


@contextmanager
def opened_desk(config_path: str | None) -> Iterator[Desk]:
    """Open the way to the service, and close it.

    Raises:
        ServiceNotRunning: The notifier has never run here.
        ConfigError, AccessDenied, SpoolError: Settings or state cannot be read.
    """
    clock = SystemClock()
    zone = site_zone(config_path)
    with opened_store() as store:
        yield Desk(Asking(store, clock, notifier_process), zone, clock.now().replace(microsecond=0))


def whoever_asks(by: str | None) -> str:
    """Return who asks: what was said, else the name of the user."""
    try:
        return by or getpass.getuser()
    except (OSError, KeyError):
        return "operator"  # a user id without a name, as in containers


def pause_until(desk: Desk, duration: str | None, until: str | None) -> datetime | None:
    """Return when a pause ends by ``--for`` or ``--until``; None if neither was given.

    Raises:
        UsageError: They make no sense, or it is longer than a pause may be.
    """
    ends = _end(desk, desk.now, duration, until)
    if ends is not None and ends > desk.now + MAX_PAUSE:
        hint = "Announce longer work with 'cmtel notifier downtime add --for 14d'."
        raise UsageError(f"A pause lasts {MAX_PAUSE.days} days at most.", hint=hint)
    return ends


def downtime_span(
    desk: Desk, duration: str | None, until: str | None, start: str | None
) -> tuple[datetime, datetime]:
    """Return when announced work begins and ends.

    Raises:
        UsageError: The words make no sense.
    """
    starts = _instant("--from", start, desk.now, desk.zone) if start is not None else desk.now
    ends = _end(desk, starts, duration, until)
    if ends is None:
        raise UsageError("How long is the work?", hint="Give --for 2h or --until 18:00.")
    if ends <= desk.now:
        raise UsageError(f"Work from {start} is over already.", hint=FUTURE_EXAMPLES)
    if ends - starts > MAX_DOWNTIME:
        raise UsageError(f"A downtime lasts {MAX_DOWNTIME.days} days at most.")
    return starts, ends


def _end(desk: Desk, starts: datetime, duration: str | None, until: str | None) -> datetime | None:
    if duration is not None and until is not None:
        raise UsageError("--for and --until say the same thing.", hint="Give one of them.")
    if duration is not None:
        return starts + _duration(duration)
    if until is None:
        return None
    ends = _instant("--until", until, max(starts, desk.now), desk.zone)
    if ends <= max(starts, desk.now):
        raise UsageError(f"--until {until} is over already.", hint=FUTURE_EXAMPLES)
    return ends


def _duration(text: str) -> timedelta:
    secs = parse_duration(text)
    if not secs:
        raise UsageError(f"--for {text} is no duration.", hint="Give it like 30m, 2h or 3d.")
    if secs > MAX_DOWNTIME.total_seconds():
        raise UsageError(f"--for {text} is too long.", hint="Give it like 30m, 2h or 3d.")
    return timedelta(seconds=secs)


def _instant(option: str, text: str, after: datetime, zone: tzinfo | None) -> datetime:
    moment = future_instant(text, zone, after)
    if moment is None:
        raise UsageError(f"{option} {text} is no time.", hint=FUTURE_EXAMPLES)
    return moment.replace(microsecond=0)
