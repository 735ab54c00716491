"""Rows 11 and 13 to 16: people, starts and stops, and a clock that jumped."""

from __future__ import annotations

from datetime import datetime, timedelta

from cmtel.domain.incidents import events
from cmtel.domain.incidents.actions import Level, QueueMail
from cmtel.domain.incidents.rules import MAX_PAUSE
from cmtel.domain.incidents.states import Ack, Downtime, Incident
from cmtel.domain.incidents.turn import Turn
from cmtel.domain.mails.facts import NO_LONGER_WATCHED, MailFacts
from cmtel.domain.mails.kinds import MailKind


def on_acked(turn: Turn, event: events.Acked) -> None:
    """Row 11: logged, and the others are mailed once."""
    incident = turn.state.stall
    turn.log(Level.INFO, "ACK", by=event.by, reason=event.reason, is_open=incident is not None)
    if incident is None:
        return
    is_news = incident.ack is None
    incident = turn.change_incident(incident, ack=Ack(event.by, event.reason, turn.now))
    others = tuple(to for to in incident.told if to.casefold() != event.by.casefold())
    if is_news:
        turn.mail(MailKind.ACKED, incident, others, by=event.by, why=event.reason)


def on_unacked(turn: Turn, event: events.Unacked) -> None:
    """Row 11, taken back: repeats go on by their timer."""
    turn.log(Level.INFO, "UNACK", by=event.by, is_open=turn.state.stall is not None)
    if turn.state.stall is not None:
        turn.change_incident(turn.state.stall, ack=None)


def on_downtime_added(turn: Turn, event: events.DowntimeAdded) -> None:
    """Hold mails back for planned work; one with the same id is replaced."""
    work = event.downtime
    others = tuple(other for other in turn.state.downtimes if other.id != work.id)
    turn.change(downtimes=(*others, work))
    span = f"{work.starts_at.isoformat()}/{work.ends_at.isoformat()}"
    turn.log(Level.INFO, "DOWNTIME", result="added", span=span, by=work.by, reason=work.reason)


def on_downtime_removed(turn: Turn, event: events.DowntimeRemoved) -> None:
    """End planned work now; what row 12 does is done by the next good read."""
    ended = tuple(
        replace_end(work, turn.now) if work.id == event.id else work
        for work in turn.state.downtimes
    )
    turn.change(downtimes=ended)
    turn.log(Level.INFO, "DOWNTIME", result="removed", id=event.id, by=event.by)


def replace_end(work: Downtime, now: datetime) -> Downtime:
    """Return the downtime, over by ``now``."""
    return work._replace(starts_at=min(work.starts_at, now), ends_at=min(work.ends_at, now))


def on_paused(turn: Turn, event: events.Paused) -> None:
    """Row 13: an open incident stays open; those who were told of it are told of the pause."""
    pause = event.pause._replace(until=min(event.pause.until, turn.now + MAX_PAUSE))
    is_news = turn.state.pause is None
    turn.change(pause=pause)
    until = pause.until.isoformat()
    turn.log(Level.WARNING, "PAUSE", by=pause.by, until=until, reason=pause.reason)
    incident = turn.state.stall
    if is_news and incident is not None:
        turn.mail(
            MailKind.PAUSED, incident, incident.told,
            by=pause.by, why=pause.reason, until=pause.until,
        )  # fmt: skip


def on_resumed(turn: Turn, event: events.Resumed) -> None:
    """Row 14, by an operator."""
    if turn.state.pause is not None:
        turn.log(Level.WARNING, "RESUME", by=event.by)
        _resume(turn)


