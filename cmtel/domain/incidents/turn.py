"""One step in the making: the state so far, and what is to be done. Used by one step only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid5

from cmtel.domain.incidents.actions import Action, Archive, FieldValue, Level, Log, QueueMail
from cmtel.domain.incidents.rules import IncidentRules
from cmtel.domain.incidents.states import (
    FeedState,
    Incident,
    IncidentKind,
    Judgement,
    Silence,
    State,
)
from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import MailKind

#: What the log calls a change of state.
_TOPICS = {State.STALLED: "STALL", State.BLIND: "BLIND"}
#: The numbers of a step without a verdict.
_NO_VERDICT = Judgement(Silence.NORMAL, 0.0)


class Turn:
    """Collects the changes of one step. ``now`` and ``rules`` stay the same throughout."""

    def __init__(self, state: FeedState, now: datetime, rules: IncidentRules) -> None:
        self.state = state
        self.now = now
        self.rules = rules
        self.actions: list[Action] = []
        #: The verdict of this step, for the numbers in mails and log.
        self.judgement: Judgement | None = None
        self.is_made_up = False

    def change(self, **fields: Any) -> None:
        """Set fields of the feed's state."""
        self.state = self.state._replace(**fields)

    def change_incident(self, incident: Incident, **fields: Any) -> Incident:
        """Set fields of an open incident, and return it."""
        changed = incident._replace(**fields)
        self.change(**{incident.kind.value: changed})
        return changed

    def move(self, state: State, level: Level = Level.INFO, **fields: FieldValue) -> None:
        """Go to another state; it is logged."""
        topic = _TOPICS.get(state, "STATE")
        self.log(level, topic, state=state.value, was=self.state.state.value, **fields)
        self.change(state=state)

    def log(self, level: Level, topic: str, **fields: FieldValue) -> None:
        """Have an entry logged, with the feed's name."""
        entry = (("feed", self.state.feed), *fields.items())
        self.actions.append(Log(level, topic, entry))

    def open(self, kind: IncidentKind, silent_since: datetime | None, reason: str = "") -> Incident:
        """Open an incident that stands alone; nothing is mailed yet."""
        count = self.state.incident_count + 1
        name = f"{self.state.feed}/{kind}/{count}/{self.now.timestamp():.3f}"
        made = str(uuid5(self.rules.namespace, name))
        incident = Incident(
            made, kind, self.state.feed, self.now, made, silent_since, reason=reason
        )
        self.change(incident_count=count, **{kind.value: incident})
        return incident

    def mail(
        self, kind: MailKind, incident: Incident, recipients: tuple[str, ...], **facts: Any
    ) -> Incident:
        """Queue a mail of an open incident, and return the incident with its number used."""
        if not recipients:
            return incident
        incident = self.change_incident(incident, seq=incident.seq + 1)
        written = self._facts(incident, facts)
        self.actions.append(
            QueueMail(kind, incident.id, incident.thread_id, incident.seq, recipients, written)
        )
        return incident

    def close(self, incident: Incident, kind: MailKind, why: str = "") -> Incident:
        """Close an incident; all who were told are told so, whatever overlay there is."""
        incident = self.change_incident(incident, closed_at=self.now)
        incident = self.mail(kind, incident, incident.told, why=why or incident.reason)
        self.change(**{incident.kind.value: None})
        self.actions.append(Archive(incident))
        return incident

    def _facts(self, incident: Incident, facts: dict[str, Any]) -> MailFacts:
        judgement = self.judgement or _NO_VERDICT
        known: dict[str, Any] = {
            "is_blind": incident.kind is IncidentKind.BLIND,
            "silent_since": incident.silent_since,
            "last_arrival": self.state.last_arrival,
            "resumed_at": self.state.recovering_since,
            "closed_at": incident.closed_at,
            "silence_secs": judgement.silence_secs,
            "expected": judgement.expected,
            "limit": judgement.limit,
            "recurrence": incident.recurrence,
            "flaps": incident.flaps,
            "first_record": self.state.first_record,
            "is_approximate": self.is_made_up,
            "why": incident.reason,
        }
        return MailFacts(self.state.feed, incident.opened_at, **(known | facts))
