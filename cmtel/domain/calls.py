"""A decoded record: a call, something to skip, or something to reject.

The three are tuples, because a service makes tens of thousands of them a second.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Direction = Literal["in", "out", "internal"]
State = Literal["CONN", "RING", "BUSY"]


class CallRecord(NamedTuple):
    """One call leg as the switch told it. Unknown is None, never a guess.

    Field order is the order of the JSON output (after ``kind``).
    """

    direction: Direction | None
    state: State
    #: ISO 8601, whole seconds, local as sent; with offset where the zone is known.
    started_at: str | None
    ended_at: str | None
    #: Numbers are text as sent: leading zeros, ``*`` and ``#`` count.
    remote_number: str | None
    local_number: str | None
    forwarded_via: str | None
    name: str | None
    ring_ms: int | None
    connected_secs: int | None
    #: Decimal as text, as sent.
    charge: str | None
    #: The charge in minor units of its currency.
    charge_cents: int | None
    currency: str | None
    line: str | None
    account_code: str | None
    call_id: str | None
    #: Counts the calls with the same call_id in one input, from 1.
    leg: int | None
    #: All bytes of the record as text, line end included.
    raw: str


class Skipped(NamedTuple):
    """A record that is no call; ``reason`` is a code of formats.md 1.3."""

    reason: str
    raw: str


class Rejected(NamedTuple):
    """A record that should be a call and cannot be read; it becomes a dead letter."""

    reason: str
    raw: str


Outcome = CallRecord | Skipped | Rejected
