"""The books of the sources, as people and scripts see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from cmtel.services.spool_ports import SpoolSource

#: The five numbers; the first is always the sum of the others.
NUMBERS = ("received", "delivered", "dead_letters", "skipped", "waiting")


def book_of(source: SpoolSource) -> dict[str, Any]:
    """Return one source's books and link as a JSON object; times are RFC 3339 UTC."""
    return {
        "source": source.name,
        "journal_id": source.journal_id,
        **{name: getattr(source, name) for name in NUMBERS},
        "last_received_at": _text(source.last_received_utc),
        "link": source.link.value if source.link else None,
        "link_detail": source.link_detail,
        "link_since": _text(source.link_since_utc),
    }


def total(sources: Iterable[SpoolSource]) -> dict[str, int]:
    """Return the five numbers over all ``sources``."""
    found = list(sources)
    return {name: sum(getattr(source, name) for source in found) for name in NUMBERS}


def growth(before: Iterable[SpoolSource], after: Iterable[SpoolSource]) -> dict[str, int]:
    """Return what has been added to the five numbers; ``waiting`` is what waits now.

    Records that waited already count as received by this run, so the sum holds.
    """
    old = {source.source_id: source for source in before}
    grown = dict.fromkeys(NUMBERS, 0)
    for source in after:
        known = old.get(source.source_id)
        for name in NUMBERS:
            grown[name] += getattr(source, name) - (getattr(known, name) if known else 0)
        if known:
            grown["received"] += known.waiting
            grown["waiting"] += known.waiting
    return grown


def sentence(numbers: dict[str, int]) -> str:
    """Return the books as the one line that balances."""
    return (
        "received {received} = delivered {delivered} + dead letters {dead_letters}"
        " + skipped {skipped} + waiting {waiting}"
    ).format(**numbers)


def status_line(sources: Iterable[SpoolSource], now: datetime, hindrance: str) -> str:
    """Return how a journal goes, in one line: for the service manager.

    "OK, delivered 812, waiting 0, last call 3 min ago". ``hindrance`` takes the place of OK.
    """
    found = list(sources)
    numbers = total(found)
    calls = [source.last_received_utc for source in found if source.last_received_utc]
    ago = f"{max(now - max(calls), timedelta(0)) // timedelta(minutes=1)} min ago" if calls else ""
    books = f"delivered {numbers['delivered']}, waiting {numbers['waiting']}"
    return f"{hindrance or 'OK'}, {books}, {f'last call {ago}' if ago else 'no call yet'}"


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
