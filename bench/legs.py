"""What folding the legs of calls costs, beside decoding alone.

``python -m bench legs [FORMAT FILE]``; without a file records of asterisk-csv are drawn, in which
three calls of ten have two legs. Runs are interleaved, the best of each is compared, processor time
counts.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cmtel.domain.calls import CallRecord
from cmtel.formats import registry
from cmtel.formats.leg_folding import LegFolding
from cmtel.formats.options import decode_options

CALLS, RUNS, BATCH, SHARE_OF_TWO = 20_000, 5, 2_000, 0.3
ZONE = "Europe/Berlin"


def main() -> int:
    """Measure and print."""
    name = sys.argv[1] if len(sys.argv) == 3 else "asterisk-csv"
    data = Path(sys.argv[2]).read_bytes() if len(sys.argv) == 3 else b"".join(_drawn())
    form, options, now = registry.get(name), decode_options([], ZONE), datetime.now(UTC)
    records = form.make_framer().feed(data)

    def run(*, is_folding: bool) -> int:
        decoder, folding = form.make_decoder(options), LegFolding(form.legs)
        for first in range(0, len(records), BATCH):
            decoded = decoder.decode(records[first : first + BATCH], first + 1, now)
            if is_folding:
                folding.take(decoded, first + 1, now)
        return len(folding.finish(len(records) + 1).outcomes)

    runs = [(_secs(lambda: run(is_folding=False)), _secs(lambda: run(is_folding=True)))
            for _ in range(RUNS)]  # fmt: skip
    keep, fold = (min(each) for each in zip(*runs, strict=True))
    print(
        f"keep {len(records) / keep:,.0f}/s, fold {len(records) / fold:,.0f}/s: {keep / fold:.2f}"
    )
    return 0


def _drawn() -> Iterator[bytes]:
    encode = registry.get("asterisk-csv").encode
    assert encode is not None
    draw = random.Random(1)
    for number in range(CALLS):
        for leg in range(2 if draw.random() < SHARE_OF_TWO else 1):
            yield from (each.data for each in encode(_call(draw, number, leg)))


def _call(draw: random.Random, number: int, leg: int) -> CallRecord:
    start = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(seconds=number // 4)
    talk = draw.randrange(1, 600)
    return CallRecord(
        "in", "CONN", f"{start:%Y-%m-%dT%H:%M:%S}",
        f"{start + timedelta(seconds=talk + 5):%Y-%m-%dT%H:%M:%S}",
        f"0{draw.randrange(10**9, 10**10)}", f"{draw.randrange(100, 1000)}", None, "Acme GmbH",
        5000, talk, None, None, None, "PJSIP/t", None, f"1772434800.{number}", leg + 1, "",
    )  # fmt: skip


def _secs(run: Callable[[], int]) -> float:
    begin = time.process_time()
    run()
    return time.process_time() - begin
