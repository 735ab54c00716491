"""When a mail is tried again: waits that double, with a jitter that its message id decides."""

from __future__ import annotations

import hashlib
from datetime import timedelta

#: Seconds before the second, third, ... attempt; the last goes on.
_WAITS_SECS = (30, 60, 120, 240, 480, 900, 1800, 3600)
_JITTER = 0.2
#: After an answer that says the settings are wrong.
MISCONFIGURED_WAIT = timedelta(minutes=15)
#: Before a closing mail is tried again with a server that refused its recipient.
REFUSED_WAIT = timedelta(hours=6)
#: Before the one retry of a mail whose answer was lost.
UNCERTAIN_WAIT = timedelta(seconds=60)


def wait_after(attempts: int, message_id: str) -> timedelta:
    """Return the wait after ``attempts`` (1 or more) tries: the listed one, 20 % more or less."""
    secs = _WAITS_SECS[min(attempts, len(_WAITS_SECS)) - 1]
    digest = hashlib.sha256(f"{message_id}{attempts}".encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 0xFFFFFFFF
    return timedelta(seconds=secs * (1 - _JITTER + 2 * _JITTER * share))
