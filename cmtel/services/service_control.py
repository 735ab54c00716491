"""Install, start, stop, pause: every verb is idempotent, and waits until it is so.

What is not ours is never touched: a service of the same name that runs something else is named
and left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cmtel.domain.service_states import Drift, ServiceDefinition, ServiceState, ServiceStatus
from cmtel.errors import (
    ConfigError,
    ServiceError,
    ServiceNotInstalled,
    ServiceNotRunning,
    ServiceTimeout,
)
from cmtel.services.ports import Clock
from cmtel.services.service_ports import ServiceManager

#: How long a verb waits for its state, unless told otherwise.
PATIENCE_SECS = 60.0
#: From one look to the next.
LOOK_EVERY_SECS = 0.2
_UP = (ServiceState.RUNNING, ServiceState.PAUSED)
_DOWN = (ServiceState.STOPPED, ServiceState.FAILED)


class Done(NamedTuple):
    """What a verb did, and how the service stands now.

    ``did``: one word for scripts: installed, updated, unchanged, uninstalled, started, stopped,
    restarted, paused, resumed, already.
    """

    did: str
    status: ServiceStatus
    drift: Sequence[Drift] = ()


class ServiceControl:
    """The verbs for one service."""

    def __init__(
        self, manager: ServiceManager, clock: Clock, name: str,
        patience_secs: float = PATIENCE_SECS, before_restart: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Make it.

        Args:
            before_restart: Called before a stop that is followed by a start, so that the service
                does not take it for the end.
        """
        self._manager = manager
        self._clock = clock
        self._name = name
        self._patience_secs = patience_secs
        self._before_restart = before_restart

    @property
    def name(self) -> str:
        """The name of the service, as the system knows it."""
        return self._name

    def status(self) -> ServiceStatus:
        """Return how it stands."""
        return self._manager.look(self._name)

    def install(self, wanted: ServiceDefinition, *, replaces: bool = False) -> Done:
        """Install it, or bring an installed one up to date; a running one is restarted then.

        Args:
            replaces: A foreign service of this name may be taken over.

        Raises:
            ConfigError: There is a service of this name that is not ours.
            AccessDenied, ServiceError, ServiceTimeout: The system refused, or did not follow.
        """
        self._refuse_foreign(replaces=replaces)
        if self.status().state is ServiceState.NOT_INSTALLED:
            self._manager.create(wanted)
            return Done("installed", self.status())
        drift = self._manager.drift(wanted)
        if not drift:
            return Done("unchanged", self.status())
        was_up = self.status().state in _UP
        if was_up:
            self._before_restart()
            self._halt()
        self._manager.update(wanted)
        if was_up:
            self.start()
        return Done("updated", self.status(), drift)

    def uninstall(self) -> Done:
        """Stop and remove it; settings, state and logs stay.

        Raises:
            ConfigError: The service of this name is not ours.
        """
        self._refuse_foreign(replaces=False)
        if self.status().state is ServiceState.NOT_INSTALLED:
            return Done("already", self.status())
        self.stop()
        self._manager.remove(self._name)
        if self._manager.foreign_owner(self._name):  # one that was replaced is there again
            return Done("uninstalled", ServiceStatus(self._name, ServiceState.NOT_INSTALLED))
        return Done("uninstalled", self._wait_for((ServiceState.NOT_INSTALLED,), "uninstalled"))

    def start(self, *, resumes: str = "") -> Done:
        """Start it; a running or paused one stays as it is.

        Args:
            resumes: Who wants a paused one to go on; "": it stays paused.

        Raises:
            ServiceError: It ended again at once; the message has the reason.
        """
        state = self._installed().state
        if state is ServiceState.PAUSED and resumes:
            return self.resume(resumes)
        if state in _UP:
            return Done("already", self.status())
        if state is not ServiceState.STARTING:
            self._manager.start(self._name)
        return Done("started", self._wait_for(_UP, "running", fails=self._has_failed_to_start))

    def stop(self) -> Done:
        """Stop it; one that does not run stays as it is."""
        if self._installed().state in _DOWN:
            return Done("already", self.status())
        return Done("stopped", self._halt())

    def restart(self) -> Done:
        """Stop it if it runs, and start it."""
        if self._installed().state in _UP:
            self._before_restart()
        self.stop()
        return self.start()._replace(did="restarted")

    def pause(self, secs: int | None, reason: str, by: str) -> Done:
        """Pause it.

        Raises:
            ServiceNotRunning: It does not run.
        """
        if self._running().state is ServiceState.PAUSED:
            return Done("already", self.status())
        self._manager.pause(self._name, secs, reason, by)
        return Done("paused", self._wait_for((ServiceState.PAUSED,), "paused"))

    def resume(self, by: str) -> Done:
        """Let a paused one go on.

        Raises:
            ServiceNotRunning: It does not run.
        """
        if self._running().state is ServiceState.RUNNING:
            return Done("already", self.status())
        self._manager.resume(self._name, by)
        return Done("resumed", self._wait_for((ServiceState.RUNNING,), "running"))

    def _halt(self) -> ServiceStatus:
        if self.status().state is not ServiceState.STOPPING:
            self._manager.stop(self._name)
        return self._wait_for(_DOWN, "stopped")

    def _refuse_foreign(self, *, replaces: bool) -> None:
        owner = self._manager.foreign_owner(self._name)
        if owner and not replaces:
            raise ConfigError(
                f"There is a service {self._name} that is not cmtel's: it runs {owner}.",
                hint="It was left alone. cmtel's own are cmtel-notifier and cmtel-journal.",
            )

    def _installed(self) -> ServiceStatus:
        status = self.status()
        if status.state is ServiceState.NOT_INSTALLED:
            raise ServiceNotInstalled(
                f"The service {self._name} is not installed.", hint=f"Install it: {self._command}"
            )
        self._refuse_foreign(replaces=False)
        return status

    def _running(self) -> ServiceStatus:
        status = self._installed()
        if status.state not in _UP:
            raise ServiceNotRunning(
                f"The service {self._name} is {status.state}.",
                hint=self._command.replace("install", "start") + " starts it.",
            )
        return status

    @property
    def _command(self) -> str:
        return f"cmtel {'journal' if 'journal' in self._name else 'notifier'} install"

    @property
    def _log(self) -> str:
        return "The system's log" if "journal" in self._name else "CmTelNotifier.log"

    def _wait_for(
        self, wanted: Sequence[ServiceState], word: str,
        fails: Callable[[ServiceStatus], str] = lambda _: "",
    ) -> ServiceStatus:  # fmt: skip
        began_secs = self._clock.monotonic()
        while (status := self.status()).state not in wanted:
            failure = fails(status)
            if failure:
                raise ServiceError(failure, hint=f"{self._log} says more.")
            waited_secs = self._clock.monotonic() - began_secs
            if waited_secs >= self._patience_secs or self._clock.wait(LOOK_EVERY_SECS):
                raise ServiceTimeout(
                    f"The service {self._name} is {status.state} after {waited_secs:.0f} s; "
                    f"{word} was wanted.",
                    wanted=word, seen=str(status.state), waited_secs=waited_secs,
                )  # fmt: skip
        return status

    def _has_failed_to_start(self, status: ServiceStatus) -> str:
        if status.state not in _DOWN:
            return ""
        why = self._manager.why_it_ended(self._name)
        return f"The service {self._name} was started and ended again: {why or 'nobody says why'}."
