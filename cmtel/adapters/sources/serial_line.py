"""serial: a switch's V.24 port, by pyserial (the extra ``serial``).

A device that cannot be opened or that vanishes (a USB adapter pulled out) is tried again for
ever, and is one stream for the decoder all the same, also over a restart of the program; a
partial line ends at the cut.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from cmtel.adapters.sources.back_off import BackOff
from cmtel.adapters.sources.tcp_socket import IDLE_SECS, READ_BYTES, WAKE_SECS
from cmtel.domain.source_address import SourceAddress
from cmtel.errors import MissingExtra, UsageError
from cmtel.services.ports import Clock, Feed, Intake
from cmtel.services.spool_ports import LinkState

if TYPE_CHECKING:
    from serial import Serial

logger = logging.getLogger(__name__)

FLOWS = ("none", "rtscts", "dsrdtr", "xonxoff")


class SerialLine:
    """Source: one serial device.

    Args:
        address: Device, ``baud`` and ``mode`` (data bits, parity, stop bits: 7E2).
        flow: Flow control, one of FLOWS. With hardware flow control the switch keeps its
            records while nobody reads.
        random: For the waits between tries (see BackOff).
        open_line: Called with the arguments of ``serial.Serial``, which it is unless given.

    Raises:
        MissingExtra: pyserial is not installed.
        UsageError: ``flow`` is none of FLOWS.
    """

    def __init__(
        self,
        address: SourceAddress,
        clock: Clock,
        *,
        random: Callable[[], float],
        flow: str = "none",
        open_line: Callable[..., Serial] | None = None,
    ) -> None:
        _check_installed()
        if flow not in FLOWS:
            raise UsageError(f"The source option 'flow' must be {', '.join(FLOWS)}, not '{flow}'.")
        self._address = address
        self._name = f"{address.path} {address.settings['baud']} {address.settings['mode']}"
        self._clock = clock
        self._back_off = BackOff(random)
        self._flow = flow
        self._open_line = open_line

    def run(self, intake: Intake) -> None:
        """Read until the clock is stopping; on return all that came is committed."""
        feed = intake.open_feed()
        while not self._clock.is_stopping:
            reason = self._serve(intake, feed)
            feed.cut()
            intake.commit()
            if reason:
                intake.link(LinkState.DOWN, f"{self._name}: {reason}")
                self._clock.wait(self._back_off.next_secs())
        intake.link(LinkState.ENDED, self._name)

    def _serve(self, intake: Intake, feed: Feed) -> str:
        """Read until the device fails; return why it did, "" on a wished stop."""
        intake.link(LinkState.CONNECTING, self._name)
        try:
            with self._open() as line:
                intake.link(LinkState.UP, self._name)
                self._back_off.reset()
                self._receive(line, intake, feed)
        except _refusals() as exc:
            return str(exc)
        return ""

    def _receive(self, line: Serial, intake: Intake, feed: Feed) -> None:
        is_idle_due = False
        while True:
            is_stopping = self._clock.is_stopping
            line.timeout = 0 if is_stopping else IDLE_SECS if is_idle_due else WAKE_SECS
            data = line.read(1)
            if data:
                data += line.read(min(line.in_waiting, READ_BYTES))
                feed.push(data)
                intake.commit()
                is_idle_due = feed.pending_bytes > 0
            elif is_stopping:
                return
            elif is_idle_due:
                feed.idle()
                intake.commit()
                is_idle_due = False

    def _open(self) -> Serial:
        import serial

        bits, parity, stop_bits = _mode_parts(self._address.settings["mode"])
        return (self._open_line or serial.Serial)(
            self._address.path,
            baudrate=int(self._address.settings["baud"]),
            bytesize=bits,
            parity=parity,
            stopbits=stop_bits,
            timeout=WAKE_SECS,
            rtscts=self._flow == "rtscts",
            dsrdtr=self._flow == "dsrdtr",
            xonxoff=self._flow == "xonxoff",
        )


def _refusals() -> tuple[type[Exception], ...]:
    """Return what pyserial raises; a mode that a driver refuses is a bare termios.error."""
    from serial import SerialException

    if os.name == "nt":
        return (SerialException, OSError, ValueError)
    import termios

    return (SerialException, OSError, ValueError, termios.error)


def _mode_parts(mode: str) -> tuple[int, str, float]:
    """Return data bits, parity letter and stop bits of a mode such as 7E2."""
    return int(mode[0]), mode[1], float(mode[2:])


def _check_installed() -> None:
    try:
        import serial  # noqa: F401  # only whether it is there
    except ImportError as exc:
        raise MissingExtra(
            "Serial lines need the package pyserial, which is not installed.",
            hint="pip install 'cmtel[serial]'",
        ) from exc
