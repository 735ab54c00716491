"""The notifier's settings: where they are, whether they changed, and the log that they ask for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from cmtel.adapters.notifier_log.writer import NotifierLog
from cmtel.bootstrap.config import load_config, locate_config
from cmtel.bootstrap.folders import log_folder
from cmtel.bootstrap.notifier_log import FILE_NAME
from cmtel.bootstrap.notifier_parts import NotifierParts
from cmtel.config.advice import missing_for_notifier
from cmtel.config.model import Config
from cmtel.domain.incidents.actions import Level
from cmtel.errors import CmtelError, ConfigError

logger = logging.getLogger(__name__)

_LEVELS = {"debug": Level.DEBUG, "info": Level.INFO, "warning": Level.WARNING, "error": Level.ERROR}


@dataclass(frozen=True, slots=True)
class NotifierOrder:
    """What a run needs beside the settings; None: the platform's place, or the settings'."""

    config_path: str | None = None
    state_folder: Path | None = None
    log_file: Path | None = None


class ReloadableParts:
    """What the settings file makes; implements ``SettingsFile`` of services/notifier/reloading."""

    def __init__(self, config_path: str | None, make: Callable[[Config], NotifierParts]) -> None:
        self._config_path = config_path
        self._make = make

    def version(self) -> Hashable:
        """Return what differs once the file was written anew; None while it is not there."""
        path = locate_config(self._config_path)
        try:
            found = path.stat() if path is not None else None
        except OSError:
            return None
        return found and (str(path), found.st_mtime_ns, found.st_size, found.st_ino)

    def load(self) -> NotifierParts:
        """Return the parts of a notifier by the settings as they are now.

        Raises:
            ConfigError: There are none, they have problems, or something is missing: every one.
            AccessDenied: This user may not read them.
        """
        return self._make(load_notifier_config(self._config_path))


def load_notifier_config(config_path: str | None) -> Config:
    """Return settings with which the notifier can run.

    Raises:
        ConfigError, AccessDenied: As :meth:`ReloadableParts.load` does.
    """
    config = load_config(config_path)
    missing = missing_for_notifier(config)
    if missing:
        source = str(locate_config(config_path))
        message = f"{source} lacks what the notifier needs."
        hint = "Fill it in; 'cmtel config check' shows the rest."
        raise ConfigError(message, hint=hint, source=source, problems=missing)
    return config


def begin_log(order: NotifierOrder) -> NotifierLog:
    """Begin CmTelNotifier.log where the settings say, or in the platform's place if they cannot.

    The log comes before everything else, so that it can say what is wrong with the rest.
    """
    try:
        wanted = load_config(order.config_path)
    except CmtelError:
        wanted = Config(version="1")
    path = order.log_file or wanted.log.file or log_folder() / FILE_NAME
    log = _log(path, wanted)
    if not log.is_open:
        logger.warning("The log %s cannot be written; the notifier runs without it.", path)
    return log


def _log(path: Path, config: Config) -> NotifierLog:
    settings = config.log
    return NotifierLog(
        path,
        max_bytes=settings.max_megabytes << 20,
        keep=settings.keep,
        level=_LEVELS[settings.level],
        zone=UTC if settings.time == "utc" else config.time_zone,
    )
