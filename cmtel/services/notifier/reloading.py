"""Settings that change while the notifier runs: taken up if they are good, told of if not."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

from cmtel.domain.incidents.actions import Level, Log
from cmtel.errors import CmtelError, ConfigError
from cmtel.services.notifier.ports import EventLog
from cmtel.services.ports import Clock

Parts = TypeVar("Parts", covariant=True)
Made = TypeVar("Made")


class SettingsFile(Protocol[Parts]):
    """The settings, and what tells that they were changed."""

    def version(self) -> Hashable:
        """Return what differs once the file was written anew; None while it is not there."""

    def load(self) -> Parts:
        """Return what the settings make.

        Raises:
            CmtelError: They have problems; every one is named.
        """


class Reloading(Generic[Made]):
    """Looks whether the settings changed; a file that is being written is left to settle."""

    def __init__(
        self, file: SettingsFile[Made], take_up: Callable[[Made], None],
        refuse: Callable[[str], None], clock: Clock, log: EventLog, version: Hashable,
    ) -> None:  # fmt: skip
        """Begin with the file of which ``version`` is in effect.

        Args:
            take_up: Goes on with the new settings.
            refuse: Tells the administrators what is wrong with them; the old ones stay.
        """
        self._file = file
        self._take_up = take_up
        self._refuse = refuse
        self._clock = clock
        self._log = log
        self._version = self._seen = version

    def look(self) -> None:
        """Take up the settings if they changed and were the same at two looks."""
        version = self._file.version()
        is_settled, self._seen = version == self._seen, version
        if version == self._version or version is None or not is_settled:
            return
        self._version = version
        try:
            made = self._file.load()
        except CmtelError as exc:
            self._write(Level.ERROR, "settings refused", exc.message)
            problems = exc.problems if isinstance(exc, ConfigError) else ()
            self._refuse(" ".join([exc.message, *problems]))
            return
        self._write(Level.INFO, "settings changed", "")
        self._take_up(made)

    def _write(self, level: Level, result: str, error: str) -> None:
        fields = (("result", result), *((("error", error),) if error else ()))
        self._log.write(self._clock.now(), Log(level, "CONFIG", fields))
