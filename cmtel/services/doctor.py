"""Prerequisites, probed: each probe says in a line how it stands, and what cures it.

Probes only look. Those that build on each other make a strand: they run one after another, and
what comes after one that blocks is told as not checked. Strands run side by side, so that one
that hangs delays no other; a probe has a limited time, after which its silence is the finding.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from enum import StrEnum
from queue import Empty, SimpleQueue
from typing import NamedTuple

from cmtel.errors import CmtelError, ExitStatus
from cmtel.services.ports import Clock

#: What a probe may take, in seconds. Connections that it makes give up a little earlier.
LIMIT_SECS = 10.0


class Verdict(StrEnum):
    """How a prerequisite stands; the words stand in ``--json`` and are never translated."""

    OK = "ok"
    #: It works and deserves a word, or could not be checked.
    WARN = "warn"
    FAIL = "fail"


class Finding(NamedTuple):
    """What a probe has found.

    Attributes:
        text: One line.
        details: More lines, such as every difference or the statements of the cure.
        cure: What to do about it; empty where nothing is to be done.
        is_blocking: What builds on it cannot be looked at; so it is with every failure.
    """

    verdict: Verdict
    text: str
    cure: str = ""
    details: tuple[str, ...] = ()
    is_blocking: bool = False


class Probe(NamedTuple):
    """One thing to look at.

    Attributes:
        name: For ``--only`` and scripts: ``database``, ``source``.
        subject: Which one, where there are several; holds no secret.
        look: Finds out. Errors that it raises are findings, too.
        asks: Whom it asks, for the case that there is no answer.
    """

    name: str
    subject: str
    look: Callable[[], Finding]
    asks: str = "what it asks"


class Checked(NamedTuple):
    """A probe's answer."""

    name: str
    subject: str
    finding: Finding
    elapsed_ms: int


#: Probes that are run one after another; a failure ends it.
Strand = Sequence[Probe]


def ok(text: str, *details: str) -> Finding:
    """Return that all is well."""
    return Finding(Verdict.OK, text, "", details)


def warn(text: str, cure: str = "", details: Sequence[str] = ()) -> Finding:
    """Return that something deserves a word."""
    return Finding(Verdict.WARN, text, cure, tuple(details))


def fail(text: str, cure: str = "", details: Sequence[str] = ()) -> Finding:
    """Return that something is not as it has to be."""
    return Finding(Verdict.FAIL, text, cure, tuple(details))


def failure(error: CmtelError) -> Finding:
    """Return an error as a finding: its sentence, its hint, and every problem that it lists."""
    listed = getattr(error, "problems", ()) or getattr(error, "differences", ())
    return fail(error.message, error.hint or "", tuple(listed))


def only(strands: Sequence[Strand], names: Collection[str]) -> list[Strand]:
    """Return the probes of these names, and those before them that they build on; no names: all."""
    kept = [_up_to_last(strand, names) for strand in strands] if names else strands
    return [strand for strand in kept if strand]


def examine(
    strands: Sequence[Strand], clock: Clock, *, limit_secs: float = LIMIT_SECS
) -> Iterator[Checked]:
    """Yield what each probe finds, in their order, each as soon as those before it are known.

    A probe that is not through in time is left behind: its thread ends with the program.
    """
    runs = [_Run(strand, clock) for strand in strands]
    for run in runs:
        threading.Thread(target=run.work, daemon=True, name="doctor").start()
    for run in runs:
        yield from run.results(limit_secs)


def worst(checked: Sequence[Checked]) -> ExitStatus:
    """Return the exit status: 6 with a failure, 8 with a warning, else 0."""
    verdicts = {each.finding.verdict for each in checked}
    if Verdict.FAIL in verdicts:
        return ExitStatus.CONFIGURATION
    return ExitStatus.DEGRADED if Verdict.WARN in verdicts else ExitStatus.DONE


class _Run:
    """One strand: its thread looks, whoever iterates over the results waits."""

    def __init__(self, strand: Strand, clock: Clock) -> None:
        self._strand = strand
        self._clock = clock
        self._found: SimpleQueue[Checked] = SimpleQueue()
        self._began_secs = clock.monotonic()

    def work(self) -> None:
        for probe in self._strand:
            began_secs = self._began_secs
            finding = _guarded(probe)
            self._began_secs = self._clock.monotonic()  # of the next, before this one is known
            self._found.put(self._checked(probe, finding, self._began_secs - began_secs))
            if _blocks(finding):
                return

    def results(self, limit_secs: float) -> Iterator[Checked]:
        blocked_by = ""
        for probe in self._strand:
            if blocked_by:
                text = f"not checked, because of {blocked_by}"
                yield self._checked(probe, warn(text), 0.0)
                continue
            checked = self._next(probe, limit_secs)
            if _blocks(checked.finding):
                blocked_by = _title(probe)
            yield checked

    def _next(self, probe: Probe, limit_secs: float) -> Checked:
        left = limit_secs - (self._clock.monotonic() - self._began_secs)
        try:
            return self._found.get(timeout=max(left, 0.01))
        except Empty:
            text = f"no answer from {probe.asks} within {limit_secs:g} s"
            cure = "See whether it is up, and what is between: network, firewall, name server."
            return self._checked(probe, fail(text, cure), limit_secs)

    @staticmethod
    def _checked(probe: Probe, finding: Finding, secs: float) -> Checked:
        return Checked(probe.name, probe.subject, finding, round(secs * 1000))


def _guarded(probe: Probe) -> Finding:
    try:
        return probe.look()
    except CmtelError as error:
        return failure(error)
    except Exception as error:  # noqa: BLE001 - whatever a probe meets is what it has found
        text = f"the probe failed: {type(error).__name__}: {error}"
        return fail(text, "This is a defect of cmtel: please report it.")


def _blocks(finding: Finding) -> bool:
    return finding.is_blocking or finding.verdict is Verdict.FAIL


def _title(probe: Probe) -> str:
    return f"{probe.name} {probe.subject}".strip()


def _up_to_last(strand: Strand, names: Collection[str]) -> Strand:
    wanted = [number for number, probe in enumerate(strand) if probe.name in names]
    return strand[: wanted[-1] + 1] if wanted else ()
