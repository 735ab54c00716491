"""This machine: time zone, free disk, network drives, the log, and who works on spool and state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.adapters.account_rights import existing
from cmtel.adapters.disks import MOUNTS, free_bytes, has_free_inodes, network_kind
from cmtel.bootstrap.notifier_feeds import site_zone
from cmtel.bootstrap.services import Job
from cmtel.domain.service_states import ServiceState
from cmtel.errors import ConfigError, SpoolError
from cmtel.services.doctor import Finding, Probe, fail, ok, warn

if TYPE_CHECKING:
    from cmtel.bootstrap.doctor.site import Site

_MEGABYTE = 1 << 20
#: Less is as good as full: SQLite, logs and mails need some.
_FULL_MEGABYTES = 50
_AS_SERVICE = "Run 'cmtel doctor' as the account of the service to know."
#: The notifier's state stays far below.
_STATE_MEGABYTES = 200


def machine_probes(site: Site) -> list[Sequence[Probe]]:
    """Return the probes of what lies on this machine."""
    strands: list[Sequence[Probe]] = [[Probe("time-zone", "", partial(_zone, site))]]
    for name, folder, wanted in _folders(site):
        look = partial(disk_finding, name, folder, wanted)
        strands.append([Probe("disk", f"{name} {folder}", look, f"the disk of {folder}")])
    for job in site.jobs:
        look = partial(_service, site, job)
        strands.append([Probe("service", job.service_name, look, "the service manager")])
    if Job.JOURNAL in site.jobs:
        strands.append([Probe("spool", str(site.spool_folder), partial(_spool, site))])
    if Job.NOTIFIER in site.jobs:
        strands.append([Probe("notifier-state", str(site.state_folder), partial(_state, site))])
        strands.append([Probe("log", str(site.log_file), partial(_log, site))])
    return strands


def _folders(site: Site) -> list[tuple[str, Path, int]]:
    """Return what is written where, and how much it may become, in megabytes."""
    log = site.config.log
    found = [("state", site.state_folder, _STATE_MEGABYTES)]
    if Job.JOURNAL in site.jobs:
        found.insert(0, ("spool", site.spool_folder, site.config.journal.spool.max_megabytes))
    if Job.NOTIFIER in site.jobs:
        found.append(("log", site.log_file.parent, log.max_megabytes * (log.keep + 1)))
    return found


def _zone(site: Site) -> Finding:
    """The zone of the site; fails where neither the settings nor the machine have one."""
    from cmtel.adapters.local_zone import local_zone

    zone = site_zone(site.config)
    now = site.clock.now().astimezone(zone)
    words = f"{zone.key}, now {now:%Y-%m-%d %H:%M} ({now:%z})"
    if site.config.time_zone is None:
        return ok(f"{words}, this machine's")
    try:
        here = local_zone()
    except ConfigError:
        return ok(words)
    if site.clock.now().astimezone(here).utcoffset() != now.utcoffset():
        return ok(f"{words}; this machine's own is {here.key}")
    return ok(words)


def disk_finding(name: str, folder: Path, wanted_megabytes: int, mounts: Path = MOUNTS) -> Finding:
    """Return whether a folder has room for what it may become, on a disk of this machine.

    Args:
        name: spool, state or log; a log does no harm on a network drive.
        mounts: The table of mounts (Linux).
    """
    nearest = existing(folder)
    kind = network_kind(nearest, mounts)
    if kind and name != "log":
        return fail(
            f"{folder} is on a network drive ({kind}): files of SQLite get damaged there",
            f"Move the {name} to a local disk.",
        )
    free = free_bytes(nearest) // _MEGABYTE
    if free < _FULL_MEGABYTES or not has_free_inodes(nearest):
        what = f"{free} MB" if free < _FULL_MEGABYTES else "no room for more files"
        return fail(f"the disk is as good as full: {what} free", "Make room, or move it.")
    left = wanted_megabytes - _used_megabytes(folder)
    if free < left:
        return warn(
            f"{free} MB free; the {name} may grow by {left} MB more",
            "Make room, or lower its limit (maxMegabytes).",
        )
    words = f"{free} MB free"
    return (
        warn(f"{words}, on a network drive ({kind})", "A local disk is safer.")
        if kind
        else ok(words)
    )


def _used_megabytes(folder: Path) -> int:
    try:
        return sum(each.stat().st_size for each in folder.iterdir() if each.is_file()) // _MEGABYTE
    except OSError:  # not there yet, or not for this user
        return 0


def _service(site: Site, job: Job) -> Finding:
    """How the service stands; what is wrong with it by what the system says."""
    name = job.service_name
    if job in site.foreign:
        text = f"a service of this name is not cmtel's: it runs {site.foreign[job]}"
        return warn(text, "It is left alone.")
    status = site.installed.get(job)
    if status is None:
        return ok(f"not installed; 'cmtel {job} install' does it")
    who = f"{status.state}, as {status.account or 'this user'}"
    if status.state is ServiceState.FAILED:
        why = site.manager.why_it_ended(name) or "nobody says why"
        return fail(f"it ended with an error: {why}", "Cure what fails here, then start it.")
    if status.config_file and Path(status.config_file) != site.path:
        return warn(
            f"{who}; it runs by {status.config_file}, and not by {site.path}",
            f"'cmtel --config {status.config_file} doctor' examines that one.",
        )
    if status.state is ServiceState.STOPPED:
        return warn(f"{who}", f"'cmtel {job} start' starts it.")
    if status.state is ServiceState.PAUSED:
        return warn(f"{who}", f"'cmtel {job} resume' lets it go on.")
    return ok(who)


def _spool(site: Site) -> Finding:
    from contextlib import closing

    from cmtel.adapters.spool.glance import SpoolGlance
    from cmtel.adapters.spool.lock import process_holding
    from cmtel.adapters.spool.sqlite_spool import FILE_NAME

    folder = site.spool_folder
    try:
        holder = process_holding(folder)
    except SpoolError as error:
        return warn(f"not checked: {error.message}", _AS_SERVICE)
    if not (folder / FILE_NAME).exists():
        return ok("there is none yet; 'cmtel journal ingest' makes it")
    with closing(SpoolGlance(folder)) as glance:
        sources = glance.sources()
    waiting = sum(source.waiting for source in sources)
    who = f"process {holder} works on it" if holder else "nobody works on it"
    words = f"{who}; {waiting} records wait"
    if waiting and not holder:
        return warn(words, "'cmtel journal start' or 'cmtel journal ingest' delivers them.")
    return ok(words)


def _state(site: Site) -> Finding:
    from cmtel.adapters.notifier_state.opening import process_holding

    try:
        holder = process_holding(site.state_folder)
    except SpoolError as error:
        return warn(f"not checked: {error.message}", _AS_SERVICE)
    return ok(f"process {holder} works on it" if holder else "no notifier works on it")


def _log(site: Site) -> Finding:
    """Whether the notifier could write its log; the file itself is left as it is."""
    account = site.account(Job.NOTIFIER)
    if site.is_made_later(site.log_file.parent):
        return ok("its folder is made at the first start of the service")
    found = account.may_make(site.log_file.parent)
    if found.is_allowed is None:
        return warn(
            f"whether {account.name} may write it cannot be told ({found.culprit}: {found.why})",
            _AS_SERVICE,
        )
    if not found.is_allowed:
        return fail(
            f"{account.name} may not write it ({found.culprit}: {found.why})",
            "Give the account that right, or name another file: Log/@file.",
        )
    return ok(f"{account.name} may write it ({account.how})")
