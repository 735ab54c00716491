"""A source running in a thread of its own, as in the program."""

from __future__ import annotations

import threading
from types import TracebackType

from cmtel.adapters.clock import SystemClock
from cmtel.services.ports import Source
from tests.fakes_intake import RecordingIntake


class Running:
    """``with Running(source, clock) as intake``: stopped and checked at the end."""

    def __init__(
        self, source: Source, clock: SystemClock, intake: RecordingIntake | None = None
    ) -> None:
        self.intake = intake or RecordingIntake()
        self.error: BaseException | None = None
        self._source = source
        self._clock = clock
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> RecordingIntake:
        self._thread.start()
        return self.intake

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._clock.stop()
        self.join()

    def join(self, timeout_secs: float = 10) -> None:
        """Wait for the source to return by itself."""
        self._thread.join(timeout_secs)
        assert not self._thread.is_alive(), "the source did not stop"
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            self._source.run(self.intake)
        except BaseException as exc:  # noqa: BLE001  # raised again in the test's thread
            self.error = exc
