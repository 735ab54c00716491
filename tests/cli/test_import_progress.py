"""The progress bar of an import moves, on a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from cmtel.cli.boundary import main
from tests.crash.killable import ROOT, a_line


def test_the_bar_shows_how_far_it_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    assert main(["--quiet", "journal", "create-table", "--url", url]) == 0
    with (tmp_path / "calls.csv").open("wb") as file:
        file.writelines(a_line(f"1.{n}") for n in range(60_000))

    shown = on_a_terminal(
        "journal", "import", "--url", url, "--format", "asterisk-csv", "--spool", "spool",
        "calls.csv", folder=tmp_path,
    )  # fmt: skip

    shares = [int(share) for share in re.findall(r"(\d+)%", shown)]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert any(0 < share < 100 for share in shares), shares
    assert "60000 records" in shown


def on_a_terminal(*words: str, folder: Path) -> str:
    """Run a command whose standard error is a terminal; return what that showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cmtel", *words], cwd=folder, stderr=theirs,
        stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 65536):
            shown += block
    except OSError:  # Linux: the terminal's last user has gone
        pass
    os.close(ours)
    assert process.wait(60) == 0
    return shown.decode()
