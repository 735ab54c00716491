"""The document behind ``cmtel status``. Its JSON keys are a contract: new ones may appear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cmtel import __version__
from cmtel.errors import ExitStatus

#: The services that this version knows how to look at: none can be installed by it yet.
_NOT_INSTALLED = {"cmtel-journal": "not installed", "cmtel-notifier": "not installed"}


def status_document(
    spools: Sequence[dict[str, Any]],
    notifier: dict[str, Any] | None = None,
    ways: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return the status as one JSON object.

    ``exit_status`` is about the services only; an ingest in the foreground is no service.
    ``notifier`` is that of services/notifier/check.py; None: it has never run here.
    ``ways`` are those of bootstrap/way.py: how far the records of each spool get.
    """
    return {
        "version": __version__,
        "exit_status": int(ExitStatus.NOT_INSTALLED),
        "services": dict(_NOT_INSTALLED),
        "foreground": [spool["process_id"] for spool in spools if spool["process_id"]],
        "books": [
            {**book, "spool": spool["folder"]} for spool in spools for book in spool["books"]
        ],
        "ways": list(ways),
        "notifier": notifier,
    }
