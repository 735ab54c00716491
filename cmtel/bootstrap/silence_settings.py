"""From the settings to how silence is judged and how incidents run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from cmtel.bootstrap.mail import recipients_of
from cmtel.domain.incidents.rules import Escalation, IncidentRules, RepeatTimes
from cmtel.domain.silence.calendar import Calendar, OpenWindow
from cmtel.domain.silence.rule import Mode
from cmtel.services.notifier.learning import Policy

if TYPE_CHECKING:
    from cmtel.config.model import Config
    from cmtel.config.notifier import Holidays, Open, Silence

#: The shortest default floor, and the shortest default grace of blindness, in seconds.
_LEAST_FLOOR_SECS, _LEAST_GRACE_SECS = 300, 600
#: Public holidays are known for so many years back (the longest history) and ahead.
_YEARS_BACK, _YEARS_AHEAD = 2, 2


def policy_of(silence: Silence, check_secs: int, ingest_delay_secs: int) -> Policy:
    """Return how silence is judged by a section of the settings."""
    return Policy(
        mode=Mode(silence.mode),
        floor_secs=silence.floor_secs or max(check_secs, _LEAST_FLOOR_SECS),
        # Mode schedule: each window has a time of its own where Silence has none.
        silence_secs=silence.after_secs or silence.fallback_secs,
        fallback_secs=silence.fallback_secs,
        ceiling_secs=silence.ceiling_secs,
        has_ceiling=silence.use_ceiling,
        budget_per_month=silence.false_alarms_per_month,
        has_level_filter=silence.level_filter,
        history_weeks=silence.history_weeks,
        ingest_delay=timedelta(seconds=ingest_delay_secs),
    )


def calendar_maker(silence: Silence, zone: ZoneInfo) -> Callable[[datetime], Calendar]:
    """Return what makes the calendar as of an instant: holidays of the years around it.

    Files of holidays are read each time. What it makes raises UsageError or ConfigError for a
    country, region or file that there is not.
    """
    windows = tuple(map(_window, silence.open))
    own = frozenset(_span(closed.day, closed.until or closed.day) for closed in silence.closed)
    own_dates = frozenset(day for span in own for day in span)

    def make(now: datetime) -> Calendar:
        years = range(now.year - _YEARS_BACK, now.year + _YEARS_AHEAD + 1)
        return Calendar(zone, own_dates | _holidays(silence.holidays, years), windows)

    return make


def incident_rules(config: Config, namespace: UUID) -> IncidentRules:
    """Return how incidents run; the same for all feeds.

    Told of a stall are all lists but those that are only for escalation or blindness; of
    blindness the list that Blind names, else all.
    """
    check_secs = config.check.every_secs
    members = {each.list: recipients_of([each]) for each in config.recipients}
    special = {each.list for each in config.repeat.escalate} | {config.blind.list}
    usual = [name for name in members if name not in special] or list(members)
    blind = [config.blind.list] if config.blind.list is not None else list(members)
    every = config.repeat.every_secs
    return IncidentRules(
        namespace,
        _people(members, usual),
        _people(members, blind),
        check_secs,
        config.check.confirm,
        RepeatTimes(every) if every else RepeatTimes.by_default(check_secs),
        tuple(
            Escalation(each.list, members[each.list], each.repeats, each.after_secs)
            for each in config.repeat.escalate
        ),
        config.recover.records,
        config.recover.hold_secs or check_secs,
        config.recover.merge_secs,
        config.blind.grace_secs or max(3 * check_secs, _LEAST_GRACE_SECS),
    )


def _people(members: dict[str, tuple[str, ...]], lists: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for name in lists for address in members[name]))


def _window(hours: Open) -> OpenWindow:
    return OpenWindow(
        frozenset(hours.days), _minute(hours.start), _minute(hours.end), hours.after_secs
    )


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _span(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=day) for day in range((last - first).days + 1))


def _holidays(sections: Sequence[Holidays], years: range) -> frozenset[date]:
    from cmtel.adapters.date_file import read_dates
    from cmtel.adapters.public_holidays import public_holidays

    dates: frozenset[date] = frozenset()
    for section in sections:
        if section.file is not None:
            dates |= read_dates(section.file)
        if section.country is not None:
            region = "-".join(filter(None, [section.country, section.subdivision]))
            dates |= public_holidays(region, years)
    return dates
