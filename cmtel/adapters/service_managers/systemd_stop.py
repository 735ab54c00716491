"""Why systemd ends a service: to stop it, to start it anew, or because the machine goes down.

Source: systemctl(1), "is-system-running" and "list-jobs"; systemd.exec(5), "Environment Variables
Set or Propagated by the Service Manager" (INVOCATION_ID, MANAGERPID).
"""

from __future__ import annotations

from collections.abc import Mapping

from cmtel.adapters.service_managers.systemctl import Systemctl
from cmtel.errors import CmtelError

#: Jobs of a unit that is stopped only to be started again.
_STARTS_AGAIN = ("restart", "try-restart", "start")


def is_lasting_stop(unit: str, environment: Mapping[str, str]) -> bool:
    """Tell whether the stop that has come is meant to last.

    True where systemd does not say otherwise: without it, whoever ends the program stops it.
    """
    if "INVOCATION_ID" not in environment:
        return True
    systemctl = Systemctl(is_user="MANAGERPID" in environment)
    try:
        if systemctl.ask("is-system-running").out.strip() == "stopping":
            return False
        jobs = systemctl.ask("list-jobs", "--no-legend", "--plain", unit).out
    except CmtelError:  # no systemctl that answers: it cannot have been asked for a restart
        return True
    return not any(
        line.split()[2:3] and line.split()[2] in _STARTS_AGAIN for line in jobs.splitlines()
    )
