"""The five things that must be right before anything else, by the names that people know.

Source: the manual of the original, where starting fails for these five reasons: the right of the
user that runs the service, the mail settings, the XML settings, database user and password in the
XML, and the key 'Identificador do Hotel'.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from cmtel.bootstrap.config import resolve_secret
from cmtel.bootstrap.doctor.rights import account_finding
from cmtel.bootstrap.doctor.secrets import unchecked
from cmtel.config.advice import advise, missing_for_journal, missing_for_notifier
from cmtel.config.secret import has_password
from cmtel.errors import CmtelError
from cmtel.services.doctor import Finding, Probe, fail, failure, ok, warn

if TYPE_CHECKING:
    from cmtel.bootstrap.doctor.site import Site
    from cmtel.config.model import Config

#: Name of each, and what it is called in the manual of the original.
NAMES = {
    "user-rights": "the right of the user that runs the service",
    "mail-settings": "the mail settings",
    "xml-settings": "the XML settings",
    "database-login": "database user and password in the XML",
    "hotel-id": "the key 'Identificador do Hotel'",
}


def prerequisites(site: Site) -> list[Sequence[Probe]]:
    """Return a probe for each of the five."""
    looks = {
        "user-rights": partial(account_finding, site),
        "mail-settings": partial(_mail, site.config),
        "xml-settings": partial(_xml, site),
        "database-login": partial(_login, site.config),
        "hotel-id": partial(_hotel, site.config),
    }
    return [[Probe(name, NAMES[name], look, "this machine")] for name, look in looks.items()]


def unread(error: CmtelError) -> list[Sequence[Probe]]:
    """Return the five where the settings cannot be read: that is what is wrong."""
    others = warn("not checked, because the settings cannot be read")
    findings = {**dict.fromkeys(NAMES, others), "xml-settings": failure(error)}
    return [[Probe(name, NAMES[name], partial(_known, found))] for name, found in findings.items()]


def _known(finding: Finding) -> Finding:
    return finding


def _xml(site: Site) -> Finding:
    from cmtel.bootstrap.tariffs import check_tariffs

    missing = [line for job in site.jobs for line in job.missing(site.config)]
    if missing:
        return fail(f"{site.path} lacks what is needed", "Fill it in.", missing)
    warnings = [*advise(site.config), *check_tariffs(site.config)]
    if warnings:
        said = "a warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
        return warn(f"{site.path} can be used, with {said}", "", warnings)
    return ok(f"{site.path} has no problems")


def _mail(config: Config) -> Finding:
    from cmtel.bootstrap.mail import recipients_of

    mail = config.mail
    if mail is None and not config.recipients and config.journal.sources:
        return ok("none: the settings are for the journal alone")
    missing = [line for line in missing_for_notifier(config) if "/Feed" not in line]
    if mail is None or missing:
        return fail("nobody could be mailed", "'cmtel init' writes a sample.", missing)
    people = len(recipients_of(config.recipients))
    servers = ", ".join(server.host for server in mail.servers)
    return ok(f"from {mail.sender} through {servers} to {people} recipient{'s'[: people != 1]}")


def _login(config: Config) -> Finding:
    database = config.database
    if database is None:
        lacking = [*missing_for_journal(config)] if config.journal.sources else []
        if lacking or not config.feeds:
            return fail("the settings name no database", "Add <Database url=.../>.")
        return ok("none: the feeds name theirs")
    if database.url.startswith("sqlite:"):
        return ok("not needed: SQLite has no users")
    has_secret = database.password is not None or database.secret_ref is not None
    in_url = has_password(database.url)
    if database.secret_ref is not None:
        found = unchecked(database.secret_ref)
        if found is not None:
            return found
        resolve_secret(database.secret_ref)
    if database.password is not None or in_url:
        return warn(
            f"user {database.user or 'as in the URL'}, and the password stands in the file",
            "Keep it elsewhere with 'cmtel secret set', and name it by secretRef.",
        )
    if not has_secret:
        return _without_password(config)
    return ok(f"user {database.user or 'as in the URL'}, password by {database.secret_ref}")


def _without_password(config: Config) -> Finding:
    """No password may be meant: a trusted login, or one that the data source has."""
    database = config.database
    user = database.user if database is not None else None
    url = database.url if database is not None else ""
    if user is not None:
        return warn(
            f"user {user}, and no password is given",
            "Give secretRef, unless the database trusts this user without one.",
        )
    if "@" in url or url[:5].lower() == "odbc:":
        return warn(
            "no password is given: it has to be the data source's own, or a trusted login",
            "Give user and secretRef, unless it is meant so; the probe database tries it.",
        )
    return fail("neither user nor password is given", "Give user and secretRef in Database.")


def _hotel(config: Config) -> Finding:
    from cmtel.adapters.windows_registry import registry_text

    hotel = config.hotel
    if hotel.registry_key is not None:
        found = registry_text(hotel.registry_key)
        if not found:
            return fail(f"the registry value {hotel.registry_key} is empty", "Fill it in.")
        return ok(f"{found}, from {hotel.registry_key}")
    if hotel.id is not None:
        return ok(hotel.id)
    return warn(
        "the settings do not say which site this is: mails do not, either",
        'Add <Hotel id="..." name="..."/>, or registryKey where the original keeps it.',
    )
