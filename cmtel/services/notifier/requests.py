"""What operators ask for from another process, as events of the state machine."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid5

from cmtel.domain.incidents import events
from cmtel.domain.incidents.rules import DEFAULT_PAUSE
from cmtel.domain.incidents.states import Downtime, Pause
from cmtel.services.notifier.changes import Request


def event_of(request: Request, now: datetime, namespace: UUID) -> events.Event | None:
    """Return the event of a request; None if it makes no sense.

    The command line has checked it, but it may have waited for a start of the service: a pause
    or downtime that is over by now makes no sense any more.
    """
    make = _EVENTS.get(request.verb)
    try:
        return make(request, now, namespace) if make else None
    except (KeyError, ValueError):
        return None


def _ack(request: Request, now: datetime, namespace: UUID) -> events.Event:
    return events.Acked(request.arguments["by"], request.arguments.get("reason", ""))


def _unack(request: Request, now: datetime, namespace: UUID) -> events.Event:
    return events.Unacked(request.arguments["by"])


def _add_downtime(request: Request, now: datetime, namespace: UUID) -> events.Event:
    told = request.arguments
    starts = _instant(told["starts"]) if told.get("starts") else now
    until = _ahead(told["until"], now)
    work_id = told.get("id") or str(uuid5(namespace, f"downtime/{request.id}"))
    work = Downtime(work_id, starts, until, told["by"], told.get("reason", ""))
    return events.DowntimeAdded(work)


def _remove_downtime(request: Request, now: datetime, namespace: UUID) -> events.Event:
    return events.DowntimeRemoved(request.arguments["id"], request.arguments["by"])


def _pause(request: Request, now: datetime, namespace: UUID) -> events.Event:
    told = request.arguments
    until = _ahead(told["until"], now) if told.get("until") else now + DEFAULT_PAUSE
    pause_id = str(uuid5(namespace, f"pause/{request.id}"))
    return events.Paused(Pause(pause_id, now, until, told["by"], told.get("reason", "")))


def _resume(request: Request, now: datetime, namespace: UUID) -> events.Event:
    return events.Resumed(request.arguments["by"])


def _ahead(text: str, now: datetime) -> datetime:
    moment = _instant(text)
    if moment <= now:
        raise ValueError(f"{text} is over")
    return moment


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError(f"{text} has no offset")
    return moment.astimezone(UTC).replace(microsecond=0)


_EVENTS = {
    "ack": _ack,
    "unack": _unack,
    "downtime-add": _add_downtime,
    "downtime-remove": _remove_downtime,
    "pause": _pause,
    "resume": _resume,
}
