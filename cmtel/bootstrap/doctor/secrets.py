"""Whether there is a secret behind each reference; what it is stays where it is.

A secret may be for the account of the service alone. Then the probes that need it are not checked,
which is no failure.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from cmtel.adapters.account_rights import own_account
from cmtel.bootstrap.config import resolve_secret
from cmtel.config.advice import secret_references
from cmtel.errors import AccessDenied, CmtelError
from cmtel.services.doctor import Finding, Probe, fail, ok, warn

if TYPE_CHECKING:
    from cmtel.bootstrap.doctor.site import Site
    from cmtel.config.secret import SecretRef

#: There systemd puts what it hands to a service (systemd.exec(5), "Credentials").
_CREDENTIALS = "CREDENTIALS_DIRECTORY"


def secret_probes(site: Site) -> list[Sequence[Probe]]:
    """Return a probe of each reference."""
    references = dict.fromkeys(reference for _, reference in secret_references(site.config))
    return [
        [Probe("secret", f"{each}", partial(_secret, site, each), f"{each}")] for each in references
    ]


def _secret(site: Site, reference: SecretRef) -> Finding:
    """Whether there is something behind a reference; what it is stays where it is."""
    why = locked(reference)
    if why and site.is_service:
        return warn(f"{why} Only the service's account may", "See the probe user-rights.")
    resolve_secret(reference)
    if reference.scheme == "keyring" and site.is_service:
        return fail(
            "a keyring belongs to a person; the service cannot open it",
            "Use dpapi: on Windows, cred: or file: elsewhere ('cmtel secret set').",
        )
    if reference.scheme == "env" and site.is_service:
        return warn(
            "it is set here; whether the service has it cannot be told from here",
            "A service does not have a person's environment: use cred:, dpapi: or file:.",
        )
    return ok("it is there")


def locked(reference: SecretRef | None) -> str:
    """Return why this user cannot have a secret that the service may well have; else empty."""
    if reference is None:
        return ""
    try:
        resolve_secret(reference)
    except AccessDenied as error:
        return error.message
    except CmtelError:
        if reference.scheme == "cred" and not _sees_credentials():
            return f"The secret {reference} is handed to the service alone."
    return ""  # or nobody has it: the probes of secrets say so


def _sees_credentials() -> bool:
    """A service has its own; root may look at the files that systemd takes them from."""
    return _CREDENTIALS in os.environ or own_account().user_id == 0


def unchecked(reference: SecretRef | None) -> Finding | None:
    """Return what a probe says that needs a secret which this user cannot have; None: he can."""
    why = locked(reference)
    return warn(f"not checked. {why}", "Run it as the service's account.") if why else None
