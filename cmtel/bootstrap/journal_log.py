"""Where the journal logs as a Windows service: CmTelJournal.log, beside CmTelNotifier.log.

On Linux the service's standard error goes to journald; a service of Windows has none.
"""

from __future__ import annotations

import logging

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_log.writer import NotifierLog
from cmtel.bootstrap.config import load_config
from cmtel.bootstrap.folders import log_folder
from cmtel.config.model import Config
from cmtel.domain.incidents.actions import Level, Log
from cmtel.errors import CmtelError

FILE_NAME = "CmTelJournal.log"
logger = logging.getLogger("cmtel.journal")
_LEVELS = ((logging.ERROR, Level.ERROR), (logging.WARNING, Level.WARNING))


def log_to_file(config_path: str | None) -> None:
    """Send what this process logs into CmTelJournal.log, in the folder of CmTelNotifier.log."""
    try:
        settings = load_config(config_path)
    except CmtelError:
        settings = Config(version="1")
    folder = settings.log.file.parent if settings.log.file else log_folder()
    file = NotifierLog(
        folder / FILE_NAME,
        max_bytes=settings.log.max_megabytes << 20,
        keep=settings.log.keep,
        zone=settings.time_zone,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[LogFile(file)], force=True)
    logging.getLogger("cmtel").setLevel(logging.INFO)


class LogFile(logging.Handler):
    """Writes records of ``logging`` as lines like those of CmTelNotifier.log."""

    def __init__(self, file: NotifierLog) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(message)s"))
        self._file = file
        self._clock = SystemClock()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; NotifierLog never raises."""
        level = next((ours for theirs, ours in _LEVELS if record.levelno >= theirs), Level.INFO)
        topic = record.name.rpartition(".")[2].upper()
        self._file.write(self._clock.now(), Log(level, topic, (("text", self.format(record)),)))
