"""The notifier's sections of the settings file: when it is too quiet, and whom to tell.

What they do, notifier.md says: silence in its section 1, states and timers in 2.3 and 2.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal

from cmtel.config.conditions import Conditions
from cmtel.config.kinds import Duration, Durations, Known, Number, Switch, Text, Whole
from cmtel.config.moments import Day, TimeOfDay, Weekdays
from cmtel.config.paths import FilePath
from cmtel.config.secret import (
    ConnectionUrl,
    Secret,
    SecretRef,
    SecretReference,
    SecretText,
    secret_rules,
)
from cmtel.config.section import Many, Problem, Section, attribute, element

#: Of what is usually minutes: short enough to see the whole way in half a minute, when it is tried.
LEAST_SECS = 1
MINUTE_SECS = 60
HOUR_SECS = 3600
DAY_SECS = 86_400


class Check(Section):
    """How often charging is checked."""

    every_secs: Annotated[int, Duration(LEAST_SECS, DAY_SECS)] = attribute(
        "every", "The check interval X.", 5 * MINUTE_SECS
    )
    confirm: Annotated[int, Whole(1, 10)] = attribute(
        "confirm", "How many good reads in a row must find a stall before it is one.", 2
    )


class Open(Section):
    """Hours in which calls are expected. May be repeated; without any, at all times."""

    days: Annotated[tuple[int, ...], Weekdays()] = attribute("days", "The days of the week.")
    start: Annotated[time, TimeOfDay()] = attribute("from", "From this local time.")
    end: Annotated[time, TimeOfDay()] = attribute(
        "to", "To this local time; if not after 'from', on the next day."
    )
    after_secs: Annotated[int, Duration(LEAST_SECS, 30 * DAY_SECS)] | None = attribute(
        "after",
        "Mode schedule: how much silence in these hours is too much.",
        None,
        default_says="that of Silence",
    )


class Closed(Section):
    """Days on which no calls are expected. May be repeated."""

    day: Annotated[date, Day()] = attribute("date", "The day, or the first day.")
    until: Annotated[date, Day()] | None = attribute(
        "until", "The last day.", None, default_says="the same day"
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        if self.until is not None and self.until < self.day:
            yield ("@until",), "must not lie before date"


class Holidays(Section):
    """Public holidays, counted as closed: by country, or from a file."""

    file: Annotated[Path, FilePath()] | None = attribute(
        "file", "A text file with one date YYYY-MM-DD a line.", None
    )
    country: Annotated[str, Text("two capital letters, such as BR", "[A-Z]{2}")] | None = attribute(
        "country", "The country (ISO 3166) whose public holidays count.", None
    )
    subdivision: Annotated[str, Text("a code such as SP", "[A-Z0-9]{1,5}")] | None = attribute(
        "subdivision", "The state or province of that country.", None
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        if self.file is None and self.country is None:
            yield (), "needs file or country"
        if self.subdivision is not None and self.country is None:
            yield ("@country",), "is needed beside subdivision"


class Silence(Section):
    """When it is too quiet."""

    mode: Literal["expected", "fixed", "schedule"] = attribute(
        "mode",
        "expected: by the calls that should have come, learned from the past; "
        "fixed: after a duration; schedule: after a duration within open hours.",
        "expected",
    )
    false_alarms_per_month: Annotated[float, Number(0.01, 100)] = attribute(
        "falseAlarmsPerMonth", "Mode expected: how many false alarms a month are tolerable.", 1.0
    )
    after_secs: Annotated[int, Duration(LEAST_SECS, 30 * DAY_SECS)] | None = attribute(
        "after", "Modes fixed and schedule: how much silence is too much.", None
    )
    floor_secs: Annotated[int, Duration(LEAST_SECS, 30 * DAY_SECS)] | None = attribute(
        "floor",
        "Mode expected: less silence than this is never too much.",
        None,
        default_says="the larger of the check interval and 5m",
    )
    ceiling_secs: Annotated[int, Duration(MINUTE_SECS, 365 * DAY_SECS)] | None = attribute(
        "ceiling",
        "More silence than this is always too much.",
        None,
        default_says="mode expected: the larger of 24h and 1.5 times the longest calibrated gap",
    )
    use_ceiling: Annotated[bool, Switch()] = attribute(
        "useCeiling", "Whether there is a ceiling at all.", True
    )
    fallback_secs: Annotated[int, Duration(MINUTE_SECS, 365 * DAY_SECS)] = attribute(
        "fallback", "Mode expected: the silence that is too much while still learning.", DAY_SECS
    )
    level_filter: Annotated[bool, Switch()] = attribute(
        "levelFilter", "Mode expected: whether a busier or quieter day is taken into account.", True
    )
    history_weeks: Annotated[int, Whole(3, 52)] = attribute(
        "historyWeeks", "Mode expected: from how many of the last weeks it learns.", 13
    )
    open: Many[Open] = element("Open", ())
    closed: Many[Closed] = element("Closed", ())
    holidays: Many[Holidays] = element("Holidays", ())

    def rules(self, known: Known) -> Iterator[Problem]:
        if self.mode == "fixed" and self.after_secs is None:
            yield ("@after",), "is needed by mode fixed"
        if self.mode == "schedule":
            yield from self._schedule_rules()
        if self.ceiling_secs is not None and self.ceiling_secs < (self.floor_secs or 0):
            yield ("@ceiling",), "must not be less than floor"

    def _schedule_rules(self) -> Iterator[Problem]:
        if not self.open:
            yield ("Open",), "is needed by mode schedule"
        for index, hours in enumerate(self.open):
            if hours.after_secs is None and self.after_secs is None:
                yield ("Open", index, "@after"), "is needed here or in Silence"


class Feed(Section):
    """What is watched for new calls. May be repeated; without any, the journal of this file."""

    name: Annotated[str, Text("a name without blanks", r"[^\s]{1,50}")] = attribute(
        "name", "The feed's name in mails and the log, without blanks."
    )
    source: Literal["journal", "spool", "database", "file"] = attribute(
        "source",
        "journal: the journal table of this file; spool: what was received; "
        "database: a table of another program; file: a text file that grows.",
        "journal",
    )
    connection: Annotated[str, ConnectionUrl()] | None = attribute(
        "connection",
        "Source database: its URL.",
        None,
        default_says="that of Database",
    )
    table: Annotated[str, Text("a table name")] | None = attribute(
        "table", "Source database: the table of the calls.", None
    )
    key_column: Annotated[str, Text("a column name")] | None = attribute(
        "keyColumn", "Source database: the column whose values rise with every new row.", None
    )
    time_column: Annotated[str, Text("a column name")] | None = attribute(
        "timeColumn", "Source database: the column that has the time of the call.", None
    )
    charge_column: Annotated[str, Text("a column name")] | None = attribute(
        "chargeColumn",
        "Source database: the column of the price; given, a row counts only once it is priced.",
        None,
    )
    query: Annotated[str, Text("an SQL query")] | None = attribute(
        "query", "Source database: a SELECT of key and time, in place of table and columns.", None
    )
    calls: Literal["auto", "all", "outgoing", "priced"] = attribute(
        "calls",
        "Source journal: which calls count; priced: outgoing calls that have a charge; "
        "auto: priced where the table has charges, else all.",
        "auto",
    )
    only: Annotated[Mapping[str, frozenset[str]], Conditions()] | None = attribute(
        "only",
        "Only records with these values count: trunk, direction or class of the journal, columns "
        "of a table, source of a spool.",
        None,
    )
    split: Annotated[str, Text("a column name")] | None = attribute(
        "split",
        "Sources journal and database: watch each value of this, too: trunk, direction or class "
        "of the journal, or a column.",
        None,
    )
    user: Annotated[str, Text("a user name")] | None = attribute(
        "user", "The user to log in with.", None, default_says="that of Database"
    )
    secret_ref: Annotated[SecretRef, SecretReference()] | None = attribute(
        "secretRef", "Where that user's password is kept.", None, default_says="that of Database"
    )
    password: Annotated[Secret, SecretText()] | None = attribute(
        "password", "That user's password itself; prefer secretRef.", None
    )
    path: Annotated[Path, FilePath()] | None = attribute("path", "Source file: the file.", None)
    format: Annotated[str, Text("a format name")] | None = attribute(
        "format",
        "Source file: the switch format of its lines.",
        None,
        default_says="every line is a call",
    )
    batch_secs: Annotated[int, Duration(0, HOUR_SECS)] = attribute(
        "batch", "Records that arrive within this time count as one arrival.", 2
    )
    ingest_delay_secs: Annotated[int, Duration(0, 7 * DAY_SECS)] = attribute(
        "ingestDelay", "How late records usually arrive; subtracted from the silence.", 0
    )
    max_lag_secs: Annotated[int, Duration(MINUTE_SECS, 30 * DAY_SECS)] = attribute(
        "maxLag", "A call that arrives later than this after its time is warned of.", DAY_SECS
    )
    silence: Silence | None = element("Silence", None)

    def rules(self, known: Known) -> Iterator[Problem]:
        if (self.source == "file") != (self.path is not None):
            verb = "is needed by" if self.path is None else "is only for"
            yield ("@path",), f"{verb} source file"
        if self.source == "database" and (self.table is None) == (self.query is None):
            yield (), "needs either table or query, for source database"
        yield from self._part_rules()
        if known.formats is not None and self.format and self.format not in known.formats:
            yield ("@format",), f"{self.format!r} is no known format; see 'cmtel format list'"
        yield from secret_rules(self.password, self.secret_ref)

    def _part_rules(self) -> Iterator[Problem]:
        has_columns = self.source in ("journal", "database")
        if self.split is not None and not has_columns:
            yield ("@split",), "is only for sources journal and database"
        if self.source == "file" and self.only is not None:
            yield ("@only",), "is not for source file"
        if self.source == "spool" and set(self.only or ()) - {"source"}:
            yield ("@only",), "can only name the source, for source spool"
        if self.calls != "auto" and self.source != "journal":
            yield ("@calls",), "is only for source journal"


class Escalate(Section):
    """Whom to tell when a stall lasts. May be repeated."""

    after_secs: Annotated[int, Duration(LEAST_SECS, 30 * DAY_SECS)] | None = attribute(
        "after", "How long after the first mail.", None
    )
    repeats: Annotated[int, Whole(1, 1000)] | None = attribute(
        "repeats", "After how many repeats.", None
    )
    list: Annotated[str, Text("the name of a list")] = attribute(
        "list", "The list of Recipients that is mailed from then on, too."
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        if (self.after_secs is None) == (self.repeats is None):
            yield (), "needs either after or repeats"


class Repeat(Section):
    """How often the mail is repeated until charging is back."""

    every_secs: Annotated[tuple[int, ...], Durations(Duration(LEAST_SECS, 7 * DAY_SECS))] | None = (
        attribute(
            "every",
            "From one mail to the next; of several the last one goes on.",
            None,
            default_says="the check interval for an hour, then 15m for three hours, then 60m",
        )
    )
    max_per_day: Annotated[int, Whole(1, 1440)] = attribute(
        "maxPerDay", "After so many mails a day to one recipient: hourly, never silent.", 48
    )
    escalate: Many[Escalate] = element("Escalate", ())


class Recover(Section):
    """When charging counts as being back."""

    records: Annotated[int, Whole(1, 1000)] = attribute("records", "After so many new calls.", 3)
    hold_secs: Annotated[int, Duration(LEAST_SECS, DAY_SECS)] | None = attribute(
        "hold",
        "Or after this time without new silence.",
        None,
        default_says="the check interval",
    )
    merge_secs: Annotated[int, Duration(LEAST_SECS, DAY_SECS)] = attribute(
        "merge", "A stall within this time after the last one reopens that one.", HOUR_SECS
    )


class Blind(Section):
    """What happens when the feed itself cannot be read."""

    grace_secs: Annotated[int, Duration(LEAST_SECS, DAY_SECS)] | None = attribute(
        "grace",
        "How long that may last before it is mailed.",
        None,
        default_says="the larger of three check intervals and 10m",
    )
    list: Annotated[str, Text("the name of a list")] | None = attribute(
        "list", "The list of Recipients that is told.", None, default_says="all lists"
    )
