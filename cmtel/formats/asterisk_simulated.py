"""The CDR that Asterisk would write for a call; whatever the way is on which it is sent."""

from __future__ import annotations

from cmtel.domain.calls import CallRecord
from cmtel.formats.asterisk_cdr import Cdr
from cmtel.formats.direction import parties
from cmtel.formats.simulated import CallTimes

_DISPOSITIONS = {"CONN": "ANSWERED", "BUSY": "BUSY", "RING": "NO ANSWER"}


def simulated_cdr(call: CallRecord) -> Cdr:
    """Return the CDR of a call: numbers, times, name ("in" only), line, account code and id.

    The direction is not in it: the context tells it where both numbers are external.
    """
    times = CallTimes(call)
    is_in, is_answered = call.direction == "in", call.state == "CONN"
    caller, called = parties(call.direction, call.remote_number, call.local_number)
    trunk, phone = f"{call.line or 'PJSIP/trunk'}-00000001", "PJSIP/phone-00000002"
    return Cdr(
        account_code=call.account_code or "",
        src=caller or "",
        dst=called or "",
        context="from-trunk" if is_in else "from-internal",
        caller_name="",
        caller_id=f'"{call.name or ""}" <{caller or "anonymous"}>',
        channel=trunk if is_in else phone,
        dst_channel=phone if is_in else trunk,
        start=f"{times.start}",
        answer=f"{times.answer}" if is_answered and call.ring_ms is not None else "",
        end=f"{times.end}",
        duration=str(times.total_secs),
        billsec=str(times.talk_secs),
        disposition=_DISPOSITIONS[call.state],
        unique_id=call.call_id or "",
        linked_id=call.call_id or "",
    )
