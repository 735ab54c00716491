"""The document behind ``cmtel status``, and what ``--check`` makes of it.

Its JSON keys are a contract, described in docs/status.md: new ones may appear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cmtel import __version__
from cmtel.domain.service_states import ServiceState, ServiceStatus
from cmtel.errors import ExitStatus
from cmtel.services.service_report import exit_status, service_report
from cmtel.services.spool_ports import LinkState

#: What a service that is installed can be, the worst first.
_WORST_FIRST = (ExitStatus.NOT_RUNNING, ExitStatus.PAUSED, ExitStatus.DONE)
#: What ``--check`` looks for, in this order (DESIGN.md section 2).
_CHECK_ORDER = (
    ExitStatus.CONFIGURATION, ExitStatus.NOT_INSTALLED, ExitStatus.NOT_RUNNING, ExitStatus.PAUSED,
    ExitStatus.STALLED, ExitStatus.DATABASE_UNAVAILABLE, ExitStatus.DEGRADED,
)  # fmt: skip
#: States of a link in which no call comes.
TROUBLED_LINKS = (LinkState.DOWN.value, LinkState.HELD_BACK.value)

Document = dict[str, Any]


class Found(NamedTuple):
    """What was found on this machine.

    Attributes:
        services: Both, as the system knows them.
        spools: As bootstrap/spools.py describes them.
        notifier: That of services/notifier/check.py; None: it has never run here.
        ways: Those of bootstrap/way.py: how far the records of each spool get.
        journal: The status file of the journal that runs; None: none does.
        config_file: The settings file; None: there is none.
        config_problem: Why it cannot be used; None: it can, or was not looked at.
    """

    services: Sequence[ServiceStatus]
    spools: Sequence[Document]
    notifier: Document | None = None
    ways: Sequence[Document] = ()
    journal: Document | None = None
    config_file: str | None = None
    config_problem: str | None = None


def status_document(found: Found, now: datetime) -> Document:
    """Return the status as one JSON object.

    ``exit_status`` is about the services only; an ingest in the foreground is no service.
    """
    books = [
        {**book, "spool": spool["folder"]} for spool in found.spools for book in spool["books"]
    ]
    last_call = _last_call(books, found.notifier)
    document = {
        "version": __version__,
        "exit_status": int(services_status(found.services)),
        "config_file": found.config_file,
        "services": [service_report(service) for service in found.services],
        "foreground": [spool["process_id"] for spool in found.spools if spool["process_id"]],
        "journal": _journal(found.journal),
        "books": books,
        "ways": list(found.ways),
        "last_call_at": last_call,
        "last_call_secs_ago": last_call and round((now - last_call).total_seconds()),
        "notifier": found.notifier,
    }
    check = list(findings(found, document))
    first = check[0].status if check else ExitStatus.DONE
    told = [{"exit_status": int(each.status), "reason": each.reason} for each in check]
    return {**document, "check": {"exit_status": int(first), "findings": told}}


def services_status(services: Iterable[ServiceStatus]) -> ExitStatus:
    """Return 0, 3 or 9, the worst of those installed; 4 if none is."""
    states = [each.state for each in services if each.state is not ServiceState.NOT_INSTALLED]
    exits = [exit_status(state) for state in states]
    return next((each for each in _WORST_FIRST if each in exits), ExitStatus.NOT_INSTALLED)


class Finding(NamedTuple):
    """Something that is not as it should be, and its exit status."""

    status: ExitStatus
    reason: str


def findings(found: Found, document: Document) -> list[Finding]:
    """Return what is not as it should be, the first that counts first."""
    all_found = [
        *_config_findings(found),
        *_service_findings(found.services),
        *_journal_findings(found.journal or {}, document["books"]),
        *_notifier_findings(found.notifier or {}),
    ]
    return sorted(all_found, key=lambda each: _CHECK_ORDER.index(each.status))


def _config_findings(found: Found) -> Iterator[Finding]:
    if found.config_problem is not None:
        yield Finding(ExitStatus.CONFIGURATION, found.config_problem)
    for service in found.services:
        if service.exit_code == ExitStatus.CONFIGURATION:
            reason = f"{service.name} ended: its settings cannot be used"
            yield Finding(ExitStatus.CONFIGURATION, reason)


def _service_findings(services: Sequence[ServiceStatus]) -> Iterator[Finding]:
    status = services_status(services)
    if status is ExitStatus.NOT_INSTALLED:
        yield Finding(status, "no service is installed")
    for service in services:
        if service.state is ServiceState.NOT_INSTALLED:
            continue
        each = exit_status(service.state)
        if each is not ExitStatus.DONE:
            yield Finding(each, f"{service.name} is {service.state.value}")


def _journal_findings(journal: Document, books: Iterable[Document]) -> Iterator[Finding]:
    if journal.get("paused_until"):
        yield Finding(ExitStatus.PAUSED, "the journal is paused")
    if journal.get("trouble"):
        yield Finding(ExitStatus.DATABASE_UNAVAILABLE, journal["trouble"])
    for book in books:
        if book["link"] in TROUBLED_LINKS and journal:
            yield Finding(ExitStatus.DEGRADED, f"the source {book['source']} is {book['link']}")


def _notifier_findings(notifier: Document) -> Iterator[Finding]:
    if "error" in notifier:
        yield Finding(ExitStatus.DEGRADED, notifier["error"])
        return
    if not notifier.get("process_id"):
        return  # what it found last is old
    for feed in notifier["feeds"]:
        if feed["paused_until"]:
            yield Finding(ExitStatus.PAUSED, f"{feed['feed']} is paused")
        if feed["stall"] is not None:
            yield Finding(ExitStatus.STALLED, f"{feed['feed']}: charging has stalled")
        if feed["state"] == "blind":
            yield Finding(ExitStatus.DEGRADED, f"{feed['feed']} cannot be read")
    if notifier["outbox"]["failing"]:
        yield Finding(ExitStatus.DEGRADED, "mails cannot be sent")


def _journal(told: Document | None) -> Document | None:
    if told is None:
        return None
    names = ("process_id", "started_at", "table", "paused_until", "pause_reason", "paused_by")
    return {name: told.get(name) for name in (*names, "trouble", "config_file")}


def _last_call(books: Iterable[Document], notifier: Document | None) -> datetime | None:
    """Return when a call was received last, by the books or else by what the notifier saw."""
    texts = [book["last_received_at"] for book in books if book["last_received_at"]]
    if texts:
        return max(datetime.fromisoformat(text) for text in texts)
    feeds = (notifier or {}).get("feeds", [])
    arrivals = [feed["last_arrival_at"] for feed in feeds if feed["last_arrival_at"]]
    return max(arrivals, default=None)


def ago(secs: float) -> str:
    """Return "40 s", "3 min", "5 h" or "2 days"."""
    span = timedelta(seconds=max(0, round(secs)))
    if span >= timedelta(days=2):
        return f"{span.days} days"
    if span >= timedelta(hours=2):
        return f"{span // timedelta(hours=1)} h"
    if span >= timedelta(minutes=2):
        return f"{span // timedelta(minutes=1)} min"
    return f"{span // timedelta(seconds=1)} s"
