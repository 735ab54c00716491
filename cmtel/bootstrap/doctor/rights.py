"""What the accounts of the services may read and write, and who else may read the settings.

The seam for other systems is ``adapters/account_rights``: it tells what an account may do, or
that nobody but that account can.
"""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cmtel.adapters.account_rights import (
    EXECUTE,
    READ,
    WRITE,
    Access,
    Account,
    existing,
    own_account,
)
from cmtel.bootstrap.services import Job
from cmtel.config.advice import secret_references
from cmtel.config.describe.outline import outline
from cmtel.config.model import Config
from cmtel.config.secret import Secret, has_password
from cmtel.config.walk import walk
from cmtel.services.doctor import Finding, Probe, fail, ok, warn

if TYPE_CHECKING:
    from cmtel.bootstrap.doctor.site import Site


class _Need(NamedTuple):
    """What a job must be able to do; ``wanted`` 0: write in that folder, or make it."""

    what: str
    path: Path
    wanted: int = READ


def rights(site: Site) -> list[Sequence[Probe]]:
    """Return the probe of who may use the settings file."""
    return [[Probe("settings-access", "", partial(_settings_access, site))]]


def account_finding(site: Site) -> Finding:
    """Return whether the accounts that run the jobs may do what these need."""
    if site.problems:
        return fail("the account of a service is not known here", "", site.problems)
    forbidden: list[str] = []
    unknown: list[str] = []
    count = 0
    for job in site.jobs:
        account = site.account(job)
        for need in _needs(site, job):
            count += 1
            found = _look(site, account, need)
            if found.is_allowed is None:
                unknown.append(_said(account, need, found))
            elif not found.is_allowed:
                forbidden.append(_said(account, need, found))
    who = "; ".join(_who(site, jobs, account) for jobs, account in site.account_set)
    if forbidden:
        cure = "Give the account that right (chown, chmod, or a group), or install with --account."
        return fail(f"{who}: some rights are missing", cure, _once([*forbidden, *unknown]))
    if unknown:
        cure = "Run 'cmtel doctor' as that account to know."
        return warn(f"{who}: some rights cannot be told from here", cure, _once(unknown))
    return ok(f"{who}: all {count} files and folders can be used")


def _who(site: Site, jobs: str, account: Account) -> str:
    if site.is_service:
        return f"{account.name} runs {jobs} ({account.how})"
    return f"{account.name}, as no service is installed ({account.how})"


def _needs(site: Site, job: Job) -> Iterator[_Need]:
    config = site.config
    yield _Need("the settings file", site.path)
    yield _Need("the state folder", site.state_folder, 0)
    for _, reference in secret_references(config):
        if reference.scheme == "file":
            yield _Need(f"the secret {reference}", Path(reference.name))
    if job is Job.JOURNAL:
        yield from _journal_needs(site)
    else:
        yield from _notifier_needs(site)


def _journal_needs(site: Site) -> Iterator[_Need]:
    journal = site.config.journal
    yield _Need("the spool", site.spool_folder, 0)
    for source in journal.sources:
        if source.device is not None:
            yield _Need(f"the device of source {source.name}", Path(source.device), READ | WRITE)
        if source.path is not None:
            for path in _files(source.path):
                yield _Need(f"the file of source {source.name}", path)
    for each in (*journal.phone_books, *journal.extensions):
        for path in filter(None, (each.path, each.ca_file)):
            yield _Need("the phone book", path)
    if journal.tariffs is not None and journal.tariffs.file is not None:
        yield _Need("the table of tariffs", journal.tariffs.file)


def _notifier_needs(site: Site) -> Iterator[_Need]:
    config = site.config
    yield _Need("the log", site.log_file.parent, 0)
    if site.log_file.exists():
        yield _Need("the log", site.log_file, READ | WRITE)
    for feed in config.feeds:
        if feed.path is not None:
            yield _Need(f"the file of feed {feed.name}", feed.path)
    if config.mail is None:
        return
    for server in config.mail.servers:
        if server.ca_file is not None:
            yield _Need(f"the authorities of {server.host}", server.ca_file)
    resort = config.mail.last_resort
    if resort.folder is not None:
        yield _Need("the last resort's folder", resort.folder, 0)
    if resort.command is not None:
        yield _Need("the last resort's program", resort.command, READ | EXECUTE)


def _files(pattern: Path) -> list[Path]:
    """The files that a pattern means now; a source's own probe says if there are none."""
    from cmtel.adapters.sources.file_finder import FileFinder

    try:
        found = [Path(file.path) for file in FileFinder(str(pattern)).find(0.0)]
    except OSError:
        found = []
    return found[-1:]


def _look(site: Site, account: Account, need: _Need) -> Access:
    if site.is_service and sys.platform == "linux" and _is_private(need.path):
        return Access(False, need.path, "a service sees a /tmp of its own: PrivateTmp")
    if need.wanted == 0:
        is_later = site.is_made_later(need.path)
        return Access(True, need.path) if is_later else account.may_make(need.path)
    nearest = existing(need.path)
    if nearest == need.path.absolute():
        return account.may(need.path, need.wanted)
    # Not there, which other probes say; or hidden behind a folder, which is a matter of rights.
    if nearest.is_dir() and not own_account().may(nearest, EXECUTE).is_allowed:
        why = "this user may not look there"
        return Access(False if account.is_own else None, nearest, why)
    return account.may(nearest, EXECUTE if nearest.is_dir() else READ)


def _is_private(path: Path) -> bool:
    """Source: systemd.exec(5), PrivateTmp=."""
    return any(path.absolute().is_relative_to(each) for each in ("/tmp", "/var/tmp"))  # noqa: S108  # nothing is put there


_WORDS = {0: "write in", READ: "read", READ | WRITE: "read and write", READ | EXECUTE: "run"}


def _said(account: Account, need: _Need, found: Access) -> str:
    verb = "may not" if found.is_allowed is False else "may perhaps not"
    where = "" if found.culprit == need.path.absolute() else f"{found.culprit}: "
    return (
        f"{account.name} {verb} {_WORDS[need.wanted]} {need.what} {need.path} ({where}{found.why})"
    )


def _once(lines: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(lines))


def _settings_access(site: Site) -> Finding:
    """Whether others may read passwords in the settings file, or change it."""
    has_secret = _has_literal_secret(site.config)
    if sys.platform == "win32":
        if not has_secret:
            return ok(f"{site.path} has no password in it")
        return warn(
            f"{site.path} has passwords in it; who may read it cannot be told here",
            "Look at its security settings; better, keep them with 'cmtel secret set'.",
        )
    mode = site.path.stat().st_mode
    bits = f"mode {stat.S_IMODE(mode):04o}"
    if mode & stat.S_IWOTH:
        return fail(f"everybody may change {site.path} ({bits})", f"chmod o-w {site.path}")
    if has_secret and mode & stat.S_IROTH:
        return fail(
            f"there are passwords in {site.path}, and everybody may read it ({bits})",
            f"chmod o-rwx {site.path}; better, keep them with 'cmtel secret set'.",
        )
    words = "has passwords in it and" if has_secret else "has no password in it and"
    return ok(f"{site.path} {words} is {bits}")


def _has_literal_secret(config: Config) -> bool:
    for _, section, element in walk(config, outline(Config)):
        for each in element.attributes:
            value = getattr(section, each.field)
            if isinstance(value, Secret):
                return True
            if each.name in ("url", "connection") and has_password(str(value)):
                return True
    return False
