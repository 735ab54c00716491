"""How long cmtel takes to start, as multiples of `python -c "import typer"`.

The runs are interleaved, so that a busy moment of the machine hits all alike, and the medians are
compared. Ends with 1 when a limit is passed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

#: What may be started, and how many times as long as importing typer it may take.
LIMITS = {
    "--version": 1.3,
    "--help": 3.0,
    "status": 7.0,  # 0.4 s where importing typer takes 60 ms
}
#: Of `cmtel status`, where services are not installed or do not run.
_ANSWERS = (0, 3, 4, 9)
RUNS = 15


def main() -> int:
    """Measure, print medians and ratios, and compare them with the limits."""
    commands = {"import typer": ["-c", "import typer"]}
    commands |= {words: ["-m", "cmtel", *words.split()] for words in LIMITS}
    median_ms = _medians_ms(commands)
    unit = median_ms["import typer"]
    print(f"{'import typer':<14} {unit:7.1f} ms")
    for words, limit in LIMITS.items():
        ratio = median_ms[words] / unit
        print(f"{words:<14} {median_ms[words]:7.1f} ms  {ratio:5.2f} x  (limit {limit})")
    return int(any(median_ms[words] / unit > limit for words, limit in LIMITS.items()))


def _medians_ms(commands: dict[str, list[str]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, words in commands.items():
            taken[name].append(_run_ms(words))
    return {name: statistics.median(values) for name, values in taken.items()}


def _run_ms(words: list[str]) -> float:
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=False)
    taken_ms = (time.perf_counter() - begin) * 1000
    if done.returncode not in _ANSWERS:
        raise SystemExit(f"{words} ended with {done.returncode}")
    return taken_ms
