"""Ready-made things for tests, each with what matters to a test as an argument."""

from __future__ import annotations

from typing import Any

from cmtel.domain.calls import CallRecord

_CALL = CallRecord(
    direction="in",
    state="CONN",
    started_at="2026-03-01T10:11:12+01:00",
    ended_at="2026-03-01T10:11:56+01:00",
    remote_number="004930123456",
    local_number="21",
    forwarded_via=None,
    name="Müller",
    ring_ms=4000,
    connected_secs=40,
    charge="0.12",
    charge_cents=12,
    currency="EUR",
    line="T1",
    account_code=None,
    call_id="4711",
    leg=1,
    raw="a raw line\n",
)


def a_call(**changes: Any) -> CallRecord:
    """A call of 40 seconds, with changes."""
    return _CALL._replace(**changes)
