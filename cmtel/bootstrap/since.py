"""The word of ``--since``."""

from __future__ import annotations

from datetime import datetime, tzinfo

from cmtel.config.instants import PAST_EXAMPLES, past_instant
from cmtel.errors import UsageError


def since(text: str | None, zone: tzinfo | None, now: datetime) -> datetime | None:
    """Return the instant of ``--since``, local to the site's zone.

    Raises:
        UsageError: It is no time.
    """
    moment = past_instant(text, zone, now) if text is not None else None
    if text is not None and moment is None:
        raise UsageError(f"--since {text} is no time.", hint=PAST_EXAMPLES)
    return moment