def on_time_passed(turn: Turn, event: events.TimePassed) -> None:
    """Row 14: a pause that has run out ends by itself, and says so."""
    pause = turn.state.pause
    if pause is None or turn.now < pause.until:
        return
    turn.log(Level.WARNING, "RESUME", by="", result="the pause has run out")
    told = turn.state.stall.told if turn.state.stall else ()
    everybody = tuple(dict.fromkeys((*turn.rules.recipients, *told)))
    facts = MailFacts(turn.state.feed, pause.since, by=pause.by, why=pause.reason, until=turn.now)
    if everybody:
        turn.actions.append(QueueMail(MailKind.RESUMED, pause.id, pause.id, 1, everybody, facts))
    _resume(turn)


def _resume(turn: Turn) -> None:
    turn.change(pause=None, reads_to_prove=turn.rules.confirm, overdue_reads=0)
    incident = turn.state.stall
    if incident is not None and incident.first_queued_at is not None:
        turn.change_incident(incident, repeats_now=True)


def on_stopped(turn: Turn, event: events.Stopped) -> None:
    """Row 15: a notice to those who wait for repeats, if an operator stopped the service."""
    turn.change(stopped_at=turn.now)
    for incident in (turn.state.stall, turn.state.blind):
        if incident is not None and event.is_by_operator:
            turn.mail(MailKind.STOPPED, incident, incident.told)


def on_started(turn: Turn, event: events.Started) -> None:
    """Row 16: go on where it was left; silence has to be proven anew before it is mailed.

    Instants that lie ahead (the clock was set back meanwhile) are now.
    """
    state = turn.state
    turn.change(
        stopped_at=None,
        overdue_reads=0,
        reads_to_prove=max(turn.rules.confirm, state.reads_to_prove),
        last_arrival=_not_ahead(state.last_arrival, turn.now),
        last_read_at=_not_ahead(state.last_read_at, turn.now),
        recovering_since=_not_ahead(state.recovering_since, turn.now),
        failing_since=_not_ahead(state.failing_since, turn.now),
    )
    incident = turn.state.stall
    if incident is not None:
        turn.change_incident(incident, last_queued_at=_not_ahead(incident.last_queued_at, turn.now))


def _not_ahead(moment: datetime | None, now: datetime) -> datetime | None:
    return None if moment is None else min(moment, now)


def on_clock_jumped(turn: Turn, event: events.ClockJumped) -> None:
    """Correct the stamps by what the clock was wrong, so that silence is what it really was.

    Time asleep counts neither as silence nor as a time of good or failed reads.
    """
    state, step = turn.state, event.step
    slept = event.slept[1] - event.slept[0] if event.slept else timedelta(0)
    turn.change(
        last_arrival=_moved(state.last_arrival, step),
        last_read_at=_moved(state.last_read_at, step),
        recovering_since=_moved(state.recovering_since, step + slept),
        failing_since=_moved(state.failing_since, step + slept),
        suspended=_spans(state.suspended, step, event.slept),
        stall=_moved_incident(state.stall, step),
        blind=_moved_incident(state.blind, step),
        last_closed=_moved_incident(state.last_closed, step),
    )


def _spans(
    spans: tuple[tuple[datetime, datetime], ...],
    step: timedelta,
    slept: tuple[datetime, datetime] | None,
) -> tuple[tuple[datetime, datetime], ...]:
    moved = tuple((start + step, end + step) for start, end in spans)
    return (*moved, slept) if slept else moved


def _moved(moment: datetime | None, step: timedelta) -> datetime | None:
    return None if moment is None else moment + step


def _moved_incident(incident: Incident | None, step: timedelta) -> Incident | None:
    if incident is None:
        return None
    return incident._replace(
        first_queued_at=_moved(incident.first_queued_at, step),
        last_queued_at=_moved(incident.last_queued_at, step),
        closed_at=_moved(incident.closed_at, step),
    )


def on_feed_removed(turn: Turn, event: events.FeedRemoved) -> None:
    """Close what is open: nobody watches this feed any more."""
    for incident in (turn.state.stall, turn.state.blind):
        if incident is not None:
            turn.close(incident, MailKind.REMOVED, why=NO_LONGER_WATCHED)
    turn.log(Level.WARNING, "FEED", result="removed from the settings")
