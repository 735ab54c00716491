"""How a service stands, for people, scripts and exit statuses."""

from __future__ import annotations

from typing import Any

from cmtel.domain.service_states import ServiceState, ServiceStatus
from cmtel.errors import ExitStatus

_EXITS = {
    ServiceState.NOT_INSTALLED: ExitStatus.NOT_INSTALLED,
    ServiceState.RUNNING: ExitStatus.DONE,
    ServiceState.PAUSED: ExitStatus.PAUSED,
}


def exit_status(state: ServiceState) -> ExitStatus:
    """Return 0 running, 3 not running, 4 not installed or 9 paused (DESIGN.md section 2)."""
    return _EXITS.get(state, ExitStatus.NOT_RUNNING)


def service_report(status: ServiceStatus) -> dict[str, Any]:
    """Return the status as one JSON object; None: the system does not say."""
    return {
        "service": status.name,
        "state": status.state.value,
        "since": status.since.isoformat() if status.since else None,
        "account": status.account or None,
        "start": status.start.value if status.start else None,
        "process_id": status.process_id,
        "exit_code": status.exit_code,
        "config_file": status.config_file or None,
        "text": status.text or None,
    }
