"""All probes together: from a path to a settings file to what they find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.bootstrap.config import load_config, locate_config
from cmtel.errors import CmtelError, UsageError
from cmtel.services.doctor import LIMIT_SECS, Checked, Strand, examine, only

if TYPE_CHECKING:
    from cmtel.services.ports import Clock
    from cmtel.services.service_ports import ServiceManager

#: The names of all probes, in their order; docs/doctor.md has a line for each.
PROBES = (
    "user-rights", "mail-settings", "xml-settings", "database-login", "hotel-id",
    "settings-access", "secret", "time-zone", "disk", "service", "spool", "notifier-state", "log",
    "odbc", "odbc-source", "database", "database-clock", "journal-table", "journal-insert",
    "source", "feed", "mail-server", "channel", "last-resort", "phone-book",
)  # fmt: skip


def examination(
    config_path: str | None, names: Sequence[str] = (), *, limit_secs: float = LIMIT_SECS
) -> Iterator[Checked]:
    """Yield what each probe finds, as soon as it is known.

    Args:
        config_path: As of ``--config``.
        names: Only these probes; none: all.

    Raises:
        UsageError: There is no such probe.
    """
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.services import manager

    clock = SystemClock()
    unknown = [name for name in names if name not in PROBES]
    if unknown:
        raise UsageError(
            f"There is no probe '{unknown[0]}'.", hint=f"There are {', '.join(PROBES)}."
        )
    strands = all_probes(config_path, clock, manager(), names)
    return examine(strands, clock, limit_secs=limit_secs)


def all_probes(
    config_path: str | None,
    clock: Clock,
    service_manager: ServiceManager,
    names: Sequence[str] = (),
) -> list[Strand]:
    """Return the probes for a settings file, or of these names; of one that cannot be used, that.

    What probes import is imported here, before their threads begin: two threads that import one
    package at once may find it half made.
    """
    from cmtel.bootstrap.doctor.prerequisites import unread

    try:
        config = load_config(config_path)
    except CmtelError as error:
        return unread(error)
    from cmtel.bootstrap.doctor.books import book_probes
    from cmtel.bootstrap.doctor.database import database_probes
    from cmtel.bootstrap.doctor.feeds import feed_probes
    from cmtel.bootstrap.doctor.machine import machine_probes
    from cmtel.bootstrap.doctor.mail import mail_probes
    from cmtel.bootstrap.doctor.prerequisites import prerequisites
    from cmtel.bootstrap.doctor.rights import rights
    from cmtel.bootstrap.doctor.secrets import secret_probes
    from cmtel.bootstrap.doctor.site import make_site
    from cmtel.bootstrap.doctor.sources import source_probes

    path = locate_config(config_path) or Path()  # it has just been read
    site = make_site(path, config, clock, service_manager)
    _import_drivers()
    makers = (
        prerequisites, rights, secret_probes, machine_probes, database_probes, source_probes,
        feed_probes, mail_probes, book_probes,
    )  # fmt: skip
    return only([strand for make in makers for strand in make(site)], names)


def _import_drivers() -> None:
    """SQLAlchemy's packages import each other in circles."""
    import sqlalchemy.dialects.mysql
    import sqlalchemy.dialects.postgresql
    import sqlalchemy.dialects.sqlite  # noqa: F401  # only to have them
