"""A service manager in memory: services take some looks to get where they were sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cmtel.domain.service_states import Drift, ServiceDefinition, ServiceState, ServiceStatus

_UNDER_WAY = {
    ServiceState.RUNNING: ServiceState.STARTING,
    ServiceState.STOPPED: ServiceState.STOPPING,
}


@dataclass
class FakeServices:
    """One service of each name; ``looks_needed`` is how slow it is, None: it never arrives."""

    looks_needed: int | None = 2
    #: The service ends at its start, for this reason.
    breaks: str = ""
    foreign: str = ""
    definition: ServiceDefinition | None = None
    state: ServiceState = ServiceState.NOT_INSTALLED
    goal: ServiceState | None = None
    asked: list[str] = field(default_factory=list)
    _looks: int = 0

    def look(self, name: str) -> ServiceStatus:
        if self.goal is not None and self.looks_needed is not None:
            self._looks += 1
            if self._looks >= self.looks_needed:
                is_broken = self.goal is ServiceState.RUNNING and self.breaks
                self.state = ServiceState.FAILED if is_broken else self.goal
                self.goal = None
        return ServiceStatus(name, self.state)

    def foreign_owner(self, name: str) -> str:
        return self.foreign

    def drift(self, wanted: ServiceDefinition) -> Sequence[Drift]:
        if self.definition is None or self.definition == wanted:
            return ()
        return [Drift("command", " ".join(self.definition.command), " ".join(wanted.command))]

    def create(self, wanted: ServiceDefinition) -> None:
        self.asked.append("create")
        self.definition, self.state, self.foreign = wanted, ServiceState.STOPPED, ""

    def update(self, wanted: ServiceDefinition) -> None:
        self.asked.append("update")
        self.definition, self.foreign = wanted, ""

    def remove(self, name: str) -> None:
        self.asked.append("remove")
        self.definition, self.state = None, ServiceState.NOT_INSTALLED

    def start(self, name: str) -> None:
        self._go(ServiceState.RUNNING, "start")

    def stop(self, name: str) -> None:
        self._go(ServiceState.STOPPED, "stop")

    def pause(self, name: str, secs: int | None, reason: str, by: str) -> None:
        self._go(ServiceState.PAUSED, "pause")

    def resume(self, name: str, by: str) -> None:
        self._go(ServiceState.RUNNING, "resume")

    def why_it_ended(self, name: str) -> str:
        return self.breaks

    def _go(self, goal: ServiceState, verb: str) -> None:
        self.asked.append(verb)
        self.goal, self._looks = goal, 0
        if verb in ("start", "stop"):
            self.state = _UNDER_WAY[goal]
