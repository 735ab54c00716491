"""The status on one screen: first what is wrong, then services, sources, feeds and mails.

In the machine's local time: a status does not depend on the settings.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from cmtel.cli.notifier_view import feed_lines, local, mail_lines, request_lines
from cmtel.cli.output import emit_table, emit_text, safe

Document = dict[str, Any]


def show(document: Document) -> None:
    """Print the document of services/status.py."""
    for line in _head(document):
        emit_text(safe(line))
    emit_table(
        ("service", "state", "since", "account", "start", "process"),
        [
            (s["service"], s["state"], _moment(s["since"]), s["account"], s["start"],
             s["process_id"])
            for s in document["services"]
        ],
    )  # fmt: skip
    for line in _journal_lines(document):
        emit_text(safe(line))
    if document["books"]:
        _show_books(document["books"])
    for line in _stop_lines(document["ways"]):
        emit_text(safe(line))
    if document["notifier"] is not None:
        for line in _notifier_lines(document["notifier"]):
            emit_text(safe(line))


def clear_screen(is_json: bool) -> None:
    """Begin a new screen; nothing is done where nobody looks at a terminal."""
    if sys.stdout.isatty() and not is_json:
        # ECMA-48: cursor home, erase in page.
        emit_text("\x1b[H\x1b[2J\x1b[3J")


def _head(document: Document) -> Iterator[str]:
    yield f"cmtel {document['version']}, settings: {document['config_file'] or 'none'}"
    found = document["check"]["findings"]
    yield f"NOT WELL: {'; '.join(each['reason'] for each in found)}" if found else "All is well."


def _journal_lines(document: Document) -> Iterator[str]:
    from cmtel.services.status import ago

    for process in document["foreground"]:
        if process not in [service["process_id"] for service in document["services"]]:
            yield f"running in the foreground: process {process}"
    journal = document["journal"] or {}
    if journal.get("table"):
        yield f"table: {journal['table']}"
    if journal.get("paused_until"):
        why = f": {journal['pause_reason']}" if journal["pause_reason"] else ""
        until = _moment(journal["paused_until"])
        yield f"the journal is paused until {until} by {journal['paused_by']}{why}"
    secs = document["last_call_secs_ago"]
    yield "last call: none yet" if secs is None else f"last call: {ago(secs)} ago"


def _show_books(books: list[Document]) -> None:
    from cmtel.services.status import TROUBLED_LINKS

    emit_table(
        ("source", "link", "last received", "received", "delivered", "dead", "skipped", "waiting"),
        [
            (b["source"], b["link"], b["last_received_at"], b["received"], b["delivered"],
             b["dead_letters"], b["skipped"], b["waiting"])
            for b in books
        ],
    )  # fmt: skip
    for book in books:
        if book["link"] in TROUBLED_LINKS:
            since, detail = book["link_since"], book["link_detail"]
            emit_text(safe(f"{book['source']} is {book['link']} since {since}: {detail}"))


def _stop_lines(ways: list[Document]) -> Iterator[str]:
    """Where the calls stop, and what to do about it."""
    for stopped in [way["stopped"] for way in ways if way["stopped"] is not None]:
        since = f" since {local(stopped['since'], None)}" if stopped["since"] else ""
        detail = f" ({stopped['detail']})" if stopped["detail"] else ""
        yield f"calls stop here: {stopped['text']}{since}{detail}"
        yield f"  {stopped['remedy']}"


def _notifier_lines(notifier: Document) -> Iterator[str]:
    from cmtel.adapters.clock import SystemClock

    if "error" in notifier:
        yield f"notifier: {notifier['error']}"
        return
    process = notifier["process_id"]
    yield f"notifier: {f'running, process {process}' if process else 'not running'}"
    for feed in notifier["feeds"]:
        yield from feed_lines(feed, SystemClock().now(), None)
    yield from request_lines(notifier)
    yield from mail_lines(notifier, None)


def _moment(moment: Any) -> str:
    """Services tell of themselves in texts, status files in moments."""
    from datetime import datetime

    if not moment:
        return ""
    return local(datetime.fromisoformat(moment) if isinstance(moment, str) else moment, None)
