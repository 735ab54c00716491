"""What the ``encode`` of several formats needs: a call's times and lengths as a switch has them."""

from __future__ import annotations

from datetime import datetime, timedelta

from cmtel.domain.calls import CallRecord


class CallTimes:
    """The local times of a call that is to be simulated; missing ones follow from the others."""

    def __init__(self, call: CallRecord) -> None:
        start = local_time_of(call.started_at)
        self.ring_secs = (call.ring_ms or 0) // 1000
        self.talk_secs = call.connected_secs or 0
        self.start = start or datetime(2000, 1, 1)  # noqa: DTZ001  # local time of a switch without zone
        self.answer = self.start + timedelta(seconds=self.ring_secs)
        self.total_secs = self.ring_secs + self.talk_secs
        self.end = local_time_of(call.ended_at) or self.start + timedelta(seconds=self.total_secs)


def local_time_of(text: str | None) -> datetime | None:
    """Return an ISO 8601 time without its offset."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)


def quoted(text: str) -> str:
    """Return ``text`` as a quoted CSV field."""
    return '"' + text.replace('"', '""') + '"'


def clock_text(secs: int) -> str:
    """Return ``HH:MM:SS``; hours may exceed 23."""
    return f"{secs // 3600:02}:{secs // 60 % 60:02}:{secs % 60:02}"


def named_values(call: CallRecord) -> dict[str, str]:
    """Return a call's values by the names of the formats delimited and fixed; unknown is ""."""
    times = CallTimes(call)
    values = {name: "" if value is None else str(value) for name, value in call._asdict().items()}
    return {
        **values,
        "datetime": f"{times.start:%Y-%m-%d %H:%M:%S}",
        "end-datetime": f"{times.end:%Y-%m-%d %H:%M:%S}" if call.ended_at else "",
        "ring": "" if call.ring_ms is None else f"{call.ring_ms // 1000}.{call.ring_ms % 1000:03}",
        "connected": values["connected_secs"],
    }
