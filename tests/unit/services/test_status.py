"""The document of status, and what --check makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cmtel.domain.service_states import JOURNAL, NOTIFIER, ServiceState, ServiceStatus
from cmtel.services.status import Found, ago, services_status, status_document

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
RUNNING, STOPPED = ServiceState.RUNNING, ServiceState.STOPPED
PAUSED, NONE = ServiceState.PAUSED, ServiceState.NOT_INSTALLED


def services(notifier: ServiceState, journal: ServiceState) -> list[ServiceStatus]:
    return [ServiceStatus(NOTIFIER, notifier), ServiceStatus(JOURNAL, journal)]


def a_book(**changes: Any) -> dict[str, Any]:
    numbers = dict.fromkeys(("received", "delivered", "dead_letters", "skipped", "waiting"), 0)
    received_at = (NOW - timedelta(minutes=3)).isoformat()
    return {"source": "s", **numbers, "link": "up", "last_received_at": received_at, **changes}


def a_feed(**changes: Any) -> dict[str, Any]:
    calm = {"feed": "Main", "state": "ok", "stall": None, "paused_until": None}
    return {**calm, "last_arrival_at": None, **changes}


def a_notifier(*feeds: dict[str, Any], failing: int = 0) -> dict[str, Any]:
    return {"process_id": 7, "feeds": list(feeds), "outbox": {"failing": [{}] * failing}}


def a_spool(book: dict[str, Any]) -> dict[str, Any]:
    return {"folder": "/spool", "process_id": 8, "books": [book]}


def well(**changes: Any) -> Found:
    found = Found(services(RUNNING, RUNNING), [a_spool(a_book())], a_notifier(a_feed()), journal={})
    return found._replace(**changes)


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((NONE, NONE), 4),
        ((RUNNING, NONE), 0),
        ((NONE, STOPPED), 3),
        ((RUNNING, RUNNING), 0),
        ((RUNNING, PAUSED), 9),
        ((PAUSED, STOPPED), 3),
        ((ServiceState.STARTING, RUNNING), 3),
        ((RUNNING, ServiceState.FAILED), 3),
    ],
)
def test_the_worse_of_both_services_counts(
    states: tuple[ServiceState, ServiceState], status: int
) -> None:
    assert services_status(services(*states)) == status


def test_all_is_well() -> None:
    document = status_document(well(), NOW)

    assert document["check"] == {"exit_status": 0, "findings": []}
    assert document["last_call_secs_ago"] == 180
    assert document["books"][0]["spool"] == "/spool"


STALLED = a_notifier(a_feed(stall={}))
BLIND = a_notifier(a_feed(state="blind"))


@pytest.mark.parametrize(
    ("found", "statuses"),
    [
        (well(config_problem="The settings have problems."), [6]),
        (well(services=services(NONE, NONE)), [4]),
        (well(services=services(STOPPED, RUNNING)), [3]),
        (well(services=services(RUNNING, PAUSED)), [9]),
        (well(journal={"paused_until": NOW, "pause_reason": None, "paused_by": "ana"}), [9]),
        (well(notifier=a_notifier(a_feed(paused_until=NOW))), [9]),
        (well(notifier=STALLED), [10]),
        (well(journal={"trouble": "The database is down."}), [12]),
        (well(notifier=BLIND), [8]),
        (well(notifier=a_notifier(failing=1)), [8]),
        (well(notifier={"error": "It cannot be read."}), [8]),
        (well(journal={"table": "t"}, spools=[a_spool(a_book(link="down"))]), [8]),
        (well(spools=[a_spool(a_book(link="down"))]), []),
        (well(notifier={**STALLED, "process_id": None}), []),
        (
            well(
                services=services(STOPPED, PAUSED), config_problem="Broken.", notifier=BLIND,
                journal={"trouble": "down"},
            ),
            [6, 3, 9, 12, 8],
        ),
    ],
)  # fmt: skip
def test_what_is_not_well_is_found_and_the_first_counts(found: Found, statuses: list[int]) -> None:
    check = status_document(found, NOW)["check"]

    assert [each["exit_status"] for each in check["findings"]] == statuses
    assert check["exit_status"] == (statuses[0] if statuses else 0)
    assert all(each["reason"] for each in check["findings"])


def test_a_service_that_ended_by_its_settings_is_a_configuration_error() -> None:
    broken = ServiceStatus(NOTIFIER, ServiceState.FAILED, exit_code=6)

    check = status_document(well(services=[broken]), NOW)["check"]

    assert [each["exit_status"] for each in check["findings"]] == [6, 3]


def test_without_a_journal_the_notifier_knows_the_last_call() -> None:
    seen = a_notifier(a_feed(last_arrival_at=NOW - timedelta(hours=1)))

    assert status_document(well(spools=[], notifier=seen), NOW)["last_call_secs_ago"] == 3600
    assert status_document(well(spools=[], notifier=None), NOW)["last_call_at"] is None


@pytest.mark.parametrize(
    ("secs", "text"),
    [(-5, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"),
     (172_800, "2 days")],
)  # fmt: skip
def test_how_long_ago_is_said_in_one_unit(secs: float, text: str) -> None:
    assert ago(secs) == text
