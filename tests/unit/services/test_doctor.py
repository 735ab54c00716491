"""Running probes: order, strands, time limits, what a crash is, the exit status."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.errors import ConfigError, ExitStatus
from cmtel.services.doctor import (
    Checked,
    Finding,
    Probe,
    Verdict,
    examine,
    fail,
    ok,
    only,
    warn,
    worst,
)


def probe(name: str, finding: Finding | Exception) -> Probe:
    def look() -> Finding:
        if isinstance(finding, Exception):
            raise finding
        return finding

    return Probe(name, "", look)


def found(strands: Sequence[Sequence[Probe]], limit_secs: float = 10.0) -> list[Checked]:
    return list(examine(strands, SystemClock(), limit_secs=limit_secs))


def told(checked: Sequence[Checked]) -> list[tuple[str, str]]:
    return [(each.name, str(each.finding.verdict)) for each in checked]


@pytest.fixture
def hanging() -> Iterator[Callable[[], Finding]]:
    """A look that ends with the test only."""
    end = threading.Event()

    def look() -> Finding:
        end.wait(60)
        return ok("late")

    yield look
    end.set()


def test_results_come_in_the_order_of_the_probes() -> None:
    strands = [[probe("a", ok("1")), probe("b", warn("2"))], [probe("c", ok("3"))]]

    assert told(found(strands)) == [("a", "ok"), ("b", "warn"), ("c", "ok")]


def test_what_builds_on_a_failure_is_not_checked_and_other_strands_are() -> None:
    strands = [[probe("a", fail("no")), probe("b", ok("2"))], [probe("c", ok("3"))]]

    checked = found(strands)

    assert told(checked) == [("a", "fail"), ("b", "warn"), ("c", "ok")]
    assert checked[1].finding.text == "not checked, because of a"


def test_a_warning_may_block_too() -> None:
    blocking = warn("secret")._replace(is_blocking=True)

    checked = found([[probe("a", blocking), probe("b", fail("never looked at"))]])

    assert told(checked) == [("a", "warn"), ("b", "warn")]


def test_an_error_is_a_failure_with_its_sentence_hint_and_problems() -> None:
    error = ConfigError("It is broken.", hint="Mend it.", problems=["here", "there"])

    (checked,) = found([[probe("a", error)]])

    assert checked.finding == fail("It is broken.", "Mend it.", ["here", "there"])


def test_a_probe_that_crashes_is_a_failure_with_its_text() -> None:
    (checked,) = found([[probe("a", ZeroDivisionError("division by zero"))]])

    assert checked.finding.verdict is Verdict.FAIL
    assert checked.finding.text == "the probe failed: ZeroDivisionError: division by zero"


def test_a_probe_that_hangs_is_a_failure_and_delays_no_other(
    hanging: Callable[[], Finding],
) -> None:
    strands = [
        [Probe("a", "", hanging, "the database"), probe("b", ok("2"))],
        [probe("c", ok("3"))],
    ]

    checked = found(strands, limit_secs=0.2)

    assert told(checked) == [("a", "fail"), ("b", "warn"), ("c", "ok")]
    assert checked[0].finding.text == "no answer from the database within 0.2 s"


def test_the_time_of_a_probe_begins_when_those_before_it_are_through() -> None:
    pause = threading.Event()

    def slow() -> Finding:
        pause.wait(0.3)
        return ok("slow")

    strand = [Probe(name, "", slow) for name in "abc"]

    assert told(found([strand], limit_secs=0.8)) == [("a", "ok"), ("b", "ok"), ("c", "ok")]


def test_only_keeps_what_is_named_and_what_it_builds_on() -> None:
    strands = [[probe("a", ok("")), probe("b", ok("")), probe("c", ok(""))], [probe("d", ok(""))]]

    kept = only(strands, ["b"])

    assert [[each.name for each in strand] for strand in kept] == [["a", "b"]]
    assert only(strands, []) == strands


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([ok("")], ExitStatus.DONE),
        ([ok(""), warn("")], ExitStatus.DEGRADED),
        ([fail(""), warn("")], ExitStatus.CONFIGURATION),
        ([], ExitStatus.DONE),
    ],
)
def test_the_worst_decides_the_exit_status(findings: list[Finding], status: ExitStatus) -> None:
    assert worst([Checked("a", "", each, 0) for each in findings]) is status
