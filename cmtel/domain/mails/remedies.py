"""What to do about the answers of mail servers that administrators ask about most.

Source: Microsoft, "Deprecation of Basic authentication in Exchange Online" and "Enable or disable
authenticated client SMTP submission"; Google, "Gmail SMTP errors and codes"; RFC 3463 (enhanced
status codes).
"""

from __future__ import annotations

from typing import NamedTuple


class _Remedy(NamedTuple):
    """``code`` None: whatever the code. Each of ``words`` must be in the text, in lower case."""

    code: int | None
    words: tuple[str, ...]
    says: str


_OAUTH = 'use auth="xoauth2" with tenant, clientId and secretRef, or a relay of your own'
_SEND_AS = (
    "the application needs SMTP.SendAsApp with admin consent, and its service principal full "
    "access to the mailbox (New-ServicePrincipal, Add-MailboxPermission)"
)
_APP_PASSWORD = "make an app password in the Google account (2-step verification on) and use it"  # noqa: S105 - it is a sentence

#: The first that fits counts.
_REMEDIES = (
    _Remedy(535, ("5.7.139", "smtpclientauthentication is disabled"),
            "Microsoft 365: switch authenticated SMTP on for this mailbox (Set-CASMailbox "
            "-SmtpClientAuthenticationDisabled $false) or the tenant"),
    _Remedy(535, ("5.7.139", "security defaults"),
            f"Microsoft 365: the security defaults forbid passwords; {_OAUTH}"),
    _Remedy(535, ("5.7.139",), f"Microsoft 365: passwords are switched off here; {_OAUTH}"),
    _Remedy(550, ("5.7.30",), f"Microsoft 365 takes passwords no longer; {_OAUTH}"),
    _Remedy(535, ("5.7.3",), f"Microsoft 365: check user and secret; with xoauth2 {_SEND_AS}"),
    _Remedy(530, ("5.7.57",), "Microsoft 365 wants a login: give auth, user and secretRef"),
    _Remedy(None, ("5.7.60",), "the login may not send as this sender: set Mail/@from to the "
            "mailbox that logs in, or grant it SendAs"),
    _Remedy(None, ("sendasdenied",), "the login may not send as this sender: set Mail/@from to the "
            "mailbox that logs in, or grant it SendAs"),
    _Remedy(432, ("4.3.2",), "Microsoft 365: more than 3 connections with this mailbox at once; "
            "cmtel uses one, so look for other programs that use it"),
    _Remedy(534, ("5.7.9",), f"Gmail takes no account password here: {_APP_PASSWORD}"),
    _Remedy(535, ("5.7.8", "gsmtp"), f"Gmail: wrong user or password; {_APP_PASSWORD}"),
    _Remedy(550, ("5.4.5",), "Gmail: the day's quota of mails is used up; it comes back tomorrow"),
    _Remedy(None, ("invalid_client",), "check clientId and the client secret (its value, not its "
            "id; has it expired?), then 'cmtel secret set'"),
    _Remedy(None, ("invalid_grant",), "the refresh token has expired or was revoked: give the "
            "consent again and store the new one with 'cmtel secret set'"),
    _Remedy(None, ("invalid_scope",), "check Server/@scope"),
    _Remedy(None, ("aadsts90002",), "there is no such tenant: check Server/@tenant"),
    _Remedy(None, ("aadsts700016",), "the tenant has no such application: check Server/@clientId"),
    _Remedy(None, ("certificate", "another name"), "write Server/@host as the certificate has it"),
    _Remedy(None, ("does not offer starttls",), "ask for the server's submission port (587), or "
            'port 465 with tls="implicit"'),
    _Remedy(None, ("answers in clear text",), 'use tls="starttls", or port 465'),
    _Remedy(None, ("connection refused",), "check host, port, and the firewalls between"),
    _Remedy(None, ("name or service not known",), "check Server/@host and the DNS of this machine"),
    _Remedy(None, ("getaddrinfo failed",), "check Server/@host and the DNS of this machine"),
    _Remedy(None, ("relay",), "the server takes mail for others only after a login, or from "
            "addresses that its administrator allows"),
    _Remedy(535, (), "check user and password ('cmtel secret set')"),
    _Remedy(530, (), "the server wants a login, or encryption: give user and secretRef, and tls"),
    _Remedy(538, (), 'the server wants encryption before a login: tls="starttls"'),
    _Remedy(552, (), "the mail is larger than the server takes"),
)  # fmt: skip


def remedy_of(code: int | None, text: str) -> str:
    """Return what an administrator can do about an answer; empty if nothing is known of it."""
    lowered = text.lower()
    for remedy in _REMEDIES:
        if remedy.code in (None, code) and all(word in lowered for word in remedy.words):
            return remedy.says
    return ""
