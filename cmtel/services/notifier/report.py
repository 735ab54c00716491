"""Feeds, mails and incidents as JSON objects; their keys are a contract: new ones may appear.

Moments are aware datetimes, which JSON output shows in ISO 8601.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cmtel.domain.incidents.states import Downtime, FeedState, Incident, Judgement, Silence
from cmtel.domain.mails.outbox import OutboxRow
from cmtel.services.notifier.changes import HistoryEvent, PastIncident, Request

_NO_VERDICT = Judgement(Silence.NORMAL, 0.0)


def feed_report(state: FeedState) -> dict[str, Any]:
    """Return how a feed stands; the numbers are those of its last good read."""
    judgement = state.judgement or _NO_VERDICT
    pause = state.pause
    return {
        "feed": state.feed,
        "state": state.state.value,
        "is_learning": judgement.is_learning,
        "last_arrival_at": state.last_arrival,
        "last_read_at": state.last_read_at,
        "verdict": judgement.silence.value if state.judgement else None,
        "silence_secs": round(judgement.silence_secs) if state.judgement else None,
        "expected_calls": _rounded(judgement.expected),
        "limit": _rounded(judgement.limit),
        "alarm_at": judgement.alarm_at,
        "unreadable_since": state.failing_since,
        "unreadable_reason": state.failing_reason or None,
        "stall": _incident(state.stall),
        "blind": _incident(state.blind),
        "paused_until": pause.until if pause else None,
        "paused_by": pause.by if pause else None,
        "pause_reason": pause.reason if pause else None,
        "downtimes": [_downtime(work) for work in state.downtimes],
    }


def downtimes_report(states: Iterable[FeedState], now: datetime) -> list[dict[str, Any]]:
    """Return the announced work that is not over, in the order of its beginning."""
    works = [
        {"feed": state.feed, **_downtime(work), "running": work.starts_at <= now}
        for state in states
        for work in state.downtimes
        if work.ends_at > now
    ]
    return sorted(works, key=lambda work: (work["from"], work["id"], work["feed"]))


def outbox_report(waiting: Iterable[OutboxRow], failing: Iterable[OutboxRow]) -> dict[str, Any]:
    """Return how many mails wait, and those that were tried for some time without success."""
    waiting = list(waiting)
    troubles = [
        {
            **_mail(row),
            "attempts": row.attempts,
            "next_try_at": row.next_try,
            "last_code": row.last_code,
            "last_text": row.last_text,
        }
        for row in failing
    ]
    oldest = min((row.created_at for row in waiting), default=None)
    return {"waiting": len(waiting), "oldest_at": oldest, "failing": troubles}


def request_report(request: Request) -> dict[str, Any]:
    """Return something that was asked for and that the service has not done yet."""
    return {"verb": request.verb, "feed": request.feed, **request.arguments}


def last_mail_report(row: OutboxRow | None) -> dict[str, Any] | None:
    """Return the mail that a server took last."""
    return None if row is None else {**_mail(row), "accepted_at": row.finished_at}


def incident_report(past: PastIncident, now: datetime) -> dict[str, Any]:
    """Return an incident of the history; an open one lasts until now."""
    incident = past.incident
    lasted = (incident.closed_at or now) - incident.opened_at
    return {
        "feed": incident.feed,
        "kind": incident.kind.value,
        **(_incident(incident) or {}),
        "closed_at": incident.closed_at,
        "duration_secs": round(lasted.total_seconds()),
        "mails": past.accepted_mails,
    }


def event_report(event: HistoryEvent) -> dict[str, Any]:
    """Return an entry of the history, as the log has it."""
    return {
        "time": event.at,
        "level": event.log.level.name,
        "topic": event.log.topic,
        "fields": dict(event.log.fields),
    }


def _incident(incident: Incident | None) -> dict[str, Any] | None:
    if incident is None:
        return None
    ack = incident.ack
    return {
        "id": incident.id,
        "opened_at": incident.opened_at,
        "silent_since": incident.silent_since,
        "first_mail_at": incident.first_queued_at,
        "repeats": incident.repeats,
        "flaps": incident.flaps,
        "recurrence": incident.recurrence,
        "acked_by": ack.by if ack else None,
        "acked_at": ack.at if ack else None,
        "ack_reason": ack.reason if ack else None,
        "reason": incident.reason or None,
    }


def _downtime(work: Downtime) -> dict[str, Any]:
    return {
        "id": work.id,
        "from": work.starts_at,
        "until": work.ends_at,
        "by": work.by,
        "reason": work.reason,
    }


def _mail(row: OutboxRow) -> dict[str, Any]:
    return {"kind": row.kind.value, "to": row.recipient, "written_at": row.created_at}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)
