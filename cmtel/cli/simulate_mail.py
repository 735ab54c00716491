"""``cmtel simulate mail-server``: a mail server that shows mails, and misbehaves when asked to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cmtel.cli.output import emit_json, emit_text, flush_output, safe, settings, tell
from cmtel.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from cmtel.bootstrap.mail_server import MailServerOrder, ShownMail

app = typer.Typer()


@app.command(name="mail-server")
def mail_server(
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Listen there; port 0: any port.")
    ] = "127.0.0.1:2525",
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Put each mail there as an .eml file.")
    ] = None,
    mails: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="End after N mails.")
    ] = None,
    tls: Annotated[
        Literal["none", "starttls", "implicit"],
        typer.Option(help="How the connection must be encrypted; needs --certificate."),
    ] = "none",
    certificate: Annotated[
        Path | None, typer.Option(metavar="PEM", help="Certificate and key of the server.")
    ] = None,
    login: Annotated[
        str | None, typer.Option(metavar="USER:PASSWORD", help="Take mail only after this login.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(metavar="TOKEN", help="Take mail only after XOAUTH2 with this.")
    ] = None,
    reject: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="Refuse this recipient (550).")
    ] = None,
    defer: Annotated[
        int, typer.Option(min=0, metavar="N", help="Put the first N mails off (451).")
    ] = 0,
    drop: Annotated[
        int, typer.Option(min=0, metavar="N", help="Take N mails, and cut in place of the answer.")
    ] = 0,
    delay: Annotated[
        float, typer.Option(min=0, metavar="SECS", help="Wait before the answer to each mail.")
    ] = 0.0,
    answer: Annotated[
        list[str] | None,
        typer.Option(metavar="COMMAND=REPLY", help="Always answer so: 'RCPT=451 4.7.1 later'."),
    ] = None,
) -> ExitStatus:
    """Take mails, show a line for each, and deliver nowhere."""
    from cmtel.adapters.mail_sink.behaviour import Behaviour
    from cmtel.bootstrap.mail_server import MailServerOrder
    from cmtel.cli.simulate_words import address
    from cmtel.config.secret import Secret

    host, port = address(listen) or ("", 0)
    user, password = _login(login)
    if (tls == "none") != (certificate is None):
        raise UsageError("--tls and --certificate are used together.")
    behaviour = Behaviour(
        certificate, tls, user, Secret(password) if user else None,
        Secret(token) if token else None, _answers(answer or []),
        frozenset(map(str.lower, reject or [])), defer, drop, delay,
    )  # fmt: skip
    return _serve(MailServerOrder(host, port, behaviour, folder, mails))


def _serve(order: MailServerOrder) -> ExitStatus:
    """Serve until enough mails came, or for ever; stopping what has no end is no failure."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.mail_server import run_mail_server
    from cmtel.cli.signals import stopped_by_signals

    clock = SystemClock()
    with stopped_by_signals(clock):
        count = run_mail_server(order, clock, tell, _show)
    has_end = order.max_mails is not None
    is_early = has_end and count != order.max_mails
    return ExitStatus.INTERRUPTED if is_early else ExitStatus.DONE


def _show(mail: ShownMail) -> None:
    if settings.is_json:
        document = mail._asdict()
        emit_json({"from": document.pop("sender"), "to": document.pop("recipients"), **document})
    else:
        emit_text(safe(f"{mail.sender} -> {', '.join(mail.recipients)}: {mail.subject}"))
    flush_output()


def _login(text: str | None) -> tuple[str | None, str]:
    user, colon, password = (text or "").partition(":")
    if text is not None and not (user and colon):
        raise UsageError("--login is written USER:PASSWORD.")
    return (user if text is not None else None), password


def _answers(words: list[str]) -> dict[str, str]:
    answers = {}
    for word in words:
        command, _, reply = word.partition("=")
        if command not in ("MAIL", "RCPT", "DATA") or not re.fullmatch(r"[45]\d\d [ -~]+", reply):
            hint = "Write COMMAND=REPLY with MAIL, RCPT or DATA, as 'RCPT=451 4.7.1 later'."
            raise UsageError(f"{word} is no answer.", hint=hint)
        answers[command] = reply
    return answers
