"""What a mail is written from; kept in the outbox, so that two mails can be merged into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from cmtel.domain.way import Stop

#: Why an incident ended that nobody need worry about; the renderer has the words.
LIMITS_CHANGED = "limits changed"
NO_LONGER_WATCHED = "the feed is no longer watched"


@dataclass(frozen=True, slots=True)
class MailFacts:
    """Facts, not words: those depend on the language. Instants are aware and UTC.

    Attributes:
        is_blind: The incident is that the feed cannot be read; else that charging stalled.
        silent_since: The last arrival before the incident; of blindness, the first failed read.
        last_arrival: The last arrival that is known at the time of writing.
        resumed_at: The first arrival after the silence.
        silence_secs, expected, limit: The numbers of the verdict at the time of writing.
        recurrence: 1, or how often this thread has stalled ("3rd time").
        repeat_number: Of a REPEAT, from 1.
        next_repeat_at: When the next REPEAT comes, if nothing changes; None: none is to come.
        first_record: The first record after the silence.
        is_approximate: Arrivals are known by the records' own times only (paused, or down).
        suspends_repeats: BLIND: a stall is open whose repeats wait until the feed is readable.
        by: Who did it; of JOINING: who acknowledged the incident.
        why: What he said, why the feed is unreadable, or why the incident closed.
        undeliverable: Recipients whose server refused the last mail to them.
        is_capped: The recipient had his mails of the day; from now on hourly.
        stage, stage_since, stage_detail: Where the stream stopped (domain/way.py); else empty.
        lines: Of a DIGEST: name and value.
    """

    feed: str
    opened_at: datetime
    silent_since: datetime | None = None
    closed_at: datetime | None = None
    silence_secs: float = 0.0
    expected: float | None = None
    limit: float | None = None
    recurrence: int = 1
    repeat_number: int = 0
    flaps: int = 0
    first_record: str = ""
    is_approximate: bool = False
    suspends_repeats: bool = False
    by: str = ""
    why: str = ""
    until: datetime | None = None
    undeliverable: tuple[str, ...] = ()
    is_capped: bool = False
    stage: str = ""
    stage_since: datetime | None = None
    stage_detail: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    is_blind: bool = False
    last_arrival: datetime | None = None
    resumed_at: datetime | None = None
    next_repeat_at: datetime | None = None

    def at_queueing(self, stop: Stop | None, *, is_capped: bool) -> MailFacts:
        """Return the facts with what is known only when the mail is queued."""
        facts = replace(self, is_capped=is_capped)
        if stop is None:
            return facts
        return replace(
            facts, stage=stop.stage.value, stage_since=stop.since, stage_detail=stop.detail
        )
