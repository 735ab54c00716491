"""Where the records stopped, in words, with one line on what to do about it."""

from __future__ import annotations

from typing import Any

from cmtel.domain.way import Stage, Stop, Way

#: What stopped, and the remedy of each.
WORDS: dict[Stage, tuple[str, str]] = {
    Stage.LINK: (
        "the link to the switch is down",
        "Is the ingest running, the switch on, the cable in, the address and port right?",
    ),
    Stage.BYTES: (
        "the link is up, but nothing comes over it",
        "Is the output of call records (SMDR, CDR) switched on in the switch, to this port?",
    ),
    Stage.RECORDS: (
        "records come, but they cannot be read as calls",
        "Compare with 'cmtel format detect': was the format of the switch changed?",
    ),
    Stage.DATABASE: (
        "calls are received, but the database does not take them",
        "Bring the database back; nothing is lost, what waits is delivered then.",
    ),
    Stage.CHARGING: (
        "calls are in the journal, but the charged table does not move",
        "Look at the program that prices the calls.",
    ),
}


def describe_way(way: Way, stop: Stop | None) -> dict[str, Any]:
    """Return the way as a JSON object; times are aware, ``stopped`` None if nothing has."""
    return {
        "link_up": way.is_link_up,
        "link_since": way.link_since,
        "link": way.link_detail,
        "last_received_at": way.last_accepted_at,
        "rejected_share": way.rejected_share,
        "rejected_sample": way.sample or None,
        "waiting": way.waiting,
        "database_error": way.database_error or None,
        "last_delivered_at": way.last_delivered_at,
        "stopped": None if stop is None else _stopped(stop),
    }


def _stopped(stop: Stop) -> dict[str, Any]:
    text, remedy = WORDS[stop.stage]
    return {
        "stage": stop.stage.value,
        "since": stop.since,
        "detail": stop.detail or None,
        "text": text,
        "remedy": remedy,
    }
