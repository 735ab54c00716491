"""How long ``cmtel notifier log -n 100`` takes on a log of 5 GB, beside ``tail -n 100``.

    python -m bench.log_tail [--gigabytes 5] [--lines 2000000] [--repeat 5]

The file is sparse in front (a hole), as large as asked for, with real lines behind it. Medians in
milliseconds; "start-up" is ``cmtel --version``, which does nothing, and ``cmtel notifier --help``,
which loads what the command needs of Typer. The file is deleted afterwards.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_LINE = (
    "2026-11-22T14:37:12+01:00 INFO  MAIL   kind=FIRST seq=1 to=noc@example.org"
    " server=smtp.example.org:587 result=250 id=<7f3a.{}.x@host> attempt=1 ms=412\n"
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=int, default=5)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "CmTelNotifier.log"
        write(path, asked.gigabytes << 30, asked.lines)
        sys.stdout.write(f"{path.stat().st_size / 1e9:.1f} GB, {asked.lines} lines at its end\n")
        environment = {**os.environ, "LOGS_DIRECTORY": folder, "XDG_STATE_HOME": folder}
        cmtel = [sys.executable, "-m", "cmtel"]
        for name, command in {
            "tail -n 100": ["tail", "-n", "100", str(path)],
            "cmtel --version": [*cmtel, "--version"],
            "cmtel notifier --help": [*cmtel, "notifier", "--help"],
            "cmtel notifier log -n 100": [*cmtel, "notifier", "log", "-n", "100"],
            "... --level error": [*cmtel, "notifier", "log", "-n", "100", "--level", "error"],
            "... -n 100000": [*cmtel, "notifier", "log", "-n", "100000"],
        }.items():
            sys.stdout.write(f"{median_ms(command, environment, asked.repeat):9.1f} ms  {name}\n")


def write(path: Path, hole_bytes: int, lines: int) -> None:
    """Make a log with a hole in front."""
    with path.open("wb") as file:
        file.truncate(hole_bytes)
        file.seek(hole_bytes)
        file.write(b"\n")
        file.writelines(_LINE.format(number).encode() for number in range(lines))


def median_ms(command: list[str], environment: dict[str, str], repeat: int) -> float:
    """Return the median time of a command."""
    took = []
    for _ in range(repeat):
        start = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
