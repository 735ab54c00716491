"""From the words of ``notifier log`` to the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from cmtel.adapters.notifier_log.tail import Tail
from cmtel.bootstrap.config import load_config_or_defaults, locate_config
from cmtel.bootstrap.folders import log_folder
from cmtel.bootstrap.since import since
from cmtel.domain.incidents.actions import Level
from cmtel.errors import UsageError
from cmtel.services.notifier_log import LogFilter, level_named

FILE_NAME = "CmTelNotifier.log"
#: How many lines are shown if nobody says otherwise and no time is given.
DEFAULT_LINES = 20


@dataclass(frozen=True, slots=True)
class LogWords:
    """The options, as they were typed."""

    count: int | None
    level: str
    since: str | None
    is_following: bool


class LogSite(NamedTuple):
    """Where the log is, and the site's time zone; None: the machine's."""

    path: Path
    zone: tzinfo | None


def log_site(config_path: str | None) -> LogSite:
    """Return where CmTelNotifier.log is by the settings, if there are any.

    Raises:
        ConfigError: The settings cannot be read.
    """
    default = log_folder() / FILE_NAME
    if locate_config(config_path) is None:
        return LogSite(default, None)  # reading settings takes longer than reading the log
    config = load_config_or_defaults(config_path)
    return LogSite(config.log.file or default, config.time_zone)


def open_log(config_path: str | None, words: LogWords, now: datetime) -> Tail:
    """Return the log, to be read from the lines on that are wanted.

    Raises:
        UsageError: A word is not understood.
        ConfigError: The settings cannot be read.
        CmtelError: There is no log, or it cannot be read.
    """
    path, zone = log_site(config_path)
    wanted = LogFilter(_level(words.level), since(words.since, zone, now))
    count = DEFAULT_LINES if words.count is None and words.since is None else words.count
    return Tail(path, wanted, count, may_come=words.is_following)


def _level(name: str) -> Level:
    try:
        return level_named(name)
    except ValueError as exc:
        raise UsageError(f"--level: {exc}", hint="Such as --level warning.") from exc
