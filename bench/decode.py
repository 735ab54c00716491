"""How fast bytes become calls, beside csv.reader over the same bytes; the shares are the result.

Both take turns, a block of a few milliseconds each, so that what else the machine does slows both;
a share is csv.reader's processor time by ours, the median of the rounds. ``python -m bench decode``
measures all formats that can be simulated, with names of formats behind it those, with a format
and a file that file. Ends with 1 when a format that has reached its goal (bench/decode.md) is below
it by more than what a busy machine explains.
"""

from __future__ import annotations

import csv
import io
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cmtel.domain.calls import CallRecord
from cmtel.formats import registry
from cmtel.formats.options import decode_options
from cmtel.formats.seam import DecodeOptions, Format
from cmtel.formats.switches import delimited, fixed

RECORDS, ROUNDS, BLOCK_BYTES = 10_000, 9, 64 * 1024
RECEIVED = datetime(2024, 10, 28, tzinfo=UTC)
ZONES = (None, "Europe/Berlin")
NEEDED = {
    "delimited": [f"fields={delimited.SIMULATED_FIELDS}"],
    "fixed": [f"fields={fixed.SIMULATED_FIELDS}"],
}
DELIMITED = frozenset(
    ("3cx", "asterisk-csv", "avaya-ipo", "beronet", "delimited", "freeswitch-csv", "fritzbox-csv",
     "grandstream-ucm", "openscape")
)  # fmt: skip
GOAL, GOAL_DELIMITED = 0.25, 0.35
#: Without a zone these have reached their goal.
REACHED = ("asterisk-csv", "alcatel-oxe", "fixed", "jsonl")
NOISE = 0.8


class Share(NamedTuple):
    """What was measured of one format."""

    of_csv: float
    records_per_sec: float


def main() -> int:
    """Measure and print; 1 if a format has fallen below its goal."""
    words = sys.argv[1:]
    if len(words) == 2 and Path(words[1]).exists():
        data = {words[0]: Path(words[1]).read_bytes()}
    else:
        data = {name: _simulated(registry.get(name)) for name in words or _names()}
    print(f"{'format':<18}{'zone':<15}{'records/s':>10}{'of csv':>8}{'goal':>6}")
    is_slow = False
    for name, octets in data.items():
        goal = GOAL_DELIMITED if name in DELIMITED else GOAL
        for zone in ZONES:
            share = _measured(name, octets, decode_options(NEEDED.get(name, ()), zone))
            print(
                f"{name:<18}{zone or '-':<15}{share.records_per_sec:>10,.0f}{share.of_csv:>8.2f}"
                f"{goal:>6.2f}",
                flush=True,
            )
            is_slow |= zone is None and name in REACHED and share.of_csv < goal * NOISE
    return int(is_slow)


def _names() -> list[str]:
    return [name for name in registry.names() if registry.get(name).encode]


def _measured(name: str, data: bytes, options: DecodeOptions) -> Share:
    blocks = [data[i : i + BLOCK_BYTES] for i in range(0, len(data), BLOCK_BYTES)]
    rounds = [_round(registry.get(name), options, blocks) for _ in range(ROUNDS + 1)][1:]
    return Share(
        statistics.median(theirs / ours for theirs, ours, _ in rounds),
        statistics.median(count / ours for _, ours, count in rounds),
    )


def _round(
    form: Format, options: DecodeOptions, blocks: Sequence[bytes]
) -> tuple[float, float, int]:
    """Return the seconds of csv.reader, our seconds, and how many records there are."""
    framer, decoder = form.make_framer(), form.make_decoder(options)
    count, their_secs, our_secs = 0, 0.0, 0.0

    def ours(block: bytes) -> int:
        records = framer.feed(block)
        return len(decoder.decode(records, count + 1, RECEIVED).outcomes)

    for block in blocks:
        their_secs += _secs(_read_csv, block)[0]
        secs, found = _secs(ours, block)
        our_secs, count = our_secs + secs, count + found
    return their_secs, our_secs, count


def _read_csv(block: bytes) -> int:
    text = io.TextIOWrapper(io.BytesIO(block), "utf-8", "replace", newline="")
    return sum(1 for _ in csv.reader(text))


def _secs(run: Callable[[bytes], int], block: bytes) -> tuple[float, int]:
    begin = time.process_time()
    count = run(block)
    return time.process_time() - begin, count


def _simulated(form: Format) -> bytes:
    draw = random.Random(1)
    calls = [_call(draw, second) for second in range(0, 7 * RECORDS, 7)]
    assert form.encode is not None
    return b"".join(record.data for call in calls for record in form.encode(call))


def _call(draw: random.Random, second: int) -> CallRecord:
    """A call with numbers that hardly ever come again: what was remembered is of no use."""
    start = datetime(2024, 10, 26, tzinfo=UTC) + timedelta(seconds=second)
    ring, talk = draw.randrange(60), draw.choice([0, draw.randrange(1, 2000)])
    outside, inside = f"0{draw.randrange(10**9, 10**10)}", f"{draw.randrange(100, 1000)}"
    values = {
        "direction": draw.choice(["in", "out"]),
        "state": "CONN" if talk else "RING",
        "started_at": f"{start:%Y-%m-%dT%H:%M:%S}",
        "ended_at": f"{start + timedelta(seconds=ring + talk):%Y-%m-%dT%H:%M:%S}",
        "remote_number": outside,
        "local_number": inside,
        "name": draw.choice([None, "Acme GmbH", "Jürgen Müller", "Anna Schmidt"]),
        "ring_ms": ring * 1000,
        "connected_secs": talk,
        "charge": draw.choice([None, "0.42", "12.50"]),
        "line": draw.choice(["T9001", "T9002"]),
        "call_id": str(draw.randrange(10**9, 10**10)),
    }
    return CallRecord._make(values.get(name) for name in CallRecord._fields)


if __name__ == "__main__":
    sys.exit(main())
