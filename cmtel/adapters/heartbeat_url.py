"""A sign of life to a monitor of the operator's own: a URL that is fetched at each check.

The check is never held up: a thread fetches, and while it does further pings are dropped. The URL
may have a key in it, so only its host is shown.
"""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from cmtel.domain.incidents.actions import Level, Log
from cmtel.services.notifier.ports import EventLog
from cmtel.services.ports import Clock

#: For each step of the answer, in seconds.
TIMEOUT_SECS = 10.0
_MAX_ANSWER_BYTES = 10_000


class HeartbeatUrl:
    """Fetches the URL; failures are logged once a change."""

    def __init__(
        self, url: str, log: EventLog, clock: Clock, timeout_secs: float = TIMEOUT_SECS
    ) -> None:
        self._url = url
        self._host = urlsplit(url).hostname or ""
        self._log = log
        self._clock = clock
        self._timeout_secs = timeout_secs
        self._wanted = threading.Event()
        self._is_closed = False
        self._problem = ""
        # A daemon: a monitor that does not answer keeps no program from ending.
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def ping(self) -> None:
        """Have the URL fetched soon; returns at once, never raises."""
        self._wanted.set()

    @property
    def is_busy(self) -> bool:
        """A fetch is wanted or under way."""
        return self._wanted.is_set()

    def close(self, wait_secs: float = 1.0) -> None:
        """Fetch no more; a fetch under way is waited for so long."""
        self._is_closed = True
        self._wanted.set()
        self._thread.join(wait_secs)

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            if self._is_closed:
                return
            self._note(self._fetch())
            self._wanted.clear()
            if self._is_closed:
                return

    def _fetch(self) -> str:
        """Return what went wrong; empty: nothing."""
        try:
            # The settings allow http and https only.
            with urllib.request.urlopen(self._url, timeout=self._timeout_secs) as answer:  # noqa: S310
                answer.read(_MAX_ANSWER_BYTES)
        except urllib.error.HTTPError as exc:
            exc.close()
            return f"HTTP {exc.code}"
        except OSError as exc:
            return str(getattr(exc, "reason", exc))
        except (http.client.HTTPException, ValueError) as exc:
            return type(exc).__name__  # its text may have the path, and that a key
        return ""

    def _note(self, problem: str) -> None:
        if problem == self._problem:
            return
        self._problem = problem
        fields = (("host", self._host), ("state", problem or "answers again"))
        entry = Log(Level.WARNING if problem else Level.INFO, "HEARTBEAT", fields)
        self._log.write(self._clock.now(), entry)
