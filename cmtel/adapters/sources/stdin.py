"""stdin: what is piped into the program, to its end.

Windows cannot wait on a pipe with a time-out, so a thread reads and this one waits on a queue;
it works the same everywhere. The queue is short: a pipe that is faster than the spool waits.
"""

from __future__ import annotations

import logging
import os
import queue
import threading

from cmtel.adapters.sources.tcp_socket import IDLE_SECS, READ_BYTES, WAKE_SECS
from cmtel.services.ports import Clock, Feed, Intake
from cmtel.services.spool_ports import LinkState

logger = logging.getLogger(__name__)

_QUEUE_BLOCKS = 16


class Stdin:
    """Source: one file descriptor, read as bytes to its end.

    Args:
        descriptor: 0 is standard input.
    """

    def __init__(self, clock: Clock, *, descriptor: int = 0) -> None:
        self._clock = clock
        self._descriptor = descriptor
        self._blocks: queue.Queue[bytes] = queue.Queue(_QUEUE_BLOCKS)
        self._is_gone = False

    def run(self, intake: Intake) -> None:
        """Read to the end or until the clock is stopping; what was taken is committed.

        On a stop the reading thread may stay in its read; it does not keep the program alive.
        """
        intake.link(LinkState.UP, "standard input")
        feed = intake.open_feed()
        threading.Thread(target=self._read, name="stdin", daemon=True).start()
        self._take(intake, feed)
        self._is_gone = True
        feed.close()
        intake.commit()
        intake.link(LinkState.ENDED, "standard input")

    def _take(self, intake: Intake, feed: Feed) -> None:
        is_idle_due = False
        while True:
            is_stopping = self._clock.is_stopping
            try:
                block = self._next_block(0.0 if is_stopping else _wait_secs(is_idle_due))
            except queue.Empty:
                if is_stopping:
                    return
                if is_idle_due:
                    feed.idle()
                    intake.commit()
                is_idle_due = False
                continue
            if not block:
                return
            feed.push(block)
            intake.commit()
            is_idle_due = feed.pending_bytes > 0

    def _next_block(self, wait_secs: float) -> bytes:
        """Return all that is queued, up to 16 blocks; b"" at the end."""
        blocks = [self._blocks.get(timeout=wait_secs) if wait_secs else self._blocks.get_nowait()]
        while blocks[-1] and len(blocks) < _QUEUE_BLOCKS and not self._blocks.empty():
            blocks.append(self._blocks.get_nowait())
        if len(blocks) > 1 and not blocks[-1]:
            self._blocks.put(b"")  # the end is told when what came before it is taken
        return b"".join(blocks)

    def _read(self) -> None:
        """Runs in the reading thread."""
        block = b"?"
        while block and not self._is_gone:
            try:
                block = os.read(self._descriptor, READ_BYTES)
            except OSError as exc:
                logger.warning("standard input ended: %s", exc.strerror)
                block = b""
            self._blocks.put(block)


def _wait_secs(is_idle_due: bool) -> float:
    return IDLE_SECS if is_idle_due else WAKE_SECS
