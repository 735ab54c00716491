"""Where ``CI`` is set nothing may be skipped: a skip would be a test that nobody runs.

A pytest plugin, loaded by the conftest.py of the top folder. Elsewhere a skip is fine and its
reason is printed (``-ra``); with ``CI`` every skip is listed and the run fails. A test for another
platform is deselected, not skipped.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

_NOT_SET = frozenset({"", "0", "false"})


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that would have passed, if something was skipped in CI."""
    if _is_ci() and _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how much was skipped; in CI what, and that this is a failure."""
    skipped = _skipped(config)
    if not skipped:
        return
    if not _is_ci():
        terminalreporter.write_line(f"{len(skipped)} skipped here; the reasons stand above.")
        return
    terminalreporter.section("FAILED: nothing may be skipped in CI", red=True, bold=True)
    for report in skipped:
        terminalreporter.write_line(f"{report.nodeid}: {_reason(report)}")


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() not in _NOT_SET


def _skipped(config: pytest.Config) -> Sequence[pytest.TestReport | pytest.CollectReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
