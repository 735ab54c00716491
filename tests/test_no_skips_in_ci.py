"""The plugin itself, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest
@pytest.mark.skip(reason="no driver here")
def test_needs_a_driver(): pass
"""
SKIPPED_MODULE = 'import pytest\npytest.skip("no such system", allow_module_level=True)\n'
PASSING = "def test_runs(): pass\n"


def run_pytest(folder: Path, text: str, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(text)
    (folder / "test_other.py").write_text(PASSING)
    (folder / "pytest.ini").write_text("[pytest]\n")
    top = Path(__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.no_skips_in_ci", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(top), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "reason"), [(SKIPPING, "no driver here"), (SKIPPED_MODULE, "no such system")]
)
def test_a_skip_fails_the_run_in_ci_and_is_listed(tmp_path: Path, text: str, reason: str) -> None:
    done = run_pytest(tmp_path, text, ci="true")

    assert done.returncode == 1
    assert reason in done.stdout
    assert "nothing may be skipped in CI" in done.stdout


@pytest.mark.parametrize("ci", ["", "false", "0"])
def test_a_skip_is_fine_elsewhere_and_is_counted(tmp_path: Path, ci: str) -> None:
    done = run_pytest(tmp_path, SKIPPING, ci=ci)

    assert done.returncode == 0
    assert "1 skipped here" in done.stdout
    assert "1 passed, 1 skipped" in done.stdout.splitlines()[-1]


def test_a_run_without_skips_passes_in_ci(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, PASSING, ci="true")

    assert done.returncode == 0
    assert "2 passed" in done.stdout.splitlines()[-1]
