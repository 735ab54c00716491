"""What to do about answers that are known."""

from __future__ import annotations

import pytest

from cmtel.domain.mails.remedies import remedy_of


@pytest.mark.parametrize(
    ("code", "text", "says"),
    [
        (535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
              "Tenant.", "switch authenticated SMTP on"),
        (535, "5.7.139 Authentication unsuccessful, basic authentication is disabled", "xoauth2"),
        (550, "5.7.30 Basic authentication is not supported for Client Submission", "xoauth2"),
        (535, "5.7.3 Authentication unsuccessful", "SMTP.SendAsApp"),
        (432, "4.3.2 Concurrent connections limit exceeded", "more than 3 connections"),
        (534, "5.7.9 Application-specific password required", "app password"),
        (535, "5.7.8 Username and Password not accepted - gsmtp", "app password"),
        (535, "5.7.8 Error: authentication failed", "check user and password"),
        (554, "5.2.252 SendAsDenied; c@x.test not allowed to send as", "Mail/@from"),
        (535, "The token server x refuses: invalid_client: AADSTS7000215", "clientId"),
        (None, "the certificate of h is for another name", "Server/@host"),
        (None, "Connection refused", "host, port"),
    ],
)  # fmt: skip
def test_known_answers_have_a_remedy(code: int | None, text: str, says: str) -> None:
    assert says in remedy_of(code, text)


@pytest.mark.parametrize(("code", "text"), [(451, "4.7.1 greylisted"), (None, ""), (250, "OK")])
def test_others_have_none(code: int | None, text: str) -> None:
    assert remedy_of(code, text) == ""
