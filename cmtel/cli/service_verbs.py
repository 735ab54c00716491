"""``install``, ``uninstall``, ``start``, ``stop``, ``restart`` and ``status`` of a service.

The notifier and the journal have the same verbs; each group adds an app made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.output import emit_json, emit_pairs, settings, tell
from cmtel.errors import ExitStatus

if TYPE_CHECKING:
    from cmtel.domain.service_states import ServiceStatus
    from cmtel.services.service_control import Done, ServiceControl

Account = Annotated[
    str, typer.Option("--account", metavar="A", help="Who it runs as; else an account of its own.")
]
Start = Annotated[
    str, typer.Option("--start", metavar="MODE", help="auto (default), delayed or manual.")
]
Operators = Annotated[
    str, typer.Option("--operators", metavar="GROUP", help="Who else may control it; Windows.")
]
Groups = Annotated[
    list[str] | None,
    typer.Option("--groups", metavar="GROUP", help="A further group of its account; Linux."),
]
Now = Annotated[bool, typer.Option("--now", help="Start it, too.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Take over a service of this name that is not cmtel's.")
]
User = Annotated[bool, typer.Option("--user", help="A service of your own; Linux.")]

_WORDS = {"already": "nothing to do", "unchanged": "installed already, nothing to change"}


def verbs_of(job: str) -> typer.Typer:
    """Return an app with the verbs of the service that does ``job``: notifier or journal."""
    app = typer.Typer()
    _add_installation(app, job)
    _add_control(app, job)
    return app


def _add_installation(app: typer.Typer, job: str) -> None:
    @app.command("install")
    def install(
        account: Account = "", start: Start = "auto", operators: Operators = "",
        groups: Groups = None, now: Now = False, replace: Replace = False, user: User = False,
    ) -> None:  # fmt: skip
        """Install the service, or bring an installed one up to date."""
        from cmtel.bootstrap import services

        words = services.InstallWords(
            account, start, operators, groups or (), now, replace, settings.language,
            settings.is_drop_in,
        )  # fmt: skip
        kind = services.Job(job)
        _show(services.install(kind, words, settings.config_path, is_user=user))

    @app.command("uninstall")
    def uninstall(user: User = False) -> None:
        """Stop and remove the service; settings, state and logs stay."""
        _show(_control(job, is_user=user).uninstall())


def _add_control(app: typer.Typer, job: str) -> None:
    @app.command("start")
    def start(user: User = False) -> None:
        """Start the service, and wait until it runs."""
        from cmtel.bootstrap.notifier_requests import whoever_asks

        resumes = whoever_asks(None) if settings.is_drop_in else ""
        _show(_control(job, is_user=user).start(resumes=resumes))

    @app.command("stop")
    def stop(user: User = False) -> None:
        """Stop the service, and wait until it has ended."""
        _show(_control(job, is_user=user).stop())

    @app.command("restart")
    def restart(user: User = False) -> None:
        """Stop the service if it runs, and start it."""
        _show(_control(job, is_user=user).restart())

    @app.command("status")
    def status(user: User = False) -> ExitStatus:
        """Show how the service stands: exit 0 running, 3, 4 or 9."""
        from cmtel.services.service_report import exit_status

        found = _control(job, is_user=user).status()
        _emit(found)
        return exit_status(found.state)


def _control(job: str, *, is_user: bool) -> ServiceControl:
    from cmtel.bootstrap import services

    kind = services.Job(job)
    return services.control(kind, is_user=is_user, is_drop_in=settings.is_drop_in)


def _show(done: Done) -> None:
    """Say what was done, and show how the service stands after it."""
    tell(f"{done.status.name}: {_WORDS.get(done.did, done.did)}.")
    for drift in done.drift:
        tell(f"  {drift.what}: {drift.found or 'nothing'} -> {drift.wanted or 'nothing'}")
    _emit(done.status, done)


def _emit(status: ServiceStatus, done: Done | None = None) -> None:
    from cmtel.services.service_report import service_report

    report = service_report(status)
    if settings.is_json:
        emit_json(report if done is None else {**report, **_what(done)})
    else:
        emit_pairs({name: value for name, value in report.items() if value is not None})


def _what(done: Done) -> dict[str, object]:
    return {"did": done.did, "drift": [drift._asdict() for drift in done.drift]}
