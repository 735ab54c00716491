"""What controlling a service needs from the operating system, as a Protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cmtel.domain.service_states import Drift, ServiceDefinition, ServiceStatus


class ServiceManager(Protocol):
    """The system's service manager: Windows' control manager, or systemd.

    No method waits for a state: they ask, and return. All but ``look`` may raise AccessDenied,
    whose message says who asked for what, and whose hint says which rights are needed.
    """

    def look(self, name: str) -> ServiceStatus:
        """Return how a service stands; NOT_INSTALLED if there is none. Needs no special rights."""

    def foreign_owner(self, name: str) -> str:
        """Return what a service of this name runs if it is not ours; empty: ours, or none."""

    def drift(self, wanted: ServiceDefinition) -> Sequence[Drift]:
        """Return what differs between the installed service of ours and ``wanted``."""

    def create(self, wanted: ServiceDefinition) -> None:
        """Install it, with its account, folders and rights; it is not started."""

    def update(self, wanted: ServiceDefinition) -> None:
        """Change the installed one; the running process goes on as it was."""

    def remove(self, name: str) -> None:
        """Remove a stopped one. Settings, state and logs stay."""

    def start(self, name: str) -> None:
        """Ask for a start."""

    def stop(self, name: str) -> None:
        """Ask for a stop."""

    def pause(self, name: str, secs: int | None, reason: str, by: str) -> None:
        """Ask a running one to pause; ``secs`` None: for its default time."""

    def resume(self, name: str, by: str) -> None:
        """Ask a paused one to go on."""

    def why_it_ended(self, name: str) -> str:
        """Return what is known of why it is not running: exit code, last lines; may be empty."""
