"""The ways to tell people: mail servers up to where a mail would begin, channels, last resort."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from cmtel.adapters.account_rights import EXECUTE, READ, existing
from cmtel.bootstrap.doctor.secrets import unchecked
from cmtel.bootstrap.mail import make_channels, make_mailer
from cmtel.bootstrap.services import Job
from cmtel.config.networks import is_loopback
from cmtel.domain.mails.remedies import remedy_of
from cmtel.domain.mails.replies import Reply
from cmtel.services.doctor import Finding, Probe, fail, ok, warn

if TYPE_CHECKING:
    from pathlib import Path

    from cmtel.bootstrap.doctor.site import Site
    from cmtel.config.mail import Channel, Mail, Server

#: A server that is slower than this is told as silent; the notifier itself is more patient.
_PATIENCE_SECS = 8
_LATER = range(400, 500)


def mail_probes(site: Site) -> list[Sequence[Probe]]:
    """Return a probe of each server and channel, and of the last resort."""
    channels = {each.name: each for some in site.config.recipients for each in some.channels}
    told = [
        [Probe("channel", name, partial(_channel, site, each))] for name, each in channels.items()
    ]
    mail = site.config.mail
    if mail is None:
        return [*told]
    servers = [_server_probe(site, mail, server) for server in mail.servers]
    resort = mail.last_resort
    last: list[Sequence[Probe]] = []
    if resort.folder is not None or resort.command is not None:
        last.append([Probe("last-resort", "", partial(_last_resort, site, mail))])
    return [*servers, *told, *last]


def _server_probe(site: Site, mail: Mail, server: Server) -> Sequence[Probe]:
    name = server.host if server.port is None else f"{server.host}:{server.port}"
    look = partial(_server, site, mail, server)
    return [Probe("mail-server", name, look, f"the mail server {name}")]


def _server(site: Site, mail: Mail, server: Server) -> Finding:
    """Connect, encrypt, log in, QUIT."""
    from cmtel.adapters.smtp.dialogue import Dialogue

    found = unchecked(server.secret_ref)
    if found is not None:
        return found
    asks_anew = server.auth == "xoauth2" and server.grant == "refresh-token"
    tried = server.model_copy(
        update={
            "timeout_secs": min(server.timeout_secs, _PATIENCE_SECS),
            **({"auth": "none"} if asks_anew else {}),
        }
    )
    dialogue = Dialogue()
    reply = make_mailer(tried, mail.sender, site.clock, dialogue).knock()
    if reply is not None:
        return _refused(reply, dialogue.lines)
    words = ", ".join(line[2:] for line in dialogue.lines if line.startswith("* encrypted"))
    words = words or "not encrypted"
    if asks_anew:
        return warn(
            f"answers, {words}; the login was not tried: a token server may change the refresh "
            "token at each use",
            "'cmtel notifier test-mail' tries it, as the account that runs the service.",
        )
    if server.tls == "none" and not is_loopback(server.host):
        return warn(f"answers, {words}: mails cross the network in clear", 'Use tls="starttls".')
    has_login = server.auth == "xoauth2" or (server.auth != "none" and server.user is not None)
    return ok(f"answers, {words}, {'logged in' if has_login else 'without a login'}")


def _refused(reply: Reply, dialogue: Sequence[str]) -> Finding:
    said = f"{reply.code} {reply.text}" if reply.code is not None else reply.text
    cure = remedy_of(reply.code, reply.text) or "'cmtel notifier test-mail' shows the dialogue."
    is_passing = reply.code is not None and reply.code in _LATER
    return (warn if is_passing else fail)(f"at {reply.stage.value}: {said}", cure, dialogue)


def _channel(site: Site, channel: Channel) -> Finding:
    """Whether its URL is one that is known; nothing is sent."""
    from cmtel.config.mail import Recipients

    found = unchecked(channel.secret_ref)
    if found is not None:
        return found
    make_channels([Recipients(list=channel.name, channels=(channel,))])
    return ok("its URL can be used; nothing was sent ('cmtel notifier test-mail' does)")


def _last_resort(site: Site, mail: Mail) -> Finding:
    account = site.account(Job.NOTIFIER)
    resort = mail.last_resort
    told: list[str] = []
    if resort.folder is not None:
        found = account.may_make(resort.folder)
        if found.is_allowed is False:
            cure = "Give the account that right, or name another folder."
            return fail(f"{account.name} may not write in {resort.folder} ({found.why})", cure)
        told.append(f"mails go to {resort.folder}")
    if resort.command is not None:
        problem = _not_runnable(site, resort.command)
        if problem:
            return fail(problem, "Correct LastResort/@command, or its rights (chmod +x).")
        told.append(f"{resort.command} can be run; it was not")
    return ok("; ".join(told))


def _not_runnable(site: Site, command: Path) -> str:
    if existing(command) != command.absolute() or not command.is_file():
        return f"there is no program {command}"
    account = site.account(Job.NOTIFIER)
    if os.name != "nt" and account.may(command, READ | EXECUTE).is_allowed is False:
        return f"{account.name} may not run {command}"
    return ""
