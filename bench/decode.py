"""How fast bytes become calls, beside csv.reader and a plain loop over lines.

The runs are interleaved, and the best of each is compared: all then had the machine to
themselves. The plain loop (split at commas, a dict, three ints) is pure Python as decoding is,
so its rate says how fast the machine is; ends with 1 when a limited format has less than a third
of it. ``python -m bench decode FORMAT FILE`` measures a file instead of records drawn here.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cmtel.domain.calls import CallRecord
from cmtel.formats import registry
from cmtel.formats.options import decode_options
from cmtel.services.decode_stream import decode_stream

LIMIT = 1 / 3
RECORDS, RUNS, BLOCK_BYTES = 30_000, 7, 256 * 1024
FORMATS = ("asterisk-csv", "avaya-ipo", "delimited", "fritzbox", "jsonl")
OPTIONS = {
    "delimited": [
        "fields=direction,state,datetime,end-datetime,remote_number,local_number,forwarded_via,"
        "name,ring,connected,charge,currency,line,account_code,call_id,leg"
    ]
}
PLAIN_LINES = [
    f"acct,0301234{n},201,from-trunk,Acme GmbH,PJSIP/t1-1,PJSIP/201-2,Dial,PJSIP/201,"
    f"2024-05-01 08:00:00,2024-05-01 08:00:05,2024-05-01 08:00:25,25,20,ANSWERED,DOCUMENTATION,"
    f"1714543200.{n},,,1714543200.{n},{n}"
    for n in range(RECORDS)
]
LIMITED = ("asterisk-csv", "avaya-ipo")


def main() -> int:
    """Measure and print; 1 if a format is too slow."""
    if len(sys.argv) == 3:
        data = {sys.argv[1]: Path(sys.argv[2]).read_bytes()}
    else:
        draw = random.Random(1)
        calls = [_call(draw, second) for second in range(0, 7 * RECORDS, 7)]
        data = {name: _encoded(name, calls) for name in FORMATS}
    print(
        f"{'format':<14}{'zone':<15}{'csv.reader/s':>13}{'loop/s':>9}{'cmtel/s':>9}  of csv, loop"
    )
    shares = [_measure(name, data[name], zone) for name in data for zone in (None, "Europe/Berlin")]
    return int(any(share < LIMIT for name, share in shares if name in LIMITED))


def _measure(name: str, data: bytes, zone: str | None) -> tuple[str, float]:
    form, options = registry.get(name), decode_options(OPTIONS.get(name, ()), zone)
    blocks = [data[i : i + BLOCK_BYTES] for i in range(0, len(data), BLOCK_BYTES)]

    def ours() -> int:
        return sum(map(len, decode_stream(form, options, blocks, datetime.now(UTC))))

    def theirs() -> int:
        text = io.TextIOWrapper(io.BytesIO(data), "utf-8", "replace", newline="")
        return sum(1 for _ in csv.reader(text))

    runs = [(_rate(theirs), _rate(_plain_loop), _rate(ours)) for _ in range(RUNS)]
    csv_rate, loop_rate, our_rate = (max(rates) for rates in zip(*runs, strict=True))
    print(
        f"{name:<14}{zone or '-':<15}{csv_rate:>13,.0f}{loop_rate:>9,.0f}{our_rate:>9,.0f}"
        f"  {our_rate / csv_rate:6.2f}{our_rate / loop_rate:6.2f}"
    )
    return name, our_rate / loop_rate


def _plain_loop() -> int:
    names = [str(n) for n in range(21)]
    for line in PLAIN_LINES:
        values = dict(zip(names, line.split(","), strict=True))
        int(values["12"]), int(values["13"]), int(values["20"])
    return len(PLAIN_LINES)


def _rate(run: Callable[[], int]) -> float:
    begin = time.process_time()
    count = run()
    return count / (time.process_time() - begin)


def _encoded(name: str, calls: list[CallRecord]) -> bytes:
    encode = registry.get(name).encode
    assert encode is not None
    return b"".join(record.data for call in calls for record in encode(call))


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
