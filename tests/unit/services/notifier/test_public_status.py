"""What everybody may read names no address and repeats no server."""

from __future__ import annotations

from datetime import UTC, datetime

from cmtel.services.notifier.public_status import public_status

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
FEED: dict[str, object] = {
    "feed": "Main",
    "paused_until": None,
    "pause_reason": None,
    "paused_by": None,
}


def document(*feeds: dict[str, object]) -> dict[str, object]:
    mail = {"kind": "STALL", "to": "ana@hotel.example", "last_text": "no ana@hotel.example"}
    return {"feeds": list(feeds), "outbox": {"failing": [mail]}, "last_mail": mail}


def test_no_address_is_left() -> None:
    acked = {**FEED, "stall": {"acked_by": "ana@hotel.example", "id": "1"}}

    found = public_status(document(acked))

    assert "@" not in str(found)
    assert found["notifier"]["feeds"][0]["stall"] == {"acked_by": "ana", "id": "1"}
    assert found["notifier"]["last_mail"] == {"kind": "STALL"}
    assert found["paused_until"] is None


def test_the_pause_that_ends_last_is_told() -> None:
    paused = {"paused_until": NOW, "pause_reason": "work", "paused_by": "ana@hotel.example"}

    found = public_status(document(FEED, {**FEED, **paused}))

    assert (found["paused_until"], found["paused_by"]) == (NOW, "ana")
    assert found["pause_reason"] == "work"
